"""The Business Information System (YTJ) of the Patent and Registration Office and the Tax Administration, open data v3.

An outside system: slow, absent or changed answers are ordinary. Nothing here fails harder than ``YtjError``.
Data: PRH and Tax Administration, YTJ, CC BY 4.0.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Annotated, Final, TypeVar

import httpx
import msgspec
import structlog

from marketplace.kernel.clock import now
from marketplace.kernel.i18n import Text
from onboarding.providers.schemas import CompanyFacts, FactsSource, ProviderKind

log = structlog.get_logger(__name__)

YTJ_URL: Final = "https://avoindata.prh.fi/opendata-ytj-api/v3"
TIMEOUT_SECONDS: Final = 3.0
ATTEMPTS: Final = 2
MAX_ANSWER_BYTES: Final = 1_000_000

_LANGUAGES: Final = {"1": "fi", "2": "sv", "3": "en"}
_PRIMARY_NAME, _PARALLEL_NAME, _AUXILIARY_NAME = "1", "2", "3"
_VISITING, _POSTAL = "1", "2"
_TRADE, _PREPAYMENT, _VAT, _EMPLOYER = "1", "5", "6", "7"
REGISTERS: Final = {_TRADE: "trade", _PREPAYMENT: "prepayment", _VAT: "vat", _EMPLOYER: "employer"}
_NO_ENTRY: Final = ("rekisteröimätön", "ei rekisterissä", "poistettu", "poistunut", "lakannut", "unregistered", "removed", "ceased")  # fmt: skip
"""Words with which YTJ describes an entry that is none, though it bears no end of its own."""
_CEASED: Final = "4"
MOST_NAMES: Final = 20
_ASSOCIATIONS: Final = frozenset({"6", "21"})
_FOUNDATIONS: Final = frozenset({"18"})

T = TypeVar("T")
OfEither = Annotated[str | int, msgspec.Meta(description="YTJ writes the same code as text here and as a number there")]


class YtjError(Exception):
    """YTJ gave no answer that we can use. The person goes on by hand and the reviewer is told."""


class WireDescription(msgspec.Struct, frozen=True):
    languageCode: str = ""  # noqa: N815 - YTJ's own name
    description: str | None = None


class WireCode(msgspec.Struct, frozen=True):
    """A coded fact that may have ended: a company form, a line of business, a situation."""

    type: OfEither = ""
    descriptions: Sequence[WireDescription] | None = None
    registrationDate: date | None = None  # noqa: N815
    endDate: date | None = None  # noqa: N815


class WireName(msgspec.Struct, frozen=True):
    name: str
    type: OfEither = ""
    endDate: date | None = None  # noqa: N815


class WireEntry(msgspec.Struct, frozen=True):
    """An entry in one of the registers."""

    register: OfEither = ""
    descriptions: Sequence[WireDescription] | None = None
    registrationDate: date | None = None  # noqa: N815
    endDate: date | None = None  # noqa: N815

    @property
    def holds(self) -> bool:
        words = " ".join(d.description or "" for d in self.descriptions or ()).lower()
        return self.endDate is None and not any(word in words for word in _NO_ENTRY)


class WirePostOffice(msgspec.Struct, frozen=True):
    city: str = ""
    languageCode: str = ""  # noqa: N815
    municipalityCode: str | None = None  # noqa: N815


class WireAddress(msgspec.Struct, frozen=True):
    type: OfEither = ""
    street: str | None = None
    buildingNumber: str | None = None  # noqa: N815
    entrance: str | None = None
    apartmentNumber: str | None = None  # noqa: N815
    postOfficeBox: str | None = None  # noqa: N815
    postCode: str | None = None  # noqa: N815
    postOffices: Sequence[WirePostOffice] | None = None  # noqa: N815


class WireBusinessId(msgspec.Struct, frozen=True):
    value: str


class WireWebsite(msgspec.Struct, frozen=True):
    url: str | None = None


class WireCompany(msgspec.Struct, frozen=True):
    """The parts of a company that we read. Anything may be missing; anything more is ignored."""

    businessId: WireBusinessId  # noqa: N815
    names: Sequence[WireName]
    mainBusinessLine: WireCode | None = None  # noqa: N815
    website: WireWebsite | None = None
    companyForms: Sequence[WireCode] | None = None  # noqa: N815
    companySituations: Sequence[WireCode] | None = None  # noqa: N815
    registeredEntries: Sequence[WireEntry] | None = None  # noqa: N815
    addresses: Sequence[WireAddress] | None = None
    tradeRegisterStatus: OfEither = ""  # noqa: N815
    endDate: date | None = None  # noqa: N815


class WireAnswer(msgspec.Struct, frozen=True):
    companies: Sequence[WireCompany]


class HttpCompanyRegister:
    """YTJ over HTTP. ``transport`` is given where the local double answers in its place."""

    def __init__(
        self,
        base_url: str = YTJ_URL,
        *,
        transport: httpx.AsyncBaseTransport | None = None,
        source: FactsSource = FactsSource.YTJ,
        timeout_seconds: float = TIMEOUT_SECONDS,
    ) -> None:
        self.base_url = base_url.rstrip("/")
        self.transport = transport
        self.source = source
        self.timeout_seconds = timeout_seconds

    @property
    def is_double(self) -> bool:
        return self.source is FactsSource.YTJ_DOUBLE

    async def look_up(self, business_id: str) -> CompanyFacts | None:
        """The facts of a company, or None where YTJ knows none with this business id.

        Raises:
            YtjError: no answer in time (asked twice), or one that cannot be read.
        """
        for attempt in range(1, ATTEMPTS + 1):
            try:
                answer = await self._ask(business_id)
                return self._facts(answer, business_id)
            except (httpx.HTTPError, msgspec.MsgspecError, UnicodeDecodeError) as error:
                log.warning("ytj_no_answer", attempt=attempt, error=type(error).__name__)
        raise YtjError

    async def _ask(self, business_id: str) -> WireAnswer:
        async with httpx.AsyncClient(transport=self.transport, timeout=self.timeout_seconds) as client:
            answer = await client.get(f"{self.base_url}/companies", params={"businessId": business_id})
        answer.raise_for_status()
        return msgspec.json.decode(answer.content[:MAX_ANSWER_BYTES], type=WireAnswer)

    def _facts(self, answer: WireAnswer, business_id: str) -> CompanyFacts | None:
        for company in answer.companies:
            if company.businessId.value == business_id:
                return facts_of(company, self.source)
        return None


def facts_of(company: WireCompany, source: FactsSource) -> CompanyFacts:
    """Our facts from YTJ's: what is current now, with the moment and source of the look-up."""
    form, line = _current(company.companyForms), company.mainBusinessLine
    address = _address(company.addresses or ())
    entries = _entry_dates(company.registeredEntries or ())
    return CompanyFacts(
        business_id=company.businessId.value,
        name=_name(company.names)[:200],
        kind=_kind(form),
        form=_text(form),
        industry_code=str(line.type) if line else "",
        industry=_text(line),
        street=_street(address) if address else "",
        postal_code=(address.postCode or "") if address else "",
        post_office=_post_office(address),
        municipality=_municipality(address),
        website=_website(company.website),
        trade_register=entries.get(_TRADE),
        prepayment_register=entries.get(_PREPAYMENT),
        employer_register=entries.get(_EMPLOYER),
        vat_register=entries.get(_VAT),
        situations=tuple(sorted(str(s.type) for s in company.companySituations or () if s.endDate is None)),
        ended_on=company.endDate or _trade_register_end(company),
        source=source,
        fetched_at=now(),
        parallel_names=_names(company.names, _PARALLEL_NAME),
        auxiliary_names=_names(company.names, _AUXILIARY_NAME),
        postal_address=_postal_address(company.addresses or ()),
        left=_ends(company.registeredEntries or (), set(entries)),
        situations_since={
            str(s.type): s.registrationDate
            for s in company.companySituations or ()
            if s.endDate is None and s.registrationDate is not None
        },
    )


def _name(names: Sequence[WireName]) -> str:
    current = [n.name for n in names if str(n.type) == _PRIMARY_NAME and n.endDate is None]
    return (current or [n.name for n in names] or [""])[0]


def _names(names: Sequence[WireName], kind: str) -> tuple[str, ...]:
    return tuple(n.name[:200] for n in names if str(n.type) == kind and n.endDate is None)[:MOST_NAMES]


def _current(codes: Sequence[WireCode] | None) -> WireCode | None:
    return next((code for code in codes or () if code.endDate is None), None)


def _text(code: WireCode | None) -> Text:
    written: Mapping[str, str] = {
        _LANGUAGES[d.languageCode]: d.description
        for d in (code.descriptions if code else None) or ()
        if d.description and d.languageCode in _LANGUAGES
    }
    return Text(fi=written.get("fi", ""), sv=written.get("sv", ""), en=written.get("en", ""))


def _kind(form: WireCode | None) -> ProviderKind:
    """By the code where we know it, else by the form's Finnish name; what is left counts as a company."""
    code, name = (str(form.type), _text(form).fi.lower()) if form else ("", "")
    if code in _ASSOCIATIONS or "yhdistys" in name:
        return ProviderKind.ASSOCIATION
    if code in _FOUNDATIONS or "säätiö" in name:
        return ProviderKind.FOUNDATION
    if "elinkeinonharjoittaja" in name or "toiminimi" in name:
        return ProviderKind.SOLE_TRADER
    return ProviderKind.COMPANY


def _entry_dates(entries: Sequence[WireEntry]) -> Mapping[str, date]:
    """The first entry that still holds, by register."""
    found: dict[str, date] = {}
    for entry in entries:
        if entry.holds and entry.registrationDate is not None:
            known = found.get(str(entry.register), entry.registrationDate)
            found[str(entry.register)] = min(known, entry.registrationDate)
    return found


def _ends(entries: Sequence[WireEntry], current: set[str]) -> Mapping[str, date]:
    """When it left the registers that it is in no more."""
    found: dict[str, date] = {}
    for entry in entries:
        name = REGISTERS.get(str(entry.register))
        ended = entry.endDate or (None if entry.holds else entry.registrationDate)
        if name is not None and ended is not None and str(entry.register) not in current:
            found[name] = max(ended, found.get(name, ended))
    return found


def _trade_register_end(company: WireCompany) -> date | None:
    """A ceased company may come without an end of its own; then its last register entry's end tells."""
    if str(company.tradeRegisterStatus) != _CEASED:
        return None
    ends = [entry.endDate for entry in company.registeredEntries or () if entry.endDate is not None]
    return max(ends, default=None)


def _address(addresses: Sequence[WireAddress]) -> WireAddress | None:
    by_type = {str(address.type): address for address in addresses}
    return by_type.get(_VISITING) or by_type.get(_POSTAL)


def _postal_address(addresses: Sequence[WireAddress]) -> str:
    """Where letters go, on one line; empty where that is the street address."""
    by_type = {str(address.type): address for address in addresses}
    postal = by_type.get(_POSTAL)
    if postal is None or _VISITING not in by_type:
        return ""
    place = " ".join(part for part in (postal.postCode or "", _post_office(postal)) if part)
    return ", ".join(part for part in (_street(postal), place) if part)[:300]


def _street(address: WireAddress) -> str:
    if address.postOfficeBox and not address.street:
        return f"PL {address.postOfficeBox}"
    parts = (address.street, address.buildingNumber, address.entrance, address.apartmentNumber)
    return " ".join(part for part in parts if part)[:200]


def _post_office(address: WireAddress | None) -> str:
    offices = (address.postOffices if address else None) or ()
    finnish = [o.city for o in offices if o.languageCode == "1"]
    return (finnish or [o.city for o in offices] or [""])[0].title()


def _municipality(address: WireAddress | None) -> str:
    offices = (address.postOffices if address else None) or ()
    return next((o.municipalityCode for o in offices if o.municipalityCode), "")


def _website(website: WireWebsite | None) -> str:
    """An address that may stand in a link; YTJ often leaves out its scheme."""
    url = (website.url or "").strip() if website else ""
    if not url or any(c in url for c in " \"'<>") or "://" in url.removeprefix("https://").removeprefix("http://"):
        return ""
    return url if url.startswith(("https://", "http://")) else f"https://{url}"
