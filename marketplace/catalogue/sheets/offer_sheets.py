"""Offers in bulk: read from a sheet as a dry run, and written to one in the same shape. Pure.

Prices travel in a price sheet; this one has what else an offer says.
"""

import re
from collections.abc import Sequence
from datetime import date
from typing import Final
from uuid import UUID

import msgspec
from msgspec.structs import replace

from marketplace.catalogue.offers.checks import check_words
from marketplace.catalogue.offers.postal_codes import read_postal_codes
from marketplace.catalogue.offers.schemas import SERVICE_LANGUAGES, OfferDetails, OfferDraft
from marketplace.catalogue.sheets.files import Format, write_cells, write_sheet
from marketplace.catalogue.sheets.grids import SheetRow, UnreadableSheetError, column_letter, read_table
from marketplace.catalogue.sheets.reading import RowOutcome, RowReport, is_remark
from marketplace.catalogue.sheets.words import UnreadableCellError, known_code, plain
from marketplace.kernel.errors import Invalid
from marketplace.kernel.i18n import Language, Message, message, translate
from marketplace.organisers.reference import is_service_class, municipality_named

OFFER_COLUMNS: Final = (
    "offer_id", "organiser_id", "service_class", "municipality_codes", "languages", "skills", "accepts_new_clients",
    "earliest_start", "name_fi", "name_sv", "name_en", "description_fi", "description_sv", "description_en",
    "postal_codes", "capacity", "self_monitoring_url",
)  # fmt: skip
_HEADINGS: Final = {
    "offer_id": ("tarjous", "tarjouksen tunnus", "erbjudande", "offer"),
    "organiser_id": ("järjestäjä", "anordnare", "organiser"),
    "service_class": ("palveluluokka", "palvelu", "serviceklass", "tjänsteklass", "tjänst", "service", "service code", "palvelukoodi"),
    "municipality_codes": ("kunnat", "kunta", "kuntakoodit", "kommuner", "kommun", "kommunkoder", "municipalities", "municipality"),
    "languages": ("kielet", "kieli", "palvelukielet", "språk", "servicespråk", "language"),
    "skills": ("erityisosaaminen", "osaaminen", "specialkunnande", "kunskaper", "special skills"),
    "accepts_new_clients": ("ottaa uusia asiakkaita", "uusia asiakkaita", "tar emot nya klienter", "accepts clients"),
    "earliest_start": ("alkaa aikaisintaan", "aikaisin aloitus", "börjar tidigast", "starts"),
    "name_fi": ("nimi", "nimi suomeksi", "namn på finska", "name in finnish", "name"),
    "name_sv": ("nimi ruotsiksi", "namn", "namn på svenska", "name in swedish"),
    "name_en": ("nimi englanniksi", "namn på engelska", "name in english"),
    "description_fi": ("kuvaus", "kuvaus suomeksi", "beskrivning på finska", "description in finnish", "description"),
    "description_sv": ("kuvaus ruotsiksi", "beskrivning", "beskrivning på svenska", "description in swedish"),
    "description_en": ("kuvaus englanniksi", "beskrivning på engelska", "description in english"),
    "postal_codes": ("postinumerot", "postinumero", "postnummer", "postal code"),
    "capacity": ("vapaita paikkoja", "lediga platser", "free places"),
    "self_monitoring_url": ("omavalvontasuunnitelma", "plan för egenkontroll", "self-monitoring plan"),
}  # fmt: skip
LONGEST_ADDRESS: Final = 500
_DETAILS: Final = frozenset({"capacity", "self_monitoring_url"})
_PLAIN: Final = frozenset(OFFER_COLUMNS) - _DETAILS - {"offer_id", "organiser_id", "service_class"}
_COLUMN_OF: Final = {word: name for name, words in _HEADINGS.items() for word in (name.replace("_", " "), *words)}
_YES: Final = frozenset({"kyllä", "on", "ja", "yes", "true", "1", "x"})
_NO: Final = frozenset({"ei", "nej", "no", "false", "0"})
_LANGUAGE_OF: Final = {
    translate(words, reader).casefold(): code for code, words in SERVICE_LANGUAGES.items() for reader in Language
}


class ReadOffer(msgspec.Struct, frozen=True):
    """An offer of the sheet with the row that it stood in, and the id that an earlier export gave it.

    ``given`` names what the sheet has columns for: the rest of the draft is no more than the usual.
    """

    row: int
    offer_id: UUID | None
    draft: OfferDraft
    given: frozenset[str] = frozenset()

    def over(self, before: OfferDraft) -> OfferDraft:
        """An earlier draft with what the sheet says; what it has no column for, such as prices, stays."""
        plain = self.given & _PLAIN
        details = {name: getattr(self.draft.details, name) for name in self.given & _DETAILS}
        return replace(
            before, **{name: getattr(self.draft, name) for name in plain}, details=replace(before.details, **details)
        )


class OfferSheetReport(msgspec.Struct, frozen=True, kw_only=True):
    """The whole dry run of a sheet of offers."""

    kind: Format
    header: tuple[str, ...]
    rows: tuple[RowReport, ...]
    offers: tuple[ReadOffer, ...]

    @property
    def refused(self) -> tuple[RowReport, ...]:
        return tuple(row for row in self.rows if row.outcome is RowOutcome.REFUSED)


class _CellError(ValueError):
    def __init__(self, name: str, words: Message) -> None:
        self.name, self.words = name, words
        super().__init__(words.text)


def read_offer_sheet(data: bytes, organiser_id: UUID) -> OfferSheetReport:
    """The dry run of a CSV or XLSX file of offers. Rows that name no organiser are for ``organiser_id``.

    Raises:
        UnreadableSheetError: the file is no table, or has no column for the service class.
    """
    table = read_table(data)
    place = _headings(table.rows)
    columns = _columns(table.rows[place])
    read = [_read(row, columns, organiser_id) for row in table.rows[place + 1 :] if not is_remark(row)]
    return OfferSheetReport(
        kind=table.kind,
        header=table.rows[place].cells,
        rows=tuple(report for report, _ in read),
        offers=tuple(offer for _, offer in read if offer),
    )


def check_offer_headings(data: bytes) -> Format:
    """That a file is a table of offers, without reading its rows; answers with what kind of file it is.

    Raises:
        UnreadableSheetError: as ``read_offer_sheet``.
    """
    table = read_table(data)
    _headings(table.rows)
    return table.kind


def _headings(rows: Sequence[SheetRow]) -> int:
    place = next((i for i, row in enumerate(rows) if "service_class" in _columns(row)), None)
    if place is None:
        words = message("No column with the service class was found. Give the columns headings such as Palveluluokka.")
        raise UnreadableSheetError(words)
    return place


def _columns(row: SheetRow) -> dict[str, int]:
    found: dict[str, int] = {}
    for index, heading in enumerate(row.cells):
        if name := _COLUMN_OF.get(plain(heading[:80])):
            found.setdefault(name, index)
    return found


def _read(row: SheetRow, columns: dict[str, int], organiser_id: UUID) -> tuple[RowReport, ReadOffer | None]:
    cells = {name: row.cell(index) for name, index in columns.items()}
    try:
        draft = _draft(cells, organiser_id)
        offer = ReadOffer(row.number, _identifier(cells, "offer_id"), draft, frozenset(columns))
    except _CellError as error:
        return _refused(row, columns, [(error.name, error.words)]), None
    if errors := check_words(offer.draft):
        return _refused(row, columns, [(each.field.split(".")[0], each.message) for each in errors]), None
    name = offer.draft.name_fi or offer.draft.name_sv or offer.draft.service_class
    words = message("Offer: {name}", name=name)
    return RowReport(number=row.number, outcome=RowOutcome.ACCEPTED, words=(words,), cells=row.cells), offer


def _refused(row: SheetRow, columns: dict[str, int], errors: Sequence[tuple[str, Message]]) -> RowReport:
    column = columns.get(errors[0][0])
    return RowReport(
        number=row.number,
        outcome=RowOutcome.REFUSED,
        words=tuple(words for _, words in errors),
        column=column_letter(column) if column is not None else None,
        cells=row.cells,
    )


def _draft(cells: dict[str, str], organiser_id: UUID) -> OfferDraft:
    places = _municipalities(cells.get("municipality_codes", ""))
    return OfferDraft(
        organiser_id=_identifier(cells, "organiser_id") or organiser_id,
        service_class=_service_class(cells.get("service_class", "")),
        municipality_codes=places,
        languages=_languages(cells.get("languages", "")),
        skills=tuple(_parts(cells.get("skills", ""), "|;\n")),
        accepts_new_clients=_yes_or_no(cells.get("accepts_new_clients", "")),
        earliest_start=_date(cells.get("earliest_start", "")),
        name_fi=cells.get("name_fi", ""),
        name_sv=cells.get("name_sv", ""),
        name_en=cells.get("name_en", ""),
        description_fi=cells.get("description_fi", ""),
        description_sv=cells.get("description_sv", ""),
        description_en=cells.get("description_en", ""),
        postal_codes=_postal_codes(cells.get("postal_codes", ""), places),
        details=OfferDetails(
            capacity=_capacity(cells.get("capacity", "")),
            self_monitoring_url=_web_address(cells.get("self_monitoring_url", "")),
        ),
    )


def _identifier(cells: dict[str, str], name: str) -> UUID | None:
    text = cells.get(name, "")
    try:
        return UUID(text) if text else None
    except ValueError as error:
        raise _CellError(name, message("“{text}” is not an id.", text=text[:40])) from error


def _service_class(text: str) -> str:
    try:
        code = known_code(text)
    except UnreadableCellError as error:
        raise _CellError("service_class", error.words) from error
    if not is_service_class(code):
        raise _CellError("service_class", message("There is no service class {code}.", code=text[:40]))
    return code


def _parts(text: str, separators: str) -> list[str]:
    found = (part.strip() for part in re.split(f"[{re.escape(separators)}]", text))
    return list(dict.fromkeys(part for part in found if part))


def _municipalities(text: str) -> tuple[str, ...]:
    codes: list[str] = []
    for name in _parts(text, "|,;\n"):
        place = municipality_named(name.zfill(3) if name.isdigit() else name)
        if place is None:
            raise _CellError("municipality_codes", message("There is no municipality “{name}”.", name=name[:40]))
        codes.append(place.code)
    return tuple(dict.fromkeys(codes))


def _languages(text: str) -> tuple[str, ...]:
    names = _parts(text, "|,;\n/")
    codes: list[str] = []
    for name in names:
        code = name.casefold() if name.casefold() in SERVICE_LANGUAGES else _LANGUAGE_OF.get(name.casefold())
        if code is None:
            raise _CellError("languages", message("“{name}” is not a language of our list.", name=name[:40]))
        codes.append(code)
    return tuple(dict.fromkeys(codes)) or ("fi",)


def _postal_codes(text: str, municipality_codes: tuple[str, ...]) -> tuple[str, ...]:
    try:
        return read_postal_codes(text.replace("|", ","), municipality_codes)
    except Invalid as error:
        raise _CellError("postal_codes", error.fields[0].message) from error


def _capacity(text: str) -> int | None:
    if not text:
        return None
    if not re.fullmatch("[0-9]{1,5}", text):
        raise _CellError("capacity", message("Give a whole number."))
    return int(text)


def _web_address(text: str) -> str:
    if text and not (text.startswith(("https://", "http://")) and len(text) <= LONGEST_ADDRESS):
        raise _CellError("self_monitoring_url", message("Give a web address that begins with https://."))
    return text


def _yes_or_no(text: str) -> bool:
    word = plain(text)
    if word and word not in _YES | _NO:
        raise _CellError("accepts_new_clients", message("“{text}” is neither yes nor no.", text=text[:40]))
    return word not in _NO


def _date(text: str) -> date | None:
    word = plain(text)
    if not word:
        return None
    local = re.fullmatch(r"(\d{1,2})\.(\d{1,2})\.(\d{4})", word)
    iso = re.fullmatch(r"(\d{4})-(\d{1,2})-(\d{1,2})", word)
    try:
        if local:
            return date(int(local[3]), int(local[2]), int(local[1]))
        if iso:
            return date(int(iso[1]), int(iso[2]), int(iso[3]))
    except ValueError:
        pass
    raise _CellError("earliest_start", message("“{text}” is not a date. Write it as 1.1.2027.", text=text[:40]))


def write_offer_sheet(offers: Sequence[tuple[UUID | None, OfferDraft]], format: Format) -> bytes:  # noqa: A002
    """Offers as a file that ``read_offer_sheet`` reads back as they are, but for their prices."""
    return write_sheet(OFFER_COLUMNS, [_row(number, draft) for number, draft in offers], format)


def _row(offer_id: UUID | None, draft: OfferDraft) -> dict[str, str]:
    start = draft.earliest_start
    return {
        **{name: getattr(draft, name) for name in OFFER_COLUMNS[8:14]},
        "offer_id": str(offer_id or ""),
        "organiser_id": str(draft.organiser_id),
        "service_class": draft.service_class,
        "municipality_codes": "|".join(draft.municipality_codes),
        "languages": "|".join(draft.languages),
        "skills": "|".join(draft.skills),
        "accepts_new_clients": "yes" if draft.accepts_new_clients else "no",
        "earliest_start": start.isoformat() if start else "",
        "postal_codes": "|".join(draft.postal_codes),
        "capacity": "" if draft.details.capacity is None else str(draft.details.capacity),
        "self_monitoring_url": draft.details.self_monitoring_url,
    }


def offer_error_file(report: OfferSheetReport, language: Language) -> bytes:
    """The refused rows as they came, with the reason in a last column."""
    width = max([len(report.header), *(len(row.cells) for row in report.refused)])
    header = [
        *report.header,
        *[""] * (width - len(report.header)),
        translate(message("Why the row was refused"), language),
    ]
    rows = [
        [*row.cells, *[""] * (width - len(row.cells)), "; ".join(translate(each, language) for each in row.words)]
        for row in report.refused
    ]
    return write_cells(header, rows, report.kind)
