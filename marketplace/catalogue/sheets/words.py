"""What the words of a price list stand for: its headings, units, fees and services; and its amounts. Pure.

The words are data, ``data/sheet_words.yaml``.
"""

import re
from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from fractions import Fraction
from functools import cache, lru_cache
from pathlib import Path
from typing import Final, Literal

import msgspec
import yaml

from marketplace.kernel.i18n import Message, message
from marketplace.kernel.money import InvalidAmount, parse_euros
from marketplace.organisers.reference import is_service_class, service_classes
from marketplace.pricing.prices import Unit

WORDS: Final = Path(__file__).parent / "data" / "sheet_words.yaml"
OTHER_SERVICES: Final = frozenset({"PSYCH", "OTHER"})
ALL_SERVICES: Final = "ALL"
MOST_AMOUNT_LETTERS: Final = 60
MOST_HEADING_LETTERS: Final = 120

AmountKind = Literal["price", "surcharge_eur", "surcharge_pct"]

_SPACES: Final = re.compile(r"[\s\u00a0\u202f\u2009]+")
_AMOUNT: Final = re.compile(
    r"(?:alkaen|alk\.?|från|from|ca\.?|n\.)?\s*(?P<sign>[+])?\s*(?:€|eur)?\s*(?P<number>\d[\d .,]*?)\s*(?P<dash>[,.:]-)?"
    r"\s*(?P<mark>€|eur\b|euroa?\b|e\b|%|pros\.?\b)?\s*(?P<dash2>[,.:]?-)?\s*(?:/|per\b)?\s*(?P<unit>[a-zåäöé]+\.?)?"
    r"\s*(?:alkaen|alk\.?)?"
)
_ASIDE: Final = re.compile(r"\([^)]*\)|\+?\s*(?:sis\.?|inkl\.?|incl\.?)?\s*\b(?:alv|moms|vat)\b.*")
_FACTOR: Final = re.compile(r"(?:[x×*]\s*(?P<before>\d+(?:[.,]\d+)?)|(?P<after>\d+(?:[.,]\d+)?)\s*[x×])")
_VAT: Final = re.compile(r"(\+)?\s*(\d{1,2}(?:[.,]\d+)?)\s*%?")
_VAT_WORDS: Final = re.compile(
    r"(?:alv|moms|vat)\.?\s*(\d{1,2}(?:[.,]\d+)?)\s*%|(\d{1,2}(?:[.,]\d+)?)\s*%\s*(?:alv|moms|vat)"
)
_VAT_FREE: Final = re.compile(r"(?:alv|moms|vat)\.?\s*0|veroton|alv-vapaa|momsfri|exempt|vat.free|ilman alv")
_TAX_AND_EURO: Final = re.compile(r"€|\beur\b|\bsis\.?|\binkl\.?|\b(?:alv|moms|vat)\.?\s*[\d,.]+\s*%?")
_MINIMUM: Final = re.compile(
    r"(?:minimum|minimi\w*|min\.?|vähintään|väh\.?|minst|at least|minimidebitering)\s*:?\s*(\d+(?:[.,]5)?)\s*(h|t|tunti\w*|tim\w*|min\w*)\b"
)
_BEYOND: Final = re.compile(r"(?:yli|över|over|beyond)\s*(\d+)\s*km")


class Amount(msgspec.Struct, frozen=True):
    """What an amount's cell says. ``cents`` of a price or surcharge in euros, ``percent`` of one in percent."""

    kind: AmountKind
    cents: int = 0
    percent: Fraction = Fraction(0)
    unit: Unit | None = None


class UnreadableCellError(ValueError):
    """A cell that cannot be understood; ``words`` say why, without its place."""

    def __init__(self, words: Message) -> None:
        self.words = words
        super().__init__(words.text)


@cache
def _words() -> Mapping[str, Mapping[str, Sequence[str]]]:
    return yaml.safe_load(WORDS.read_text(encoding="utf-8"))


@cache
def _by_word(group: str) -> Mapping[str, str]:
    return {word: key for key, words in _words()[group].items() for word in words}


def plain(text: str) -> str:
    """The text in small letters with single spaces, for looking it up."""
    return _SPACES.sub(" ", text.casefold().replace("_", " ")).strip(" :.*\n")


@lru_cache(maxsize=4096)
def column_of(heading: str) -> str | None:
    """The column that a heading stands for, whatever stands in brackets or after a unit."""
    whole = plain(heading[:MOST_HEADING_LETTERS]).rstrip("!")
    bare = plain(re.sub(r"\(.*?\)|\[.*?\]|/\s*\w+|[,;!?]", " ", whole))
    if not whole:
        return None
    by_word = _by_word("columns")
    if found := by_word.get(whole) or by_word.get(bare):
        return found
    stripped = plain(_TAX_AND_EURO.sub(" ", bare))
    found = by_word.get(stripped) or ("price_eur" if not stripped and "€" in bare else None)
    return found or ("price_eur" if stripped.split(" ")[0] in _words()["columns"]["price_eur"] else None)


def unit_of(text: str) -> Unit | None:
    """The unit of a word such as ``€/h``, ``kerta`` or ``/ tim``."""
    for word in re.findall(r"[a-zåäöé]+", plain(text)):
        if found := _by_word("units").get(word):
            return Unit(found)
    return None


def unit_in_heading(heading: str) -> Unit | None:
    """The unit in ``Hinta €/h`` or ``tuntihinta``."""
    text = plain(heading)
    if text.startswith(("tuntihinta", "timpris", "hourly")):
        return Unit.HOUR
    found = re.search(r"(?:/|\bper\s)\s*([a-zåäö]+)", text)
    return unit_of(found[1]) if found else None


def vat_in(text: str) -> str:
    """The value added tax that a heading or note tells of: ``0``, ``25.5``, or nothing."""
    words = plain(text)[:500]
    if found := _VAT_WORDS.search(words):
        return (found[1] or found[2]).replace(",", ".")
    return "0" if _VAT_FREE.search(words) else ""


def read_vat(text: str) -> str:
    """A rate of value added tax: ``0``, ``25.5``; ``+24`` where it comes on top of the price.

    Raises:
        UnreadableCellError: it is no rate.
    """
    words = plain(text)
    if not words:
        return ""
    if found := _VAT.fullmatch(words):
        return f"{found[1] or ''}{found[2].replace(',', '.')}"
    if found := vat_in(text):
        return found
    raise UnreadableCellError(message("“{text}” is not a rate of value added tax.", text=text[:40]))


def read_amount(text: str) -> Amount:
    """A price, a surcharge in euros or percent, or a factor (``x 1,5``), as it stands in a cell.

    Raises:
        UnreadableCellError: it is none, or could be read in two ways.
    """
    words = plain(_ASIDE.sub("", text[:MOST_HEADING_LETTERS].casefold()) or text)
    if found := _FACTOR.fullmatch(words[:MOST_AMOUNT_LETTERS]):
        return Amount("surcharge_pct", percent=(_fraction(found["before"] or found["after"]) - 1) * 100)
    found = _AMOUNT.fullmatch(words) if len(words) <= MOST_AMOUNT_LETTERS else None
    if not found:
        raise UnreadableCellError(_not_an_amount(text))
    if found["mark"] and found["mark"].startswith(("%", "pros")):
        return Amount("surcharge_pct", percent=_fraction(found["number"]))
    unit = unit_of(found["unit"] or "")
    if found["unit"] and unit is None:
        raise UnreadableCellError(_not_an_amount(text))
    return Amount("surcharge_eur" if found["sign"] else "price", cents=_cents(found["number"], text), unit=unit)


def looks_like_amount(text: str) -> bool:
    """Whether a cell is an amount, for telling headings from rows."""
    try:
        read_amount(text)
    except UnreadableCellError:
        return False
    return True


def read_percent(text: str) -> Fraction:
    """A surcharge in percent.

    Raises:
        UnreadableCellError: it is none.
    """
    try:
        return _fraction(plain(text).replace("%", "").replace("+", "").strip())
    except (ValueError, ZeroDivisionError) as error:
        raise UnreadableCellError(message("“{text}” is not a percentage.", text=text[:40])) from error


def _fraction(text: str) -> Fraction:
    number = Fraction(text.replace(",", ".").replace(" ", ""))
    if number > 10_000:
        raise UnreadableCellError(message("“{text}” is not a percentage.", text=text[:40]))
    return number


def _not_an_amount(text: str) -> Message:
    return message("“{text}” is not an amount in euros.", text=text[:40])


def _cents(number: str, text: str) -> int:
    """Where a number has both a point and a comma, the last of them separates the cents."""
    plain_number = number.strip(" .,")
    last = max(plain_number.rfind("."), plain_number.rfind(","))
    if "." in plain_number and "," in plain_number:
        thousands = re.sub(r"[.,]", " ", plain_number[:last])
        plain_number = f"{thousands}.{plain_number[last + 1 :]}"
    try:
        return parse_euros(plain_number)
    except InvalidAmount as error:
        if error.reason == InvalidAmount.TOO_MANY_DECIMALS:
            words = message("“{text}” has more than two decimals. Write the amount in euros and cents.", text=text[:40])
            raise UnreadableCellError(words) from error
        raise UnreadableCellError(_not_an_amount(text)) from error


def fee_of(text: str) -> str | None:
    """The fee that the words name, such as ``TRAVEL``."""
    return _first_pattern("fees", text)


def class_of(text: str) -> str | None:
    """The service class that the words name: its own name first, then the words by which it is known."""
    words = plain(text)
    names = {
        plain(name): each.code for each in service_classes() for name in (each.name.fi, each.name.sv, each.name.en)
    }
    return names.get(words) or _first_pattern("services", words)


def _first_pattern(group: str, text: str) -> str | None:
    words = plain(text)
    return next((key for key, patterns in _words()[group].items() if any(each in words for each in patterns)), None)


def known_code(text: str) -> str:
    """The code of a service class, a fee or another service, in the case that we write it.

    Raises:
        UnreadableCellError: no such code; the nearest is named.
    """
    code = text.strip().upper()
    fees = list(_words()["fees"])
    if is_service_class(code) or code in fees or code in OTHER_SERVICES or code == ALL_SERVICES:
        return code
    if by_name := class_of(text):
        return by_name
    near = get_close_matches(code, [each.code for each in service_classes()] + fees, n=1)
    if near:
        words = message("There is no service class {code}. Did you mean {near}?", code=text[:40], near=near[0])
        raise UnreadableCellError(words)
    raise UnreadableCellError(message("There is no service class {code}.", code=text[:40]))


def minimum_minutes(text: str) -> int:
    """The shortest time billed that a note tells of, in minutes; 0 where it tells of none."""
    found = _MINIMUM.search(plain(text)[:2000])
    if not found:
        return 0
    number = Fraction(found[1].replace(",", "."))
    return int(number) if found[2].startswith("min") else int(number * 60)


def beyond_km(text: str) -> int:
    """The kilometres that are free before travel is billed: 10 for ``yli 10 km``."""
    found = _BEYOND.search(plain(text)[:2000])
    return int(found[1]) if found else 0
