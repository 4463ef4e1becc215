"""The time words of price lists, wider than those of the editor: ``arki-ilta 18–22``, ``yö``, ``ma, ke ja pe 8-12``.

Pure. A price list may name evenings or nights without their hours: then usual hours are assumed, and told.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Final

import msgspec

from marketplace.catalogue.prices.time_words import Days, UnreadableTimeError, hours_words
from marketplace.kernel.calendar import DAY_MINUTES, DayType
from marketplace.kernel.i18n import Language, Message, Text, message
from marketplace.pricing.bands import Hours
from marketplace.pricing.time_words import Span, minute_of, spans_between

MOST_LETTERS: Final = 200
EVERY_DAY: Final = (DayType.WEEKDAY, DayType.SATURDAY, DayType.SUNDAY, DayType.HOLIDAY)
EVENING: Final = ((18 * 60, 22 * 60),)
NIGHT: Final = ((22 * 60, DAY_MINUTES), (0, 7 * 60))


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_WEEKDAY_STEMS: Final = (
    r"ma|maanantai\w*|mån|måndag\w*|mon|monday\w*",
    r"ti|tiistai\w*|tis|tisdag\w*|tue|tues|tuesday\w*",
    r"ke|keskiviik\w*|ons|onsdag\w*|wed|wednesday\w*",
    r"to|torstai\w*|tor|tors|torsdag\w*|thu|thur|thurs|thursday\w*",
    r"pe|perjantai\w*|fre|fredag\w*|fri|friday\w*",
    r"la|lauantai\w*|lör|lörd\w*|sat|saturday\w*",
    r"su|sunnunta\w*|sön|sönd\w*|sun|sunday\w*",
)
_NUMBER_OF: Final = tuple(re.compile(stem) for stem in _WEEKDAY_STEMS)
_SATURDAY, _SUNDAY = 5, 6

_KIND_STEMS: Final = (
    (re.compile(r"\w*aat[ot]\w*|\w*afton\w*|\w*aftnar\w*|eves?"), (DayType.EVE,)),
    (re.compile(r"arkip[yu]h\w*|pyhä\w*|pyhi\w*|juhlapyh\w*|helgd\w*|röda?|holiday\w*"), (DayType.HOLIDAY,)),
    (re.compile(r"ark|arki\w*|arke\w*|vard\w*|weekdays?|workdays?"), (DayType.WEEKDAY,)),
    (re.compile(r"viikonlop\w*|vkl\w*|helg|helger\w*|veckoslut\w*|weekends?"), (DayType.SATURDAY, DayType.SUNDAY)),
    (re.compile(r"päivittäin|joka|kaikki|kaikkina|dagligen|varje|alla|daily|every|all|any|24/7"), EVERY_DAY),
)
_EVENING_WORD: Final = re.compile(r"(\w*?)(?:ilta\w*|illat|illoin|iltai\w*|kväll\w*|evenings?)")
_NIGHT_WORD: Final = re.compile(r"(\w*?)(?:yö\w*|öi\w*|öisin|natt\w*|nätter\w*|nights?)")
_FILLERS: Final = _words(
    "ja tai sekä ym muu muut muina muuna klo kello kl kl. och eller samt and or at on the public of & + välillä asti"
    " mellan between aikana aikaan aika dagar day days dag päivä päivät päivinä päivisin dagtid daytime kohti"
    " niiden näiden myös sis sisältäen inkl incl including den dagen välisenä"
    " arkipyhän helgdags public päivälisä iltalisä yölisä hinta pris price aamu aamuisin aamulla morgon morning h"
    " mm. esim hours tunnit ajat tid vrk dygnet runt ympäri vuorokauden"
)
_AFTER: Final = _words("jälkeen lähtien alkaen alk eteenpäin efter från after from")
_BEFORE: Final = _words("ennen före before until till saakka mennessä")
_CLOCK: Final = r"(\d{1,2})(?:[.:](\d{2}))?"
_TIMES: Final = re.compile(rf"{_CLOCK}-{_CLOCK}h?")
_ONE_TIME: Final = re.compile(rf"{_CLOCK}-?")
_PM: Final = re.compile(r"\b(\d{1,2})([.:]\d{2})?\s*pm\b")
_EVE_OF_HOLIDAY: Final = re.compile(
    r"(?:arki|juhla)?pyh(?:än|ien|äpäivän|äpäivien)(?:\s|-)*aat\w*|eves? of (?:a )?(?:public )?holidays?|holiday eves?"
    r"|(?:afton|dag)\s+före\s+(?:en )?helgdag(?:ar)?"
)
_OTHER_TIMES: Final = re.compile(
    r"(?:kaikki )?(?:muut?|muina|muulloin|övriga?|annan|other|all other)\s*(?:ajat|aika|aikoina|aikana|tider?|times?|hours)?$"
)
_FROM_DAY_TO_DAY: Final = re.compile(
    r"\b(\w+tai)sta\s+(\w+tai)hin\b|\b(\w+dag)\s+(?:till|t\.o\.m\.)\s+(\w+dag)\b"
    r"|\b(mon|tues?|wed|thur?s?|fri|sat|sun|\w+day)s?\s+to\s+(mon|tues?|wed|thur?s?|fri|sat|sun|\w+day)s?\b"
)
_JOINED_CLOCKS: Final = re.compile(r"\b([01]\d|2[0-4])([0-5]\d)-([01]\d|2[0-4])([0-5]\d)\b")
_NAMES: Final = {
    Language.FI: ("ma", "ti", "ke", "to", "pe"),
    Language.SV: ("mån", "tis", "ons", "tors", "fre"),
    Language.EN: ("Mon", "Tue", "Wed", "Thu", "Fri"),
}


class ReadTime(msgspec.Struct, frozen=True):
    """Hours of the week. ``timed`` is false where only days were named and the price is for what is left of them.

    ``only`` are the weekdays from Monday (0) where not all five were meant; ``assumed`` tells of hours that were
    not written.
    """

    hours: tuple[Hours, ...]
    timed: bool = True
    only: tuple[int, ...] = ()
    assumed: Message | None = None

    @property
    def words(self) -> Text:
        """The hours for people, in three languages."""
        return Text(*(self._in(language) for language in (Language.FI, Language.SV, Language.EN)))

    def _in(self, language: Language) -> str:
        text = hours_words(self.hours, language)
        return f"{text} ({weekday_names(self.only, language)})" if self.only else text


def weekday_names(numbers: Sequence[int], language: Language) -> str:
    """Weekdays by their short names: ``ma, ke``."""
    return ", ".join(_NAMES[language][number] for number in numbers)


class _Entry:
    """Days with the times that belong to them."""

    def __init__(self) -> None:
        self.kinds: list[DayType] = []
        self.weekdays: set[int] = set()
        self.spans: list[Span] = []
        self.evening = self.night = self.days_came_last = False

    @property
    def is_empty(self) -> bool:
        return not (self.kinds or self.spans or self.evening or self.night)


class _Reader:
    def __init__(self) -> None:
        self.entries = [_Entry()]
        self.lone: int | None = None
        self.before = False

    @property
    def entry(self) -> _Entry:
        return self.entries[-1]

    def take(self, word: str) -> None:
        if self._take_time(word) or self._take_days(word) or self._take_part_of_day(word):
            return
        if word in _AFTER:
            self._after_word()
        elif word in _BEFORE:
            self._before_word()
        elif word not in _FILLERS:
            self._take_parts(word)

    def _take_parts(self, word: str) -> None:
        """``arki-ilta`` is two words; a word of one part that nobody knows is refused."""
        parts = [part for part in word.split("-") if part]
        if len(parts) < 2:
            raise UnreadableTimeError(message("“{word}” is not a day or a time.", word=word[:40]))
        for part in parts:
            self.take(part)

    def _take_time(self, word: str) -> bool:
        if found := _TIMES.fullmatch(word):
            self._add(*spans_between(minute_of(found[1], found[2]), minute_of(found[3], found[4])))
        elif found := _ONE_TIME.fullmatch(word):
            self.close_lone()
            self.lone = minute_of(found[1], found[2])
        else:
            return False
        return True

    def _add(self, *spans: Span) -> None:
        if self.entry.days_came_last:
            self.entries.append(_Entry())
        self.entry.spans += spans

    def _take_days(self, word: str) -> bool:
        numbers = _weekday_numbers(word)
        kinds = next((days for stem, days in _KIND_STEMS if stem.fullmatch(word)), ()) if not numbers else ()
        if not numbers and not kinds:
            return False
        self.close_lone()
        if self.entry.spans and not self.entry.kinds:
            self.entry.days_came_last = True
        elif self.entry.spans and not self.entry.days_came_last:
            self.entries.append(_Entry())
        self.entry.weekdays |= {number for number in numbers if number < _SATURDAY}
        self.entry.kinds += [*kinds, *(_kind_of(number) for number in numbers)]
        self._take_part_of_day(word)
        return True

    def _take_part_of_day(self, word: str) -> bool:
        if _EVENING_WORD.fullmatch(word):
            self.entry.evening = True
        elif _NIGHT_WORD.fullmatch(word):
            self.entry.night = True
        else:
            return False
        return True

    def _after_word(self) -> None:
        """``18 jälkeen`` has its time before the word; a time after the word runs to midnight anyway."""
        if self.lone is not None:
            self._add((self.lone, DAY_MINUTES))
            self.lone = None

    def _before_word(self) -> None:
        if self.lone is None:
            self.before = True
            return
        self._add((0, self.lone))
        self.lone = None

    def close_lone(self) -> None:
        """A time without another: ``efter 18`` runs to midnight, ``före 7`` from midnight."""
        if self.lone is not None:
            self._add((0, self.lone) if self.before else (self.lone, DAY_MINUTES))
            self.lone, self.before = None, False


def read_times(text: str, default_days: Days = ()) -> ReadTime:
    """Hours from the words of a price list, in Finnish, Swedish or English.

    Without days ``default_days`` are meant; an evening without days is one of a weekday, a night one of any day.

    Raises:
        UnreadableTimeError: a word that is neither day nor time, or no day at all.
    """
    if len(text) > MOST_LETTERS:
        raise UnreadableTimeError(message("“{word}” is not a day or a time.", word=text[:40]))
    reader = _Reader()
    for word in _normal(text).split():
        reader.take(word)
    reader.close_lone()
    entries = [entry for entry in reader.entries if not entry.is_empty]
    if not entries:
        raise UnreadableTimeError(message("Give days and times, for example ma–pe 7–18."))
    hours = tuple(dict.fromkeys(each for entry in entries for each in _hours_of(entry, default_days)))
    weekdays = {number for entry in entries for number in entry.weekdays}
    return ReadTime(
        hours=hours,
        timed=any(entry.spans or entry.evening or entry.night for entry in entries),
        only=tuple(sorted(weekdays)) if 0 < len(weekdays) < 5 else (),
        assumed=next(_assumptions(entries), None),
    )


def _hours_of(entry: _Entry, default_days: Days) -> Iterator[Hours]:
    kinds = list(dict.fromkeys(entry.kinds)) or list(default_days)
    if not kinds and (entry.evening or entry.night):
        kinds = list(EVERY_DAY) if entry.night else [DayType.WEEKDAY]
    if not kinds:
        raise UnreadableTimeError(message("Say on which days, for example ma–pe 7–18."))
    for start, end in entry.spans or _usual(entry):
        yield Hours(tuple(kinds), start, end)


def _usual(entry: _Entry) -> tuple[Span, ...]:
    found = EVENING * entry.evening + NIGHT * entry.night
    return found or ((0, DAY_MINUTES),)


def _assumptions(entries: Sequence[_Entry]) -> Iterator[Message]:
    for entry in entries:
        if entry.evening and not entry.spans:
            yield message("The evening was read as 18–22.")
        elif entry.night and not entry.spans:
            yield message("The night was read as 22–7.")


def _normal(text: str) -> str:
    plain = re.sub(r"[–—−‒→]|->", "-", text.casefold().replace("_", " "))
    plain = re.sub(r"\b([ap])\.\s?m\b\.?", r"\1m", plain)
    plain = re.sub(r"(\d{1,2}:\d{2}):\d{2}", r"\1", plain)
    plain = _FROM_DAY_TO_DAY.sub(lambda found: "-".join(part for part in found.groups() if part), plain)
    plain = re.sub(r"(?<=\d)\s*(?:to|till)\s*(?=\d)", "-", plain)
    plain = _EVE_OF_HOLIDAY.sub("aatto", plain)
    plain = _OTHER_TIMES.sub("joka", plain)
    plain = _PM.sub(lambda found: f"{int(found[1]) % 12 + 12}{found[2] or ''}", plain)
    plain = re.sub(r"\b24\s*/\s*7\b|\b24\s*(?:h|tuntia|timmar|hours)\b|\b(?:0)?0-24\s*/\s*7", " 24/7 ", plain)
    plain = re.sub(r"[,;()\n/“”\"*]|(?<!\d)\.|\.(?!\d)", " ", plain.replace("24/7", " joka 0-24 "))
    plain = _JOINED_CLOCKS.sub(r"\1.\2-\3.\4", plain)
    plain = re.sub(r"\b(klo|kello|kl|at)\s*(?=\d)", " ", plain)
    plain = re.sub(r"(?<=\d)\s*(?:am|h|u)\b", "", plain)
    plain = re.sub(r"(?<=\d)\s*-\s*(?=\d)", "-", plain)
    return re.sub(r"(?<=[a-zåäö])\s*-\s+(?=[a-zåäö])|(?<=[a-zåäö])\s+-\s*(?=[a-zåäö])", "-", plain)


def _weekday_numbers(word: str) -> tuple[int, ...]:
    first, dash, last = word.partition("-")
    start = _weekday_number(first)
    if start is None or not dash:
        return () if start is None else (start,)
    end = _weekday_number(last)
    if end is None:
        return ()
    return tuple((start + step) % 7 for step in range((end - start) % 7 + 1))


def _weekday_number(word: str) -> int | None:
    return next((number for number, stem in enumerate(_NUMBER_OF) if stem.fullmatch(word)), None)


def _kind_of(number: int) -> DayType:
    return {_SATURDAY: DayType.SATURDAY, _SUNDAY: DayType.SUNDAY}.get(number, DayType.WEEKDAY)
