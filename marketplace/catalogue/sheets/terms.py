"""What a price list holds beside prices by time, as rows of an exported sheet that read back as the same terms. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

import msgspec

from marketplace.catalogue.sheets.words import UnreadableCellError
from marketplace.kernel.i18n import message
from marketplace.pricing.charges import FeeWaiver, LengthPrice, Package, Surcharge, Travel
from marketplace.pricing.prices import BandCoefficient, PriceList


class ListFees(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """What is one per list. ``without_price`` marks a list whose prices are all by length."""

    invoice_fee_cents: int = 0
    monthly_average: bool = False
    without_price: bool = False


Term = Travel | Surcharge | Package | LengthPrice | BandCoefficient | FeeWaiver | ListFees

_KIND_OF: Final[Mapping[str, type[Any]]] = {
    "list_travel": Travel,
    "list_surcharge": Surcharge,
    "list_package": Package,
    "list_length": LengthPrice,
    "list_coefficient": BandCoefficient,
    "list_waiver": FeeWaiver,
    "list_fees": ListFees,
}
TERMS: Final = frozenset(_KIND_OF)


def read_term(kind: str, note: str) -> Term | None:
    """The term of a row; None where its kind is none of a term.

    Raises:
        UnreadableCellError: the note is not what an export writes there.
    """
    if kind not in _KIND_OF:
        return None
    try:
        return msgspec.json.decode(note, type=_KIND_OF[kind])
    except (msgspec.DecodeError, UnicodeEncodeError) as error:
        words = message("This note of an exported list was changed and can no longer be read.")
        raise UnreadableCellError(words) from error


def term_rows(prices: PriceList) -> Iterator[dict[str, str]]:
    """The rows of a list's terms, each with its kind and its note."""
    fees = ListFees(
        invoice_fee_cents=prices.invoice_fee_cents,
        monthly_average=prices.monthly_average,
        without_price=prices.one_price_cents is None and not prices.band_prices,
    )
    several = [*prices.surcharges, *prices.packages, *prices.length_prices, *prices.coefficients]
    single = [prices.travel, prices.fee_waiver, fees if fees != ListFees() else None]
    for term in (*several, *single):
        if term is not None:
            kind = next(kind for kind, struct in _KIND_OF.items() if struct is type(term))
            yield {"kind": kind, "note": msgspec.json.encode(term).decode()}


def with_terms(prices: PriceList, terms: Sequence[Term]) -> PriceList:
    """The list with its terms."""
    if not terms:
        return prices
    fees = _last(terms, ListFees) or ListFees()
    changes: dict[str, Any] = {
        "surcharges": tuple(each for each in terms if isinstance(each, Surcharge)),
        "packages": tuple(each for each in terms if isinstance(each, Package)),
        "length_prices": tuple(each for each in terms if isinstance(each, LengthPrice)),
        "coefficients": tuple(each for each in terms if isinstance(each, BandCoefficient)),
        "travel": _last(terms, Travel),
        "fee_waiver": _last(terms, FeeWaiver),
        "invoice_fee_cents": fees.invoice_fee_cents,
        "monthly_average": fees.monthly_average,
    }
    if fees.without_price:
        changes |= {"one_price_cents": None, "band_prices": ()}
    return msgspec.structs.replace(prices, **changes)


def _last(terms: Sequence[Term], kind: type[Any]) -> Any:
    return next((each for each in reversed(terms) if isinstance(each, kind)), None)
