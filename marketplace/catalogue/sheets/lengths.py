"""Prices of a visit by its length, 30 or 45 or 60 minutes, put together into one list. Pure."""

import re
from collections.abc import Sequence
from typing import Final

import msgspec

from marketplace.catalogue.sheets.lists import DraftPriceList
from marketplace.kernel.i18n import Text
from marketplace.pricing.charges import LengthPrice
from marketplace.pricing.prices import Unit

_LENGTH: Final = re.compile(r"(\d{1,3}) min")


def by_length(lists: Sequence[DraftPriceList]) -> tuple[DraftPriceList, ...]:
    """Lists that differ in nothing but the length of the visit become one, in the place of the first."""
    alike: dict[object, list[DraftPriceList]] = {}
    for number, given in enumerate(lists):
        alike.setdefault(_key(given) if _minutes(given) else number, []).append(given)
    return tuple(_together(group) if len(group) > 1 else group[0] for group in alike.values())


def _minutes(given: DraftPriceList) -> int:
    """The length that a list is for; 0 where it is for none."""
    found = _LENGTH.fullmatch(given.condition.fi)
    is_plain = given.prices.unit is Unit.VISIT and given.prices.one_price_cents is not None and given.calendar is None
    return int(found[1]) if found and is_plain else 0


def _key(given: DraftPriceList) -> object:
    return (given.provider, given.area, given.service_class, given.service_text, given.vat, given.valid_from,
            given.municipality_codes)  # fmt: skip


def _together(group: Sequence[DraftPriceList]) -> DraftPriceList:
    first = group[0]
    ordered = sorted(group, key=_minutes)
    lengths = tuple(LengthPrice(_minutes(each), each.prices.one_price_cents or 0) for each in ordered)
    if len({each.up_to_minutes for each in lengths}) < len(lengths):
        return first
    return msgspec.structs.replace(
        first,
        condition=Text(""),
        prices=msgspec.structs.replace(first.prices, one_price_cents=None, length_prices=lengths),
        warnings=tuple(dict.fromkeys(each for given in group for each in given.warnings)),
        rows=tuple(dict.fromkeys(row for given in group for row in given.rows)),
    )
