"""The PDF of a decision: tagged, in its reader's language, the same bytes each time, with a code that leads to us."""

import io
import re
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import pypdf
import pytest

from marketplace.kernel.i18n import Language, Text
from onboarding.approvals.decision_schemas import (
    DecisionNames,
    DecisionOutcome,
    DecisionView,
    GivenReason,
    ScopePart,
)
from onboarding.review.documents import draw, picture_of, verify_address
from onboarding.review.letter import letter_of

SOME_ID = UUID(int=1)
CARE = ScopePart(service_class="V-HOMECARE-REG", municipalities=("091", "049"))
CLEANING = ScopePart(service_class="V-CLEANING", municipalities=("091",))
NAMES = DecisionNames(
    organiser=Text("Helsingin kaupunki", "Helsingfors stad", "City of Helsinki"), provider="Arkiapu Oy",
    business_id="0000104-6", reference="H-2026-7KQ4MB", decided_by="Aino Testaaja", decided_title="koordinaattori",
    confirmed_by="Bo Toinen", confirmed_role="organiser_admin", transferred_to=Text("Turun kaupunki"),
    new_reference="H-2026-BCDFGH",
)  # fmt: skip
REASON = GivenReason(
    code="insurance",
    text=Text("Vakuutus puuttuu", "Försäkring saknas", "No insurance"),
    legal_basis=Text("569/2009 5 §"),
)


def a_decision(**changes: Any) -> DecisionView:
    return DecisionView(**{
        "id": SOME_ID, "number": "12/2026/H-2026-7KQ4MB", "organiser_id": SOME_ID, "provider_id": SOME_ID,
        "application_id": SOME_ID, "approval_id": None, "outcome": DecisionOutcome.PARTLY_APPROVED, "approved": (CARE,),
        "refused": (CLEANING,), "reasons": (REASON,), "words": "Toimita todistus.\n#panic() *ei* $x$", "conditions": "Arkisin.",
        "valid_from": date(2026, 11, 22), "valid_to": date(2028, 11, 21), "legal_basis": Text("Laki 569/2009 5 §"),
        "appeal": Text("Oikaisuvaatimus 14 päivän kuluessa."), "rulebook_version_id": SOME_ID, "rulebook_number": 3,
        "checks": (), "names": NAMES, "transferred_to": None, "decided_by": SOME_ID, "confirmed_by": None,
        "decided_at": datetime(2026, 11, 22, 22, 30, tzinfo=UTC), "language": Language.FI, "code": "BCDFG-23456-HJKLM-789XZ",
        "file_id": None, "sha256": None, "made_at": None, "attempts": 0, "error": "", **changes,
    })  # fmt: skip


def text_of(content: bytes) -> str:
    return " ".join(" ".join(page.extract_text().split()) for page in pypdf.PdfReader(io.BytesIO(content)).pages)


@pytest.mark.parametrize(
    ("language", "title", "words"),
    [
        (Language.FI, "Päätös: palveluntuottaja hyväksytään osittain", ["Helsingin kaupunki", "Vakuutus puuttuu (569/2009 5 §)", "22.11.2026", "Säännöllinen kotihoito"]),
        (Language.SV, "Beslut: tjänsteproducenten godkänns delvis", ["Helsingfors stad", "Försäkring saknas", "Bekräftad av: Bo Toinen"]),
        (Language.EN, "Decision: the provider is approved in part", ["City of Helsinki", "No insurance", "23 November 2026"]),
    ],
)  # fmt: skip
def test_document_says_everything_in_its_language(language: Language, title: str, words: list[str]) -> None:
    content = draw(a_decision(language=language))
    reader = pypdf.PdfReader(io.BytesIO(content))
    assert reader.metadata is not None
    assert reader.metadata.title == title
    assert str(reader.trailer["/Root"]["/Lang"]).startswith(language.value)
    found = text_of(content)
    for part in [title, "12/2026/H-2026-7KQ4MB", "Arkiapu Oy (0000104-6)", "Arkisin.", "#panic() *ei* $x$", *words]:
        assert part in found


def test_document_is_tagged_and_says_that_it_is_accessible() -> None:
    root = pypdf.PdfReader(io.BytesIO(draw(a_decision()))).trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"]
    assert "/StructTreeRoot" in root
    assert b"<pdfuaid:part>1</pdfuaid:part>" in root["/Metadata"].get_object().get_data()
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]


def test_same_decision_is_the_same_bytes() -> None:
    assert draw(a_decision()) == draw(a_decision())
    assert draw(a_decision()) != draw(a_decision(words="Toisin."))


def test_table_rows_have_headers_and_the_picture_has_words() -> None:
    content = draw(a_decision())
    tags, words = set[str](), list[str]()
    _gather(pypdf.PdfReader(io.BytesIO(content)).trailer["/Root"]["/StructTreeRoot"], tags, words)
    assert {"/H1", "/H2", "/Table", "/TH", "/TD", "/L", "/LI", "/Figure"} <= tags
    assert any("/verify/BCDFG-23456-HJKLM-789XZ" in each for each in words)


def _gather(node: Any, tags: set[str], words: list[str]) -> None:
    found = node.get_object() if hasattr(node, "get_object") else node
    if isinstance(found, list):
        for each in found:
            _gather(each, tags, words)
    elif isinstance(found, dict):
        tags.add(str(found.get("/S", "")))
        words.append(str(found.get("/Alt", "")))
        _gather(found.get("/K", []), tags, words)


def test_code_leads_to_the_page_that_verifies_it() -> None:
    letter = letter_of(a_decision(), verify_address("BCDFG-23456-HJKLM-789XZ"))
    assert re.fullmatch(r"https?://[^/]+/verify/BCDFG-23456-HJKLM-789XZ", letter.verify_address)
    assert picture_of(letter).startswith("<svg")
    assert letter.verify_address in text_of(draw(a_decision()))


@pytest.mark.parametrize("outcome", list(DecisionOutcome))
@pytest.mark.parametrize("valid_to", [None, date(2028, 11, 21)])
def test_every_outcome_makes_a_document(outcome: DecisionOutcome, valid_to: date | None) -> None:
    decision = a_decision(outcome=outcome, valid_to=valid_to, appeal=None, words="", conditions="", reasons=())
    assert draw(decision).startswith(b"%PDF")


def test_long_words_run_over_many_pages() -> None:
    decision = a_decision(words="Perustelu on pitkä. " * 250, conditions="Ehto.\n" * 800)
    assert len(pypdf.PdfReader(io.BytesIO(draw(decision))).pages) > 5
