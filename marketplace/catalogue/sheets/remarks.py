"""What lists say outside of their tables: the day from which they hold, and surcharges that name no service. Pure."""

import re
from collections.abc import Iterable
from datetime import date
from typing import Final

from marketplace.catalogue.sheets.words import plain

_SINCE: Final = re.compile(r"alkaen|voimassa|hinnasto|gäller|från|prislista|giltig|valid|from|prices")
_DAY: Final = re.compile(r"\b(\d{1,2})\.(\d{1,2})\.(20\d\d)\b|\b(20\d\d)-(\d{2})-(\d{2})\b")
_EXTRA: Final = re.compile(r"([a-zåäö]+?)(?:n)?[- ]?(?:lisä|korotus|tillägg)(?:\s*\(?(?P<rest>.*?)\)?)?")
_TIMES: Final = {
    "ilta": "ilta", "yö": "yö", "lauantai": "la", "la": "la", "sunnuntai": "su", "su": "su", "pyhä": "pyhät",
    "sunnuntai- ja pyhä": "su ja pyhät", "arkipyhä": "pyhät", "viikonloppu": "la ja su", "aatto": "aatot", "aato": "aatot",
    "kvälls": "kväll", "natt": "natt", "lördags": "lördag", "söndags": "söndag", "helg": "lördag och söndag",
}  # fmt: skip


def valid_from_in(cells: Iterable[str]) -> date | None:
    """The day in a title such as ``Hinnasto 1.3.2027 alkaen``; None where it names none."""
    text = plain(" ".join(cells)[:500])
    found = _DAY.search(text) if _SINCE.search(text) else None
    if found is None:
        return None
    day, month, year = (found[1], found[2], found[3]) if found[1] else (found[6], found[5], found[4])
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None


def extra_time(text: str) -> str | None:
    """The time of a surcharge that is named after it, ``Iltalisä klo 18-22``: ``ilta klo 18-22``; None for other texts."""
    whole = plain(text[:100])
    for both in ("sunnuntai- ja pyhä", "su- ja pyhä"):
        if whole.startswith(both):
            whole = whole.replace(both, "sunnuntaijapyhä", 1)
    found = _EXTRA.fullmatch(whole)
    if found is None:
        return None
    day = "su ja pyhät" if found[1] == "sunnuntaijapyhä" else _TIMES.get(found[1])
    if day is None:
        return None
    rest = found["rest"] or ""
    return (
        rest if re.search(r"[a-zåäö]{2}.*\d", rest.removeprefix("klo").removeprefix("kl")) else f"{day} {rest}".strip()
    )
