"""Publishing a rulebook: from which day, what it means for those approved already, then yes or no."""

from datetime import date, timedelta
from typing import Annotated, Any, NamedTuple

import msgspec
from litestar import Response, get, post
from litestar.response import Redirect

from marketplace.kernel.actors import Actor, Role
from marketplace.kernel.clock import today
from marketplace.kernel.errors import Conflict, Invalid
from marketplace.kernel.i18n import message
from marketplace.kernel.inputs import label
from marketplace.kernel.scoping import organiser_of
from marketplace.web.forms import Form, filled_form, read_form, read_query
from marketplace.web.idempotency import idempotent
from marketplace.web.security import Caller
from marketplace.web.templating import FlashKind, flash, page, redirect
from onboarding.approvals.impact import FindingKind, Impact
from onboarding.approvals.impact_check import AT_ONCE, LAST_DAY, ImpactRun, begin_check, impact_of, newest_check
from onboarding.approvals.impact_holders import who_is_approved
from onboarding.rulebooks.drafts import draft_of, publish_draft
from onboarding.rulebooks.editing import ADMIN, BASE, DRAFT, INVALID, AnyRequest, Page
from onboarding.rulebooks.page_words import placed_problems
from onboarding.rulebooks.requirements import contradictions
from onboarding.rulebooks.schemas import DraftView, RulebookVersionView

PUBLISH = f"{DRAFT}/publish"
PER_PAGE = 25


class DayForm(msgspec.Struct, frozen=True, kw_only=True):
    """From which day a draft is to be in force."""

    valid_from: Annotated[date, label(message("First day"))]


class PublicationForm(DayForm, frozen=True, kw_only=True):
    """The draft as it was seen, to be published."""

    edit: int = 0


class Checked(NamedTuple):
    """What is known of the impact: all of it, or how far the job is, or that it waits to be started."""

    result: Impact | None
    run: ImpactRun | None


@get(PUBLISH, guards=[ADMIN], include_in_schema=False)
async def show_publishing(request: AnyRequest, actor: Caller) -> Page:
    """Asks for the first day, then shows whom the new version concerns, then asks whether to publish it."""
    draft, form = await draft_of(actor), read_query(request, DayForm)
    if "valid_from" not in form.sent:
        tomorrow = filled_form(DayForm(valid_from=today() + timedelta(days=1)))
        return _publish_page(request, draft, tomorrow, None)
    _judge_day(form)
    if not form.ok or contradictions(draft.content):
        return _publish_page(request, draft, form, None, status_code=200 if form.ok else INVALID)
    return _publish_page(request, draft, form, await _checked(actor, draft, form.data.valid_from))


def _judge_day(form: Form[Any]) -> None:
    if not form.ok:
        return
    if form.data.valid_from < today():
        form.failed(Invalid.field("valid_from", message("The first day cannot be in the past.")))
    if form.data.valid_from > LAST_DAY:
        form.failed(Invalid.field("valid_from", message("This day is too far away.")))


async def _checked(actor: Actor, draft: DraftView, day: date) -> Checked:
    """A few hundred providers are judged while the reader waits; for more there is a job."""
    organiser_id = organiser_of(actor, Role.ORGANISER_ADMIN)
    if len(await who_is_approved(organiser_id, day)) <= AT_ONCE:
        return Checked(await impact_of(draft.content, organiser_id, day), None)
    run = await newest_check(actor, draft.content, day)
    return Checked(run.result if run else None, run)


def _publish_page(
    request: AnyRequest, draft: DraftView, form: Form[Any], checked: Checked | None, *, status_code: int = 200
) -> Response[str]:
    language = request.user.language
    problems = placed_problems(contradictions(draft.content), draft.content, DRAFT, language)
    result = checked.result if checked else None
    number, pages = _pages(request, result)
    return page(
        request, "approvals/publish.html", form=form, draft=draft, problems=problems, checked=checked, result=result,
        shown=result.affected[(number - 1) * PER_PAGE : number * PER_PAGE] if result else (), number=number, pages=pages,
        kinds=FindingKind, base=BASE, draft_base=DRAFT, action=PUBLISH, status_code=status_code,
    )  # fmt: skip


def _pages(request: AnyRequest, result: Impact | None) -> tuple[int, int]:
    pages = max(1, -(-len(result.affected) // PER_PAGE)) if result else 1
    asked = request.query_params.get("page", "1")
    number = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 7 else 1
    return min(max(number, 1), pages), pages


@post(f"{PUBLISH}/check", guards=[ADMIN], include_in_schema=False)
async def send_impact_check(request: AnyRequest, actor: Caller) -> Redirect:
    """Has all providers judged by a job, and shows how far it is."""
    draft, form = await draft_of(actor), await read_form(request, DayForm)
    day = form.data.valid_from
    try:
        await begin_check(actor, draft.content, day)
    except Invalid as invalid:
        flash(request, invalid.fields[0].message, FlashKind.NOTE)
    return redirect(f"{PUBLISH}?valid_from={day.day}.{day.month}.{day.year}")


@post(PUBLISH, guards=[ADMIN], include_in_schema=False)
async def send_publication(request: AnyRequest, actor: Caller) -> Page:
    """Publishes the draft as it was seen."""
    form = await read_form(request, PublicationForm)

    async def work() -> RulebookVersionView:
        return await publish_draft(actor, form.data.edit, form.data.valid_from)

    try:
        published = await idempotent(request, work, RulebookVersionView)
    except Conflict as conflict:
        flash(request, conflict.message, FlashKind.NOTE)
        return redirect(DRAFT)
    except Invalid as invalid:
        form.failed(invalid)
        return _publish_page(request, await draft_of(actor), form, None, status_code=INVALID)
    words = message("Version {number} is published and in force from {day}.", number=published.number, day=published.valid_from)  # fmt: skip
    flash(request, words)
    return redirect(BASE)


PAGES = [show_publishing, send_impact_check, send_publication]
