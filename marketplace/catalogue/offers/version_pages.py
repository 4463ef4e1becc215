"""Pages about what an offer said before, copying it, and changing several offers at once."""

from datetime import date
from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar import Request, Response, get, post
from litestar.params import FromPath

from marketplace.catalogue.offers import bulk, copying, offers, versions
from marketplace.catalogue.offers.choices import choices_of, municipality_choices
from marketplace.catalogue.offers.forms import ScopeForm
from marketplace.catalogue.offers.place_forms import in_step_words
from marketplace.catalogue.offers.public_pages import offer_facts
from marketplace.catalogue.offers.schemas import SERVICE_LANGUAGES
from marketplace.catalogue.offers.states import STATUS_WORDS
from marketplace.kernel.actors import Actor, Role
from marketplace.kernel.errors import Invalid, Refused
from marketplace.kernel.i18n import Language, message, translate
from marketplace.kernel.inputs import label
from marketplace.organisers.reference import service_class
from marketplace.web.forms import Form, empty_form, read_form
from marketplace.web.idempotency import idempotent
from marketplace.web.security import Caller, allow
from marketplace.web.templating import flash, page, redirect

AnyRequest = Request[Any, Any, Any]
PROVIDER = allow(Role.PROVIDER_ADMIN)
LIST = "/provider/offers"
CHANGED = "offers_changed"
"""Where a session keeps what became of the offers that were changed last."""
OFFER = LIST + "/{offer_id:uuid}"


class CopyForm(ScopeForm, frozen=True, kw_only=True):
    """Where a copy goes; without municipalities, to all that approvals cover."""

    municipality_codes: Annotated[list[str], msgspec.Meta(max_length=400), label(message("Municipalities"))] = (
        msgspec.field(default_factory=list)
    )


class BulkForm(msgspec.Struct, frozen=True, kw_only=True):
    """The offers that were ticked, and what to change in them."""

    offers: Annotated[list[UUID], label(message("Offers"))] = []
    what: Annotated[str, msgspec.Meta(max_length=20), label(message("What to change"))] = ""
    capacity: Annotated[int, msgspec.Meta(ge=0, le=100_000), label(message("How many new clients"))] | None = None
    earliest_start: Annotated[str, msgspec.Meta(max_length=20), label(message("Earliest start"))] = ""
    languages: Annotated[list[str], msgspec.Meta(max_length=30), label(message("Languages"))] = []


class _Day(msgspec.Struct, frozen=True, kw_only=True):
    earliest_start: Annotated[date, label(message("Earliest start"))]


@get(f"{OFFER}/versions", guards=[PROVIDER], include_in_schema=False)
async def show_offer_versions(request: AnyRequest, actor: Caller, offer_id: FromPath[UUID]) -> Response[str]:
    """All that the offer ever said."""
    found = await versions.versions_of(actor, offer_id)
    return page(
        request, "offers/versions.html", versions=found, here=f"{LIST}/{offer_id}", status_words=STATUS_WORDS
    )  # fmt: skip


@get(f"{OFFER}/versions/{{number:int}}", guards=[PROVIDER], include_in_schema=False)
async def show_offer_version(
    request: AnyRequest, actor: Caller, offer_id: FromPath[UUID], number: FromPath[int]
) -> Response[str]:
    """One version as the public saw it."""
    shown = await versions.version_as_shown(actor, offer_id, number)
    summary = (await versions.version_of(actor, offer_id, number)).summary
    own = await offers.my_offer(actor, offer_id)
    return page(
        request, "offers/version.html", offer=shown, summary=summary, here=f"{LIST}/{offer_id}",
        has_draft=own.draft_version is not None, status_words=STATUS_WORDS,
        **await offer_facts(shown, actor.language),
    )  # fmt: skip


@post(f"{OFFER}/versions/{{number:int}}/use", guards=[PROVIDER], include_in_schema=False)
async def send_use_version(
    request: AnyRequest, actor: Caller, offer_id: FromPath[UUID], number: FromPath[int]
) -> Response[Any]:
    """Makes a draft of what a version said."""
    try:
        await versions.use_version(actor, offer_id, number)
    except Invalid as invalid:
        text = message("This version breaks rules of today: {why}", why=invalid.fields[0].message)
        raise Refused(text, code="not_valid_today") from invalid
    flash(request, message("The draft says what version {number} said.", number=number))
    return redirect(f"{LIST}/{offer_id}")


@get(f"{OFFER}/draft/delete", guards=[PROVIDER], include_in_schema=False)
async def ask_delete_draft(request: AnyRequest, actor: Caller, offer_id: FromPath[UUID]) -> Response[str]:
    """Asks before a draft is deleted."""
    await offers.my_offer(actor, offer_id)
    here = f"{LIST}/{offer_id}"
    return page(
        request, "pages/confirm.html", heading=message("Delete the draft?"), button=message("Delete the draft"),
        text=message("What was published stays as it is. An offer that was never published disappears with its draft."),
        action=f"{here}/draft/delete", back=here, danger=True,
    )  # fmt: skip


@post(f"{OFFER}/draft/delete", guards=[PROVIDER], include_in_schema=False)
async def send_delete_draft(request: AnyRequest, actor: Caller, offer_id: FromPath[UUID]) -> Response[Any]:
    """Deletes the draft."""

    async def work() -> versions.DraftDeleted:
        return await versions.delete_draft(actor, offer_id)

    deleted = await idempotent(request, work, versions.DraftDeleted)
    flash(request, message("The draft was deleted."))
    return redirect(LIST if deleted.offer_is_gone else f"{LIST}/{offer_id}")


@get(f"{OFFER}/copy", guards=[PROVIDER], include_in_schema=False)
async def show_copy(request: AnyRequest, actor: Caller, offer_id: FromPath[UUID]) -> Response[str]:
    """Where the copy should go: the services and places that approvals cover."""
    return await _copy_page(request, actor, offer_id, empty_form(CopyForm))


@post(f"{OFFER}/copy", guards=[PROVIDER], include_in_schema=False)
async def send_copy(request: AnyRequest, actor: Caller, offer_id: FromPath[UUID]) -> Response[Any]:
    """Makes the copy, a draft, and goes on to its steps."""
    form = await read_form(request, CopyForm)
    if not form.ok:
        return await _copy_page(request, actor, offer_id, form, 422)
    codes = tuple(code for code in form.data.municipality_codes if len(code) == 3)
    target = copying.CopyTarget(
        organiser_id=form.data.organiser_id, service_class=form.data.service_class, municipality_codes=codes
    )  # fmt: skip

    async def work() -> copying.CopiedOffer:
        return await copying.copy_offer(actor, offer_id, target)

    try:
        copied = await idempotent(request, work, copying.CopiedOffer)
    except (Invalid, Refused) as error:
        form.failed(Invalid(in_step_words(error.fields)) if isinstance(error, Invalid) else error)
        return await _copy_page(request, actor, offer_id, form, 422)
    with_prices = message("The offer was copied. Look at it before you publish it.")
    without = message("The offer was copied without its prices: they do not fit there. Give new ones.")
    flash(request, with_prices if copied.has_prices else without)
    return redirect(f"{LIST}/{copied.saved.id}")


@post(f"{LIST}/change", guards=[PROVIDER], include_in_schema=False)
async def send_bulk_change(request: AnyRequest, actor: Caller) -> Response[Any]:
    """Changes all ticked offers, and tells what became of each."""
    form = await read_form(request, BulkForm)
    try:
        change = bulk_change(form)
        lines = await bulk.change_offers(actor, form.data.offers, change)
    except Invalid as invalid:
        form.failed(invalid)
        return await list_page(request, actor, form, 422)
    request.session[CHANGED] = [_told(line, actor.language) for line in lines]
    return redirect(f"{LIST}/changed")


@get(f"{LIST}/changed", guards=[PROVIDER], include_in_schema=False)
async def show_bulk_change(request: AnyRequest) -> Response[str]:
    """What became of each offer that was changed last."""
    lines: list[dict[str, str]] = request.session.get(CHANGED, [])
    refused = sum(line["outcome"] == bulk.BulkOutcome.REFUSED for line in lines)
    return page(request, "offers/changed.html", lines=lines, refused=refused, words=bulk.OUTCOME_WORDS, list=LIST)


def _told(line: bulk.BulkLine, language: Language) -> dict[str, str]:
    why = translate(line.why, language) if line.why else ""
    return {"id": str(line.id), "name": line.name.in_language(language), "outcome": line.outcome.value, "why": why}


def bulk_change(form: Form[BulkForm]) -> bulk.BulkChange:
    """What was chosen to change.

    Raises:
        Invalid: nothing, or not what belongs to it.
    """
    answers = form.data
    match answers.what:
        case "accepts" | "accepts_none":
            return bulk.BulkChange(accepts_new_clients=answers.what == "accepts")
        case "capacity":
            if answers.capacity is None:
                raise Invalid.field("capacity", message("Give a number."))
            return bulk.BulkChange(capacity=answers.capacity)
        case "start":
            return _start(answers.earliest_start)
        case "languages":
            if not answers.languages:
                raise Invalid.field("languages", message("Choose at least one language in which the service is given."))
            return bulk.BulkChange(languages=tuple(answers.languages))
        case "withdraw":
            return bulk.BulkChange(withdraw=True)
        case _:
            raise Invalid.field("what", message("Say what to change."))


def _start(typed: str) -> bulk.BulkChange:
    """An empty day means at once."""
    if not typed.strip():
        return bulk.BulkChange(starts_at_once=True)
    day = Form(_Day, {"earliest_start": [typed]})
    day.read()
    return bulk.BulkChange(earliest_start=day.data.earliest_start)


async def list_page(request: AnyRequest, actor: Actor, form: Form[BulkForm], status_code: int = 200) -> Response[str]:
    """All offers of the provider, with the form that changes several."""
    own = await offers.my_offers(actor)
    names = {each.service_class: service_class(each.service_class).name for each in own}
    return page(
        request, "offers/offers.html", offers=own, classes=names, list=LIST, form=form,
        languages=list(SERVICE_LANGUAGES.items()), status_code=status_code,
    )  # fmt: skip


async def _copy_page(
    request: AnyRequest, actor: Actor, offer_id: UUID, form: Form[CopyForm], status_code: int = 200
) -> Response[str]:
    own = await offers.my_offer(actor, offer_id)
    return page(
        request, "offers/copy.html", form=form, own=own, choices=await choices_of(actor),
        groups=await municipality_choices(actor, actor.language), here=f"{LIST}/{offer_id}", status_code=status_code,
    )  # fmt: skip


ROUTES = [
    show_offer_versions,
    show_offer_version,
    send_use_version,
    ask_delete_draft,
    send_delete_draft,
    show_copy,
    send_copy,
    send_bulk_change,
    show_bulk_change,
]
