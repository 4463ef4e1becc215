"""Services of the Finnish Service Catalogue (PTV, suomi.fi), open API version 11, as offers and back. Pure.

The catalogue describes services and knows no prices. What an offer has no place for is listed in words, never dropped
in silence; what the catalogue has no place for stays with us.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import msgspec

from marketplace.catalogue.offers.schemas import (
    MAX_DESCRIPTION,
    MAX_NAME,
    SERVICE_LANGUAGES,
    OfferDraft,
    PublishedOffer,
)
from marketplace.catalogue.sheets.words import class_of
from marketplace.kernel.i18n import Language, Message, Text, message, translate
from marketplace.kernel.inputs import safe_text
from marketplace.kernel.money import Money
from marketplace.organisers.reference import (
    Municipality,
    counties,
    is_municipality,
    municipalities,
    municipalities_of_county,
    municipality,
    municipality_named,
    service_class,
    service_classes,
)
from marketplace.pricing.prices import UNIT_WORDS

CLASS_URI: Final = "http://uri.suomi.fi/codelist/ptv/ptvserclass2/code/"
LONGEST_SUMMARY: Final = 150
LONGEST_DESCRIPTION: Final = 2_500
LONGEST_NAME: Final = 100
MOST_ENTRIES: Final = 1_000
ALAND: Final = "91"

_CLASS_CODE: Final = re.compile(r"P\d{1,2}(?:\.\d{1,2})?")
_CONTROLS: Final = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
_LANGUAGES: Final = ("fi", "sv", "en")

# What a service of the catalogue may have and an offer has not, with the words for it.
_NO_PLACE: Final[Mapping[str, Message]] = {
    "legislation": message("legislation"),
    "keywords": message("keywords"),
    "requirements": message("requirements"),
    "ontologyTerms": message("ontology terms"),
    "targetGroups": message("target groups"),
    "lifeEvents": message("life events"),
    "industrialClasses": message("industrial classes"),
    "serviceChannels": message("service channels (places, telephone numbers, web pages)"),
    "serviceCollections": message("service collections"),
    "generalDescriptionId": message("the general description that the service is based on"),
}
_DESCRIPTION_WORDS: Final[Mapping[str, Message]] = {
    "UserInstruction": message("the instructions"),
    "ChargeTypeAdditionalInfo": message("the words on charges"),
    "DeadLine": message("the deadline"),
    "ProcessingTime": message("the processing time"),
    "ValidityTime": message("the time of validity"),
    "BackgroundDescription": message("the background"),
    "Summary": message("the summary"),
}


class UnreadablePtvError(ValueError):
    """The document is no service of the catalogue; ``words`` say why."""

    def __init__(self, words: Message) -> None:
        self.words = words
        super().__init__(words.text)


class PtvVoucher(msgspec.Struct, frozen=True, kw_only=True):
    """A voucher that a service of the catalogue can be bought with, in one language."""

    language: str
    value: str
    url: str = ""
    additional_information: str = ""


class PtvImport(msgspec.Struct, frozen=True, kw_only=True):
    """An offer draft made of a service, its vouchers, and in words what was left out and what to decide."""

    draft: OfferDraft
    vouchers: tuple[PtvVoucher, ...]
    left_out: tuple[Message, ...]


def offer_from_ptv(document: object, organiser_id: UUID, *, service_class_code: str | None = None) -> PtvImport:
    """An offer draft from a service in the shape of version 11.

    ``service_class_code`` is chosen by the provider where the service's own classes and name decide none.

    Raises:
        UnreadablePtvError: it is no service, or none of our service classes fits and none is given.
    """
    service = _service(document)
    left_out: list[Message] = []
    names = _texts(service, "serviceNames", "Name")
    code = service_class_code or _our_class(service, names, left_out)
    descriptions = _descriptions(service, left_out)
    draft = OfferDraft(
        organiser_id=organiser_id,
        service_class=code,
        municipality_codes=_places(service, left_out),
        languages=_service_languages(service, left_out),
        name_fi=_cut(names.get("fi", ""), MAX_NAME, left_out),
        name_sv=_cut(names.get("sv", ""), MAX_NAME, left_out),
        name_en=_cut(names.get("en", ""), MAX_NAME, left_out),
        description_fi=_cut(descriptions.get("fi", ""), MAX_DESCRIPTION, left_out),
        description_sv=_cut(descriptions.get("sv", ""), MAX_DESCRIPTION, left_out),
        description_en=_cut(descriptions.get("en", ""), MAX_DESCRIPTION, left_out),
    )
    left_out += _without_place(service, names)
    return PtvImport(
        draft=draft,
        vouchers=_vouchers(service),
        left_out=tuple(each for i, each in enumerate(left_out) if each not in left_out[:i]),
    )


def _service(document: object) -> Mapping[str, Any]:
    if not isinstance(document, Mapping) or not _list(document, "serviceNames"):
        raise UnreadablePtvError(message("This is no service of the Finnish Service Catalogue (version 11)."))
    return document


def _list(document: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    entries = document.get(name)
    return [each for each in entries[:MOST_ENTRIES] if isinstance(each, Mapping)] if isinstance(entries, list) else []


def _texts(service: Mapping[str, Any], name: str, kind: str) -> dict[str, str]:
    """The texts of a kind by language; the first where there are several."""
    found: dict[str, str] = {}
    for each in _list(service, name):
        text = _text(each.get("value"))
        if each.get("type") == kind and text:
            found.setdefault(str(each.get("language")), text)
    return found


def _text(value: object) -> str:
    if not isinstance(value, str):
        return ""
    cleaned = _CONTROLS.sub("", value.replace("_x000D_", "").replace("\r\n", "\n").replace("\r", "\n")).strip()
    return safe_text(cleaned) if _is_safe(cleaned) else ""


def _is_safe(text: str) -> bool:
    try:
        safe_text(text)
    except ValueError:
        return False
    return True


def _our_class(service: Mapping[str, Any], names: Mapping[str, str], left_out: list[Message]) -> str:
    """Our class for the service's class in the catalogue; where that is wider than ours, the name decides."""
    codes = [code for each in _list(service, "serviceClasses") if (code := _class_code(each))]
    fitting = [each.code for each in service_classes() if each.ptv_class and each.ptv_class in codes]
    by_name = next((code for name in names.values() if (code := class_of(name))), None)
    if len(fitting) == 1 or by_name in fitting:
        return by_name if by_name in fitting and by_name else fitting[0]
    if by_name and not fitting:
        left_out.append(message("The service class was read from the name: {name}.", name=service_class(by_name).name))
        return by_name
    if fitting:
        name = service_class(fitting[0]).name
        left_out.append(message("Several service classes fit. Check that {name} is right.", name=name))
        return fitting[0]
    raise UnreadablePtvError(message("None of the service classes fits this service. Choose one and try again."))


def _class_code(entry: Mapping[str, Any]) -> str | None:
    for text in (entry.get("code"), entry.get("newUri"), entry.get("uri")):
        if isinstance(text, str) and (found := _CLASS_CODE.fullmatch(text.rsplit("/", 1)[-1][:10])):
            return found[0]
    return None


def _descriptions(service: Mapping[str, Any], left_out: list[Message]) -> dict[str, str]:
    """The description, or where a language has none, its summary."""
    whole = _texts(service, "serviceDescriptions", "Description")
    short = _texts(service, "serviceDescriptions", "Summary")
    for kind, words in _DESCRIPTION_WORDS.items():
        if kind != "Summary" and _texts(service, "serviceDescriptions", kind):
            left_out.append(_was_left_out(words))
    if any(language in whole and short[language] not in whole[language] for language in short):
        left_out.append(_was_left_out(_DESCRIPTION_WORDS["Summary"]))
    return {**short, **whole}


def _was_left_out(what: Message) -> Message:
    return message("Left out: {what}.", what=what)


def _cut(text: str, most: int, left_out: list[Message]) -> str:
    if len(text) <= most:
        return text
    left_out.append(message("A text was cut at {most} characters.", most=most))
    return _shortened(text, most)


def _shortened(text: str, most: int) -> str:
    """The text up to a whole word, with an ellipsis, within ``most`` characters."""
    if len(text) <= most:
        return text
    start = text[: most - 1]
    return f"{start[: start.rfind(' ')] if ' ' in start[most // 2 :] else start}…"


def _places(service: Mapping[str, Any], left_out: list[Message]) -> tuple[str, ...]:
    kind = str(service.get("areaType"))
    if kind.startswith("Nationwide"):
        whole = [each for each in municipalities() if each.county_code != ALAND or kind == "Nationwide"]
        return tuple(each.code for each in whole)
    codes: list[str] = []
    for area in _list(service, "areas"):
        found, unknown = _area_codes(area)
        codes += found
        left_out += [message("The area {name} is unknown to us.", name=name) for name in unknown]
    return tuple(dict.fromkeys(codes))


def _area_codes(area: Mapping[str, Any]) -> tuple[list[str], list[str]]:
    """The municipalities of an area, and the names of what we do not know."""
    inside = _list(area, "municipalities")
    code = str(area.get("code") or "").zfill(2)
    if not inside and "ellbeing" in str(area.get("type")) and code in {county.code for county in counties()}:
        return [each.code for each in municipalities_of_county(code)], []
    asked = inside or [area]
    places = [_municipality(each) for each in asked]
    known = [place.code for place in places if place]
    return known, [_area_name(each) for each, place in zip(asked, places, strict=True) if place is None]


def _municipality(entry: Mapping[str, Any]) -> Municipality | None:
    """By its code, or by its name where the code is of an older division."""
    code = str(entry.get("code") or "")
    return municipality(code) if is_municipality(code) else municipality_named(_area_name(entry))


def _area_name(area: Mapping[str, Any]) -> str:
    names = [_text(each.get("value")) for each in _list(area, "name")]
    return next((name for name in names if name), str(area.get("code") or ""))[:80]


def _service_languages(service: Mapping[str, Any], left_out: list[Message]) -> tuple[str, ...]:
    given = service.get("languages")
    codes = [str(code) for code in given[:MOST_ENTRIES]] if isinstance(given, list) else []
    unknown = [code for code in codes if code not in SERVICE_LANGUAGES]
    left_out += [message("Left out: the language {code}.", code=code[:20]) for code in unknown]
    return tuple(dict.fromkeys(code for code in codes if code in SERVICE_LANGUAGES)) or ("fi",)


def _without_place(service: Mapping[str, Any], names: Mapping[str, str]) -> Iterator[Message]:
    for name, words in _NO_PLACE.items():
        if service.get(name):
            yield _was_left_out(words)
    if _texts(service, "serviceNames", "AlternativeName"):
        yield _was_left_out(message("alternative names"))
    for language in names.keys() - set(_LANGUAGES):
        yield message("Left out: the texts in the language {code}.", code=language[:20])
    if len(_list(service, "organizations")) > 0:
        yield _was_left_out(message("the organisations named as responsible or as producers"))
    yield message("The catalogue has no prices. Give them before you publish.")


def _vouchers(service: Mapping[str, Any]) -> tuple[PtvVoucher, ...]:
    if not service.get("serviceVouchersInUse"):
        return ()
    return tuple(
        PtvVoucher(
            language=str(each.get("language") or "")[:10],
            value=_text(each.get("value")),
            url=_web_address(each.get("url")),
            additional_information=_text(each.get("additionalInformation")),
        )
        for each in _list(service, "serviceVouchers")
    )


def _web_address(value: object) -> str:
    text = _text(value)
    return text if text.startswith(("https://", "http://")) else ""


def offer_to_ptv(offer: PublishedOffer, *, url: str, modified: datetime) -> dict[str, Any]:
    """The offer as a service in the shape of version 11, with the organiser's voucher. ``url`` is the offer's own page.

    Texts are cut to the catalogue's lengths. What the catalogue has no field for, prices by time band among it, is put
    into words on charges.
    """
    ptv_class = service_class(offer.service_class).ptv_class
    return {
        "id": None,
        "sourceId": str(offer.id),
        "type": "Service",
        "fundingType": "PubliclyFunded",
        "serviceNames": [_entry(each, _shortened(text, LONGEST_NAME), "Name") for each, text in _written(offer.name)],
        "serviceChargeType": "Charged",
        "areaType": "LimitedType",
        "areas": [_area(code) for code in offer.municipality_codes],
        "serviceDescriptions": [*_description_entries(offer)],
        "languages": list(offer.languages),
        "serviceClasses": [{"code": ptv_class, "uri": f"{CLASS_URI}{ptv_class}"}] if ptv_class else [],
        "ontologyTerms": [], "targetGroups": [], "lifeEvents": [], "industrialClasses": [], "legislation": [],
        "keywords": [{"language": each, "value": text} for each, text in _written(service_class(offer.service_class).name)],
        "requirements": [],
        "serviceChannels": [],
        "organizations": [
            {"organization": {"id": None, "name": offer.organiser_name.fi}, "roleType": "Responsible"},
            {
                "organization": {"id": None, "name": offer.provider_name},
                "roleType": "Producer",
                "provisionType": "VoucherServices",
                "additionalInformation": [],
            },
        ],
        "serviceVouchersInUse": True,
        "serviceVouchers": [*_voucher_entries(offer, url)],
        "serviceCollections": [],
        "publishingStatus": "Published",
        "modified": modified.isoformat(),
    }  # fmt: skip


def _written(text: Text) -> Iterator[tuple[str, str]]:
    for language, words in (("fi", text.fi), ("sv", text.sv), ("en", text.en)):
        if words.strip():
            yield language, words


def _entry(language: str, value: str, kind: str) -> dict[str, str]:
    return {"language": language, "value": value, "type": kind}


def _area(code: str) -> dict[str, Any]:
    place = municipality(code)
    names = [{"language": each, "value": text} for each, text in _written(place.name)]
    return {"type": "Municipality", "code": code, "name": names, "municipalities": [{"code": code, "name": names}]}


def _description_entries(offer: PublishedOffer) -> Iterator[dict[str, str]]:
    for language, text in _written(offer.description):
        yield _entry(language, _shortened(" ".join(text.split()), LONGEST_SUMMARY), "Summary")
        yield _entry(language, _shortened(text, LONGEST_DESCRIPTION), "Description")
        yield _entry(language, "; ".join(price_words(offer, Language(language))), "ChargeTypeAdditionalInfo")


def price_words(offer: PublishedOffer, language: Language) -> Sequence[str]:
    """Each price of an offer in words: ``Arkipäivä: 38,50 € per tunti``."""
    unit = UNIT_WORDS[offer.prices.unit]
    one = offer.prices.one_price_cents
    if one is not None:
        return [translate(message("{price} per {unit}", price=Money(one), unit=unit), language)]
    return [
        translate(
            message(
                "{band}: {price} per {unit}",
                band=offer.calendar.band(each.band).name,
                price=Money(each.price_cents),
                unit=unit,
            ),
            language,
        )
        for each in offer.prices.band_prices
    ]


def _voucher_entries(offer: PublishedOffer, url: str) -> Iterable[dict[str, Any]]:
    for number, (language, _) in enumerate(_written(offer.name), start=1):
        reader = Language(language)
        yield {
            "orderNumber": number,
            "language": language,
            "value": translate(message("Service voucher: {organiser}", organiser=offer.organiser_name), reader),
            "url": url,
            "additionalInformation": translate(message("Prices and own share on the offer's page"), reader),
        }
