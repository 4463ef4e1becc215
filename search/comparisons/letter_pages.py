"""The letter of a comparison: a page for print, and the same as PDF in normal and in large type."""

from base64 import b64encode
from enum import StrEnum
from typing import Annotated, Any, Final
from urllib.parse import urlencode

import msgspec
from litestar import Request, Response, get, post
from litestar.response import Redirect

from marketplace.kernel.actors import Actor
from marketplace.kernel.clock import today
from marketplace.kernel.config import get_config
from marketplace.pricing.values import Household
from marketplace.web.forms import Form, read_form, read_query
from marketplace.web.security import Caller, allow_anyone
from marketplace.web.templating import page, redirect
from search.comparisons.laying_out import Shown, lay_out
from search.comparisons.letters import draw_letter, file_name, picture_of, write_letter
from search.comparisons.pages import HERE, LETTER, Compared, ComparedWithIncome, address_of, pairs_of, shareable

AnyRequest = Request[Any, Any, Any]
PDF: Final = "application/pdf"


class Size(StrEnum):
    NORMAL = "normal"
    LARGE = "large"


class LetterAsked(Compared, kw_only=True):
    """A comparison to write a letter of."""

    size: Size = Size.NORMAL


class LetterWithIncome(ComparedWithIncome, kw_only=True):
    """The same for a household, in the body. ``pdf`` asks for the file at once."""

    size: Size = Size.NORMAL
    pdf: Annotated[str, msgspec.Meta(max_length=10)] = ""


@get(LETTER, guards=[allow_anyone], include_in_schema=False)
async def show_letter(request: AnyRequest, actor: Caller) -> Response[str] | Redirect:
    """The letter as a page for print."""
    form = read_query(request, LetterAsked)
    if form.ok and not form.data.offers:
        return redirect(HERE)
    shown = await _shown(form, actor, None)
    return await _page(request, form.data, shown, is_private=False)


@get(f"{LETTER}.pdf", guards=[allow_anyone], include_in_schema=False)
async def download_letter(request: AnyRequest, actor: Caller) -> Response[bytes] | Redirect:
    """The letter as PDF."""
    form = read_query(request, LetterAsked)
    if form.ok and not form.data.offers:
        return redirect(HERE)
    shown = await _shown(form, actor, None)
    return await _file(form.data, shown, form.data.size)


@post(LETTER, guards=[allow_anyone], include_in_schema=False, status_code=200)
async def show_letter_with_income(request: AnyRequest, actor: Caller) -> Response[str] | Response[bytes] | Redirect:
    """The letter of an estimate by income, which the letter does not tell."""
    form = await read_form(request, LetterWithIncome)
    if form.ok and not form.data.offers:
        return redirect(HERE)
    shown = await _shown(form, actor, form.data.household() if form.ok else None)
    if form.data.pdf:
        return await _file(form.data, shown, form.data.size)
    return await _page(request, form.data, shown, is_private=True)


async def _shown(form: Form[Any], actor: Actor, household: Household | None) -> Shown:
    """The comparison. Raises as ``lay_out``, and ``Invalid`` for an address that cannot be read."""
    asked: Compared = form.data
    return await lay_out(asked.question(household), actor)


async def _page(request: AnyRequest, asked: Compared, shown: Shown, *, is_private: bool) -> Response[str]:
    size = asked.size if isinstance(asked, LetterAsked | LetterWithIncome) else Size.NORMAL
    pairs = list(pairs_of(asked))
    other = [] if size is Size.LARGE else [("size", Size.LARGE.value)]
    letter = await write_letter(shown, _address(asked, shown))
    return page(
        request, "comparisons/letter.html", letter=letter, picture=b64encode(picture_of(letter).encode()).decode(),
        is_large=size is Size.LARGE, is_private=is_private, hidden=[*pairs, *_household(asked)], size=size.value,
        back=address_of(asked), pdf=f"{LETTER}.pdf?{urlencode([*pairs, ('size', size.value)])}",
        other=f"{LETTER}?{urlencode([*pairs, *other])}",
        other_size=Size.NORMAL.value if size is Size.LARGE else Size.LARGE.value,
    )  # fmt: skip


async def _file(asked: Compared, shown: Shown, size: Size) -> Response[bytes]:
    letter = await write_letter(shown, _address(asked, shown))
    name = file_name(shown.language, today(), is_large=size is Size.LARGE)
    headers = {"content-disposition": f'attachment; filename="{name}"', "cache-control": "no-store"}
    return Response(await draw_letter(letter, is_large=size is Size.LARGE), media_type=PDF, headers=headers)


def _address(asked: Compared, shown: Shown) -> str:
    return get_config().base_url.rstrip("/") + address_of(shareable(asked, shown))


def _household(asked: Compared) -> list[tuple[str, str]]:
    """What the body brought, for the body of the next request."""
    if not isinstance(asked, ComparedWithIncome):
        return []
    cents = (("gross_income_cents", asked.gross_income_cents), ("savings_cents", asked.savings_cents))
    euros = [(name, f"{value // 100},{value % 100:02d}") for name, value in cents if value is not None]
    return [*euros, *([("household_size", str(asked.household_size))] if asked.household_size else [])]


ROUTES = [show_letter, download_letter, show_letter_with_income]
