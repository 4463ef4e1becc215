"""The queue: filters, order, and several applications given at once."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from urllib.parse import parse_qsl
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.response import Redirect

from marketplace.kernel.actors import Actor
from marketplace.kernel.clock import HELSINKI, today
from marketplace.kernel.errors import Invalid
from marketplace.kernel.i18n import Language, Message, counted, message
from marketplace.organisers.organisers import get_organiser
from marketplace.organisers.reference import municipality, service_classes
from marketplace.web.forms import Form, Sent, empty_form, read_form, read_query
from marketplace.web.security import Caller, allow
from marketplace.web.templating import flash, page, redirect, with_query
from onboarding.applications.labels import STATUS_TONES
from onboarding.applications.states import APPLICATION_STATUS_NAMES
from onboarding.labels import class_names
from onboarding.review import assignment
from onboarding.review.counts import queue_counts
from onboarding.review.labels import (
    KIND_OF_APPLICATION,
    QUEUE_STATUS_NAMES,
    SORT_NAMES,
    age_words,
    deadline_of,
)
from onboarding.review.page_forms import BulkAction, BulkForm, QueueSearch
from onboarding.review.queue import queue
from onboarding.review.schemas import Assigned, Colleague, Handler, QueueFilters, QueueSort, QueueStatus
from onboarding.scoping import REVIEWING, reviewing_organiser

AnyRequest = Request[Any, Any, Any]
REVIEW = allow(*sorted(REVIEWING))
LIST = "/organiser/applications"
CONFLICT = 409
MOST_QUERY = 1000
Options = list[tuple[str, Any]]


@get(LIST, guards=[REVIEW], include_in_schema=False)
async def show_queue(request: AnyRequest, actor: Caller) -> Response[str]:
    """The queue with its filters, a tab for each status, and boxes to give several applications at once."""
    return await _queue_page(request, actor, read_query(request, QueueSearch), empty_form(BulkForm))


async def _queue_page(
    request: AnyRequest,
    actor: Actor,
    form: Form[QueueSearch],
    bulk: Form[BulkForm],
    *,
    done: Sequence[Assigned] = (),
    query: str | None = None,
    status_code: int = 200,
) -> Response[str]:
    asked = form.data if form.ok else QueueSearch()
    found, problem = await _found(actor, asked, form)
    colleagues = await assignment.colleagues(actor)
    return page(
        request, "review/queue.html", form=form, bulk=bulk, asked=asked, found=found, base=LIST, today=today(),
        counts=await queue_counts(actor), tabs=_tabs(), me=actor.person_id, age_words=age_words, deadline_of=deadline_of,
        status_names=APPLICATION_STATUS_NAMES, tones=STATUS_TONES, class_names=class_names, finnish_day=_finnish_day,
        kind_names=KIND_OF_APPLICATION, colleagues=[(str(each.id), each.name) for each in colleagues],
        back=request.url.query if query is None else query,
        here=with_query(LIST, request.url.query if query is None else query),
        choices=await _choices(actor, colleagues, request.user.language), done=done,
        problems={each.application_id: each.problem for each in done if each.problem}, status_code=problem or status_code,
    )  # fmt: skip


def _finnish_day(moment: datetime) -> date:
    return moment.astimezone(HELSINKI).date()


async def _found(actor: Actor, asked: QueueSearch, form: Form[QueueSearch]) -> tuple[Any, int]:
    """The page of the queue; where a filter cannot be, the queue without it and the reason above."""
    names = ("status", "service_class", "municipality", "kind", "handler", "is_overdue", "q", "sort", "after")
    try:
        return await queue(actor, QueueFilters(**{name: getattr(asked, name) for name in names})), 0
    except Invalid as invalid:
        form.failed(invalid)
        return await queue(actor, QueueFilters()), invalid.status


def _tabs() -> list[tuple[QueueStatus, Message]]:
    return [(status, QUEUE_STATUS_NAMES[status]) for status in QueueStatus]


async def _choices(actor: Actor, colleagues: Sequence[Colleague], language: Language) -> dict[str, Options]:
    """What the select boxes of the filters offer."""
    organiser = await get_organiser(reviewing_organiser(actor))
    places = [(code, municipality(code).name.in_language(language)) for code in organiser.municipality_codes]
    return {
        "service_class": [(each.code, each.name.in_language(language)) for each in service_classes()],
        "municipality": sorted(places, key=lambda place: place[1]),
        "kind": [(kind.value, name) for kind, name in KIND_OF_APPLICATION.items()],
        "handler": [
            (Handler.ME.value, message("Me")),
            (Handler.NOBODY.value, message("Nobody")),
            *((str(each.id), each.name) for each in colleagues if each.id != actor.person_id),
        ],
        "sort": [(sort.value, SORT_NAMES[sort]) for sort in QueueSort],
    }


@post(f"{LIST}/assign", guards=[REVIEW], include_in_schema=False)
async def assign_several(request: AnyRequest, actor: Caller) -> Response[str] | Redirect:
    """Gives the ticked applications to somebody or puts them back; what could not be done is told row by row."""
    form = await read_form(request, BulkForm)
    query = form.value("back")[:MOST_QUERY]
    try:
        done = await assignment.assign_many(actor, form.data.application_ids, _receiver(actor, form.data))
    except Invalid as invalid:
        form.failed(invalid)
        return await _queue_page(request, actor, _search(query), form, query=query, status_code=invalid.status)
    if any(each.problem for each in done):
        return await _queue_page(request, actor, _search(query), form, done=done, query=query, status_code=CONFLICT)
    flash(request, counted("{count} application was moved.", "{count} applications were moved.", count=len(done)))
    return redirect(with_query(LIST, query))


def _receiver(actor: Actor, wanted: BulkForm) -> UUID | None:
    if wanted.action is BulkAction.GIVE and wanted.person_id is None:
        raise Invalid.field("person_id", message("Choose the colleague."))
    return {BulkAction.TAKE: actor.person_id, BulkAction.GIVE: wanted.person_id}.get(wanted.action)


def _search(query: str) -> Form[QueueSearch]:
    """The filters of the page that the boxes were ticked on."""
    sent: Sent = {}
    for name, value in parse_qsl(query):
        sent.setdefault(name, []).append(value)
    form = Form(QueueSearch, sent)
    form.read()
    return form


PAGES = [show_queue, assign_several]
