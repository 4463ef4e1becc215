"""What the pages of the three desks share: words of states, and the page on which an offer is chosen."""

from typing import Any
from uuid import UUID

import msgspec
from litestar import Request, Response
from litestar.response import Redirect

from marketplace.kernel.actors import Actor
from marketplace.kernel.errors import DomainError
from marketplace.kernel.i18n import message
from marketplace.organisers.reference import municipality
from marketplace.pricing.prices import UNIT_WORDS
from marketplace.vouchers import agreements, choosing, queries
from marketplace.vouchers.schemas import OfferChoice
from marketplace.vouchers.states import AGREEMENT_WORDS, VISIT_TONES, VISIT_WORDS, VOUCHER_TONES, VOUCHER_WORDS
from marketplace.web.forms import Form, empty_form, read_form
from marketplace.web.templating import flash, page, redirect

AnyRequest = Request[Any, Any, Any]
Page = Response[str] | Redirect
INVALID = 422


class Moved(msgspec.Struct, frozen=True):
    """The id of what a form made, for the page to go on to."""

    id: UUID


def words() -> dict[str, Any]:
    """The words and colours of states, for any template of vouchers."""
    return {
        "voucher_words": VOUCHER_WORDS, "voucher_tones": VOUCHER_TONES, "agreement_words": AGREEMENT_WORDS,
        "visit_words": VISIT_WORDS, "visit_tones": VISIT_TONES, "unit_words": UNIT_WORDS, "place_of": place_of,
    }  # fmt: skip


def place_of(code: str) -> Any:
    return municipality(code).name


async def offers_page(
    request: AnyRequest, actor: Actor, voucher_id: UUID, base: str, form: Form[OfferChoice] | None = None
) -> Response[str]:
    """The offers that fit a voucher, to choose one from. ``base`` is the desk's address of vouchers."""
    form = form or empty_form(OfferChoice)
    return page(
        request, "vouchers/offers.html", status_code=200 if form.ok else INVALID, form=form, base=base,
        voucher=await queries.voucher_for(actor, voucher_id), offers=await choosing.offers_for_voucher(actor, voucher_id),
        **words(),
    )  # fmt: skip


async def take_choice(request: AnyRequest, actor: Actor, voucher_id: UUID, base: str) -> Page:
    """Makes the agreement that was chosen."""
    form = await read_form(request, OfferChoice)
    try:
        made = await agreements.choose_offer(actor, voucher_id, form.data)
    except DomainError as error:
        form.failed(error)
        return await offers_page(request, actor, voucher_id, base, form)
    flash(request, message("{provider} was chosen, from {day}.", provider=made.provider_name, day=made.starts_on))
    return redirect(f"{base}/{voucher_id}")
