"""Offers for search tests, and many made-up ones that look Finnish, for benchmarks."""

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import accumulate
from typing import Any
from uuid import UUID

from marketplace.catalogue.offers.schemas import PublishedOffer, Reach
from marketplace.kernel.db import new_id
from marketplace.kernel.i18n import Text
from marketplace.organisers.reference import county, municipalities, municipalities_of_county, service_classes
from marketplace.organisers.reference import service_class as service_class_of
from marketplace.organisers.rules import STANDARD_BANDS
from marketplace.pricing.bands import Band, BandCalendar, Hours
from marketplace.pricing.prices import BANDED_UNITS, BandPrice, PriceList
from search.documents import document_of
from search.places import areas_of_municipality
from search.schemas import IndexDocument

PUBLISHED = datetime(2026, 11, 1, 8, tzinfo=UTC)
ORGANISER = UUID(int=90)
HELSINKI = Text("Helsingin kaupunki", "Helsingfors stad", "City of Helsinki")
DAYTIME = BandCalendar(
    version="daytime",
    bands=tuple(band for band in STANDARD_BANDS.bands if band.key == "weekday_day"),
    not_served=(Hours(tuple(STANDARD_BANDS.possible_day_types()), 0, 7 * 60),),
)

FIRST = ("Koti", "Hoiva", "Arki", "Lähi", "Kulta", "Onni", "Helmi", "Ilo", "Turva", "Aamu", "Lumo", "Sydän", "Pihla", "Kuura",
         "Mäki", "Järvi", "Tuuli", "Saari", "Kielo", "Vanamo")  # fmt: skip
SECOND = (
    "apu",
    "palvelu",
    "hoiva",
    "tiimi",
    "ilo",
    "kulma",
    "tupa",
    "rengas",
    "silta",
    "piha",
    "taito",
    "polku",
    "väki",
)
FORMS = ("Oy", "Oy", "Oy", "Ky", "Tmi", "ry", "Osuuskunta")
SENTENCES_FI = (
    "Tuemme arjessa niin, että voit asua omassa kodissasi turvallisesti.",
    "Hoitajamme tulevat sovittuun aikaan ja tuntevat asiakkaansa nimeltä.",
    "Palvelemme myös muistisairaita ja heidän omaisiaan.",
    "Autamme peseytymisessä, pukeutumisessa ja ruokailussa.",
    "Hinta sisältää matkat ja tarvikkeet, ja tilauksen voi perua vuorokautta ennen.",
    "Meille voi soittaa arkisin kello kahdeksasta neljään.",
    "Sama tuttu työntekijä käy luonasi mahdollisimman usein.",
    "Olemme perheyritys, joka on toiminut paikkakunnalla kaksikymmentä vuotta.",
    "Lääkkeet jaetaan dosettiin ja käynnit kirjataan heti.",
    "Lähdemme mukaan lääkäriin, kauppaan ja ulkoilemaan.",
    "Henkilökuntamme on koulutettua ja puhuu selkeää suomea.",
    "Teemme kotikäynnit myös iltaisin ja viikonloppuisin.",
)
SENTENCES_SV = (
    "Vi hjälper i vardagen så att du kan bo hemma tryggt.",
    "Samma bekanta vårdare kommer på avtalad tid.",
    "Vi betjänar också personer med minnessjukdom och deras närstående.",
    "Priset omfattar resor och tillbehör.",
    "Vår personal är utbildad och talar både svenska och finska.",
)
SYLLABLES = (
    "ka",
    "la",
    "mi",
    "nen",
    "so",
    "ri",
    "va",
    "hei",
    "tu",
    "po",
    "lai",
    "ja",
    "ko",
    "mä",
    "nie",
    "pel",
    "to",
    "ylä",
    "sa",
    "ru",
)
SKILLS = ("muistisairaudet", "haavanhoito", "viittomakieli", "saattohoito", "liikkumisen apuvälineet", "mielenterveys")
LANGUAGES = (("fi",), ("fi",), ("fi",), ("fi", "sv"), ("fi", "en"), ("fi", "sv", "en"), ("sv",), ("fi", "ru"))


def published(
    service_class: str = "V-HOMECARE-REG",
    *,
    name: str = "Kotihoito kotiin",
    provider: str = "Kotiapu Oy",
    description: str = "Autamme arjessa.",
    description_sv: str = "",
    municipality_codes: tuple[str, ...] = ("091",),
    price_cents: int = 4000,
    organiser_id: UUID = ORGANISER,
    languages: tuple[str, ...] = ("fi",),
    calendar: BandCalendar = STANDARD_BANDS,
    accepts_new_clients: bool = True,
    offer_id: UUID | None = None,
    version: int = 1,
    organiser_name: Text = HELSINKI,
    **more: Any,
) -> PublishedOffer:
    """A published offer that never was in a catalogue. Dearer in each later band. ``more``: any other field."""
    return PublishedOffer(
        id=offer_id or new_id(),
        version_id=new_id(),
        version=version,
        provider_id=new_id(),
        provider_name=provider,
        business_id="2685951-8",
        organiser_id=organiser_id,
        organiser_name=organiser_name,
        service_class=service_class,
        unit=service_class_of(service_class).unit,
        name=Text(name),
        description=Text(description, description_sv),
        municipality_codes=municipality_codes,
        languages=languages,
        accepts_new_clients=accepts_new_clients,
        calendar=calendar,
        prices=price_list(service_class, price_cents, calendar.bands),
        published_at=PUBLISHED,
        **({"skills": (), "earliest_start": None} | more),
    )


def price_list(service_class: str, price_cents: int, bands: tuple[Band, ...]) -> PriceList:
    unit = service_class_of(service_class).unit
    if unit not in BANDED_UNITS:
        return PriceList(unit=unit, one_price_cents=price_cents)
    prices = tuple(BandPrice(band.key, price_cents + 500 * i) for i, band in enumerate(bands))
    return PriceList(unit=unit, band_prices=prices)


def synthetic_documents(count: int, seed: int = 1) -> Iterator[IndexDocument]:
    """``count`` documents of made-up offers all over Finland, the same for the same seed."""
    return (document_of(offer) for offer in synthetic_offers(count, seed))


def synthetic_offers(count: int, seed: int = 1) -> Iterator[PublishedOffer]:
    """Many in large towns and of the commoner services, few elsewhere."""
    chance = random.Random(seed)
    places, services = municipalities(), service_classes()
    by_people = list(accumulate(place.population for place in places))
    by_rank = list(accumulate(1000 // (10 + rank) for rank in range(len(services))))
    for _ in range(count):
        home = chance.choices(places, cum_weights=by_people)[0]
        service = chance.choices(services, cum_weights=by_rank)[0]
        yield _synthetic(chance, home.county_code, home.code, service.code)


def _synthetic(chance: random.Random, county_code: str, home: str, service: str) -> PublishedOffer:
    neighbours = [place.code for place in municipalities_of_county(county_code) if place.code != home]
    around = chance.sample(neighbours, min(len(neighbours), chance.choice((0, 0, 1, 2, 3, 5))))
    name = service_class_of(service).name.fi.partition(" (")[0]
    company = f"{chance.choice(FIRST)}{chance.choice(SECOND)} {_surname(chance)} {chance.choice(FORMS)}"
    return published(
        service,
        name=chance.choice(
            (name, f"{name} {chance.choice(FIRST).lower()}", f"{company.split(maxsplit=1)[0]}: {name.lower()}")
        ),
        provider=company,
        description=" ".join(chance.sample(SENTENCES_FI, chance.randint(2, 5))),
        description_sv=" ".join(chance.sample(SENTENCES_SV, 2)) if chance.random() < 0.2 else "",
        municipality_codes=tuple(sorted({home, *around})),
        price_cents=chance.randrange(2800, 6500, 50),
        organiser_id=UUID(int=int(county_code)),
        organiser_name=county(county_code).name,
        languages=chance.choice(LANGUAGES),
        calendar=chance.choice((STANDARD_BANDS, STANDARD_BANDS, DAYTIME)),
        accepts_new_clients=chance.random() < 0.8,
        offer_id=UUID(int=chance.getrandbits(128)),
        **_details(chance, home),
    )


def _details(chance: random.Random, home: str) -> dict[str, Any]:
    """Some tell where they set out from, some serve a few postal areas only, some begin later."""
    areas = areas_of_municipality(home)
    unit = chance.choice(areas) if areas and chance.random() < 0.3 else None
    few = chance.sample(areas, min(len(areas), 5)) if unit is None and chance.random() < 0.1 else []
    return {
        "skills": tuple(chance.sample(SKILLS, chance.choice((0, 0, 1, 2)))),
        "earliest_start": PUBLISHED.date() + timedelta(days=chance.choice((30, 60))) if chance.random() < 0.2 else None,
        "reach": Reach(name=unit.name.fi, lat=unit.lat, lon=unit.lon, km=chance.choice((10, 20, 40))) if unit else None,
        "postal_codes": tuple(sorted(area.code for area in few)),
    }


def _surname(chance: random.Random) -> str:
    """A name that sounds Finnish: thousands of words to mistake one another for."""
    return "".join(chance.choices(SYLLABLES, k=3)).capitalize()
