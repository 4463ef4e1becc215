"""Services of the Finnish Service Catalogue as offers, and offers as its services; nothing is lost unsaid."""

import copy
import json
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.catalogue.exchange.ptv import LONGEST_SUMMARY, UnreadablePtvError, offer_from_ptv, offer_to_ptv
from marketplace.catalogue.offers.checks import check_words
from marketplace.catalogue.offers.schemas import PublishedOffer
from marketplace.kernel.calendar import DayType
from marketplace.kernel.i18n import Language, Text, translate
from marketplace.pricing.bands import Band, BandCalendar, Hours
from marketplace.pricing.prices import BandPrice, PriceList, Unit

SAMPLES = json.loads((Path(__file__).parent / "data" / "ptv_samples.json").read_text(encoding="utf-8"))
ORGANISER = UUID("00000000-0000-4000-8000-000000000001")
URL = "https://setelitori.example/offers/1"
CALENDAR = BandCalendar(
    "v1",
    (
        Band("day", Text("Arki", "Vardag", "Weekday"), (Hours((DayType.WEEKDAY,), 420, 1440),)),
        Band("rest", Text("Muu aika", "Övrig tid", "Other"), (Hours((DayType.SUNDAY, DayType.HOLIDAY, DayType.EVE), 0, 600),)),
    ),
)  # fmt: skip


def published(**changes) -> PublishedOffer:
    usual = {
        "id": UUID(int=1), "version_id": UUID(int=2), "version": 1, "provider_id": UUID(int=3), "provider_name": "Hoiva Oy",
        "business_id": "0000001-9", "organiser_id": ORGANISER, "organiser_name": Text("Satakunta", "Satakunta", "Satakunta"),
        "service_class": "V-HOMECARE-REG", "unit": Unit.HOUR, "name": Text("Kotihoito", "Hemvård"),
        "description": Text("Hoivaa kotona. " * 200, "Vård hemma."), "municipality_codes": ("609", "091"),
        "languages": ("fi", "sv"), "skills": (), "accepts_new_clients": True, "earliest_start": None, "calendar": CALENDAR,
        "prices": PriceList(unit=Unit.HOUR, band_prices=(BandPrice("day", 3850), BandPrice("rest", 7700)), visit_fee_cents=490),
        "published_at": datetime(2026, 11, 22, tzinfo=UTC),
    }  # fmt: skip
    return PublishedOffer(**{**usual, **changes})


def told(imported) -> list[str]:
    return [translate(each, Language.EN) for each in imported.left_out]


def care(**changes) -> dict:
    """The real sample as a service of home care with a voucher."""
    document = copy.deepcopy(SAMPLES["real"])
    document["serviceNames"] = [
        {"language": "fi", "value": "Kotihoito", "type": "Name"}, {"language": "sv", "value": "Hemvård", "type": "Name"},
    ]  # fmt: skip
    document["serviceClasses"] = [{"code": "P4.3", "uri": "http://uri.suomi.fi/codelist/ptv/ptvserclass2/code/P4.3"}]
    return {**document, **changes}


def test_a_real_service_becomes_a_draft() -> None:
    imported = offer_from_ptv(SAMPLES["real"], ORGANISER, service_class_code="V-FAM-HOME")
    draft = imported.draft
    assert (draft.name_fi, draft.languages) == ("Yksilöllistetty oppimäärä", ("fi",))
    assert draft.municipality_codes == ("426", "848")
    assert draft.description_fi.startswith("Liperin koulut")
    assert check_words(draft) == []
    assert "Left out: the instructions." in told(imported)
    assert "The catalogue has no prices. Give them before you publish." in told(imported)


def test_a_class_of_the_catalogue_and_the_name_decide_ours() -> None:
    assert offer_from_ptv(care(), ORGANISER).draft.service_class == "V-HOMECARE-REG"
    one = care(serviceClasses=[{"uri": "http://uri.suomi.fi/codelist/ptv/ptvserclass2/code/P4.5"}])
    assert offer_from_ptv(one, ORGANISER).draft.service_class == "V-PA"
    named = offer_from_ptv(care(serviceClasses=[]), ORGANISER)
    assert "The service class was read from the name: Regular home care." in told(named)
    several = care(
        serviceClasses=[{"code": "P4.14"}], serviceNames=[{"language": "fi", "value": "Tuki", "type": "Name"}]
    )
    assert "Several service classes fit. Check that Bathing service is right." in told(
        offer_from_ptv(several, ORGANISER)
    )


def test_a_service_of_another_kind_needs_a_class() -> None:
    with pytest.raises(UnreadablePtvError):
        offer_from_ptv(SAMPLES["nationwide"], ORGANISER)
    draft = offer_from_ptv(SAMPLES["nationwide"], ORGANISER, service_class_code="V-SOCIAL").draft
    assert (draft.name_fi, len(draft.municipality_codes)) == ("Nettilukio aikuisille", 308)


def test_the_full_shape_with_placeholders_is_read() -> None:
    imported = offer_from_ptv(SAMPLES["shape"], ORGANISER, service_class_code="V-PA")
    assert [each.value for each in imported.vouchers] == ["string"]
    assert {"Left out: legislation.", "Left out: the language string.", "The area string is unknown to us."} <= set(
        told(imported)
    )


def test_vouchers_areas_and_languages_are_carried() -> None:
    voucher = {
        "language": "fi",
        "value": "Palveluseteli",
        "url": "javascript:alert(1)",
        "additionalInformation": "Tulosidonnainen",
    }
    area = {
        "type": "WellbeingServiceCounty",
        "code": "6",
        "name": [{"language": "fi", "value": "Satakunta"}],
        "municipalities": [],
    }
    imported = offer_from_ptv(
        care(serviceVouchersInUse=True, serviceVouchers=[voucher], areas=[area, {"type": "Municipality", "code": "091"}],
             languages=["fi", "sv", "xx"]), ORGANISER,
    )  # fmt: skip
    assert (imported.vouchers[0].value, imported.vouchers[0].url) == ("Palveluseteli", "")
    assert imported.draft.languages == ("fi", "sv")
    assert {"609", "091"} <= set(imported.draft.municipality_codes)


def test_long_texts_are_cut_and_controls_taken_out() -> None:
    long = care(serviceNames=[{"language": "fi", "value": "Kotihoito\x07 " + "pitkä " * 60, "type": "Name"}])
    imported = offer_from_ptv(long, ORGANISER)
    assert len(imported.draft.name_fi) <= 200
    assert imported.draft.name_fi.endswith("…")
    assert check_words(imported.draft) == []


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text(max_size=8), lambda inner: st.lists(inner, max_size=3)
       | st.dictionaries(st.sampled_from(["serviceNames", "areas", "languages", "serviceClasses", "code", "type", "value",
                                          "language", "municipalities", "serviceVouchers", "serviceVouchersInUse",
                                          "serviceDescriptions", "areaType"]), inner, max_size=5), max_leaves=12))  # fmt: skip
def test_any_document_is_read_or_refused(document: object) -> None:
    try:
        imported = offer_from_ptv(document, ORGANISER, service_class_code="V-PA")
    except UnreadablePtvError as error:
        assert translate(error.words, Language.FI)
    else:
        assert imported.draft.service_class == "V-PA"


def test_an_offer_is_written_with_its_voucher() -> None:
    document = offer_to_ptv(published(), url=URL, modified=datetime(2026, 11, 22, tzinfo=UTC))
    assert set(SAMPLES["real"]) - set(document) <= {"generalDescriptionId", "subType", "responsibleSoteOrganization"}
    assert document["serviceVouchersInUse"] is True
    assert [(each["orderNumber"], each["language"], each["url"]) for each in document["serviceVouchers"]] == [
        (1, "fi", URL), (2, "sv", URL),
    ]  # fmt: skip
    summaries = [each["value"] for each in document["serviceDescriptions"] if each["type"] == "Summary"]
    assert all(len(text) <= LONGEST_SUMMARY for text in summaries)
    charges = next(
        each["value"] for each in document["serviceDescriptions"] if each["type"] == "ChargeTypeAdditionalInfo"
    )
    assert charges.startswith("Arki: 38,50\xa0€")
    json.dumps(document)


def test_what_is_written_is_read_back() -> None:
    offer = published(description=Text("Hoivaa kotona.", "Vård hemma."))
    imported = offer_from_ptv(offer_to_ptv(offer, url=URL, modified=offer.published_at), ORGANISER)
    draft = imported.draft
    assert (draft.service_class, draft.municipality_codes, draft.languages) == (
        offer.service_class, offer.municipality_codes, offer.languages,
    )  # fmt: skip
    assert (draft.name_sv, draft.description_fi) == ("Hemvård", "Hoivaa kotona.")
    assert imported.vouchers[0].value.endswith("Satakunta")


def test_one_price_and_a_class_that_the_catalogue_lacks() -> None:
    one = published(service_class="V-YARD", prices=PriceList(unit=Unit.HOUR, one_price_cents=3000))
    document = offer_to_ptv(one, url=URL, modified=one.published_at)
    assert document["serviceClasses"] == []
