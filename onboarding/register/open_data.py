"""The whole register as files: CSV (RFC 4180, described by CSVW) and JSON-LD in the words of schema.org. CC BY 4.0.

Both are written page by page as they are sent, so that a register of any size needs little memory.
"""

import csv
import io
from collections.abc import AsyncIterator, Iterable, Mapping
from typing import Any, Final

import msgspec
from msgspec.structs import replace

from marketplace.kernel.i18n import Language
from marketplace.kernel.money import decimal_text
from marketplace.kernel.spreadsheets import harmless
from marketplace.organisers.reference import municipality, service_class
from onboarding.register.register import public_register
from onboarding.register.schemas import RegisterEntry, RegisterQuery, ShownOffer, ShownUnit

LICENCE: Final = "https://creativecommons.org/licenses/by/4.0/"
ROWS_AT_A_TIME: Final = 200
FIELDS: Final[Mapping[str, str]] = {
    "approval_id": "string", "business_id": "string", "name": "string", "kind": "string", "website": "string",
    "organiser_id": "string", "organiser": "string", "status": "string", "service_class": "string", "service": "string",
    "municipality_codes": "string", "municipalities": "string", "approved_on": "date", "valid_from": "date",
    "valid_to": "date", "unit": "string", "lowest_price_eur": "decimal", "highest_price_eur": "decimal",
    "self_monitoring_plans": "string",
}  # fmt: skip
"""Columns of the CSV with their types (XML Schema). Lists within a cell are separated by ``; ``."""


async def register_csv(query: RegisterQuery, language: Language) -> AsyncIterator[bytes]:
    """One line for each service class of each approval, with a head. Prices in euros with a decimal point."""
    yield _line(FIELDS)
    async for entry in _all(query):
        yield b"".join(_line(row) for row in _rows(entry, language))


async def _all(query: RegisterQuery) -> AsyncIterator[RegisterEntry]:
    asked: RegisterQuery | None = replace(query, limit=ROWS_AT_A_TIME)
    while asked is not None:
        found = await public_register(asked)
        for entry in found.items:
            yield entry
        asked = replace(asked, after=found.next) if found.next else None


def _rows(entry: RegisterEntry, language: Language) -> Iterable[Iterable[object]]:
    places = [municipality(code).name.in_language(language) for code in entry.municipalities]
    plans = sorted({unit.self_monitoring_url for unit in entry.units if unit.self_monitoring_url})
    for code in entry.service_classes:
        prices = sorted(p.price_cents for offer in entry.offers if offer.service_class == code for p in offer.prices)
        service = service_class(code)
        yield (
            entry.id, entry.business_id, entry.name, entry.kind, entry.website, entry.organiser_id,
            entry.organiser.in_language(language), "approved", code, service.name.in_language(language),
            "; ".join(entry.municipalities), "; ".join(places), entry.approved_on, entry.valid_from, entry.valid_to or "",
            service.unit, decimal_text(prices[0]) if prices else "", decimal_text(prices[-1]) if prices else "",
            "; ".join(plans),
        )  # fmt: skip


def _line(cells: Iterable[object]) -> bytes:
    written = io.StringIO()
    csv.writer(written).writerow([harmless(str(cell)) for cell in cells])
    return written.getvalue().encode()


def csv_description(address: str) -> dict[str, Any]:
    """What the columns mean to a machine (W3C CSV on the Web)."""
    columns = [
        {"name": name, "titles": name, "datatype": kind, "required": name in {"approval_id", "name", "valid_from"}}
        for name, kind in FIELDS.items()
    ]
    return {
        "@context": "http://www.w3.org/ns/csvw",
        "url": address,
        "dc:license": {"@id": LICENCE},
        "dialect": {"delimiter": ",", "header": True, "encoding": "utf-8"},
        "tableSchema": {"columns": columns},
    }


async def register_json_ld(query: RegisterQuery, base_url: str) -> AsyncIterator[bytes]:
    """A schema.org ``Dataset`` whose parts are permits. ``holder`` and ``permits`` are our words: schema.org has none."""
    words = f"{base_url}/register/data"
    head = {
        "@context": {"@vocab": "https://schema.org/", "holder": f"{words}#holder", "permits": f"{words}#permits"},
        "@type": "Dataset",
        "@id": f"{base_url}/register",
        "name": "Approved providers of voucher services",
        "license": LICENCE,
        "isAccessibleForFree": True,
        "url": f"{base_url}/register",
    }
    opened = msgspec.json.encode(head)[:-1] + b',"hasPart":['
    first = True
    async for entry in _all(query):
        part = msgspec.json.encode(_permit(entry, base_url))
        yield (opened if first else b",") + part
        first = False
    yield (opened if first else b"") + b"]}"


def _permit(entry: RegisterEntry, base_url: str) -> dict[str, Any]:
    permit: dict[str, Any] = {
        "@type": "GovernmentPermit",
        "@id": f"{base_url}/register/{entry.business_id}#{entry.id}",
        "identifier": str(entry.id),
        "issuedBy": {"@type": "GovernmentOrganization", "identifier": str(entry.organiser_id), "name": _names(entry.organiser)},
        "validFrom": entry.valid_from,
        "validIn": [_place(code) for code in entry.municipalities],
        "permits": [_service(code) for code in entry.service_classes],
        "holder": _holder(entry, base_url),
    }  # fmt: skip
    return permit | ({"validUntil": entry.valid_to} if entry.valid_to else {})


def _holder(entry: RegisterEntry, base_url: str) -> dict[str, Any]:
    holder: dict[str, Any] = {
        "@type": "Person" if entry.kind == "close_network" else "Organization",
        "@id": f"{base_url}/register/{entry.business_id}",
        "identifier": entry.business_id,
        "name": entry.name,
    }
    extra = {
        "url": entry.website,
        "makesOffer": [_offer(offer, base_url) for offer in entry.offers],
        "department": [_unit(unit) for unit in entry.units],
    }
    return holder | {name: value for name, value in extra.items() if value}


def _offer(offer: ShownOffer, base_url: str) -> dict[str, Any]:
    prices = [
        {
            "@type": "UnitPriceSpecification",
            "price": decimal_text(each.price_cents),
            "priceCurrency": "EUR",
            "unitText": offer.unit,
            "name": _names(each.band),
        }
        for each in offer.prices
    ]
    return {
        "@type": "Offer",
        "@id": f"{base_url}{offer.address}",
        "itemOffered": _service(offer.service_class) | {"name": _names(offer.name)},
        "priceSpecification": prices,
    }


def _unit(unit: ShownUnit) -> dict[str, Any]:
    described = {
        "@type": "Organization",
        "name": unit.name,
        "identifier": unit.soteri_id,
        "location": _place(unit.municipality) if unit.municipality else None,
        "publishingPrinciples": unit.self_monitoring_url,
    }
    return {name: value for name, value in described.items() if value}


def _service(code: str) -> dict[str, Any]:
    return {"@type": "GovernmentService", "serviceType": code, "name": _names(service_class(code).name)}


def _place(code: str) -> dict[str, Any]:
    return {"@type": "AdministrativeArea", "identifier": code, "name": _names(municipality(code).name)}


def _names(text: Any) -> list[dict[str, str]]:
    return [{"@value": getattr(text, each), "@language": each} for each in ("fi", "sv", "en") if getattr(text, each)]
