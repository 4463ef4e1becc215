"""Approved providers and their offers for tests."""

import io
from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

import msgspec
from msgspec.structs import replace
from PIL import Image

from marketplace.catalogue.offers.offers import publish, save_draft
from marketplace.catalogue.offers.schemas import OfferDraft
from marketplace.kernel.actors import Actor, Role
from marketplace.kernel.clock import now
from marketplace.kernel.db import execute, new_id
from marketplace.kernel.i18n import Text
from marketplace.organisers.rules import STANDARD_BANDS
from marketplace.organisers.schemas import Organiser
from marketplace.pricing.prices import BandPrice, PriceList, Unit
from onboarding.rulebooks.requirements import RulebookContent

PROVIDER_IDS = ("2345678-9", "3456789-0", "4567890-1", "5678901-2")
SINCE = date(2026, 1, 1)


def a_picture(kind: str, *, size: tuple[int, int] = (8, 6), exif: Image.Exif | None = None) -> bytes:
    """A green picture as a camera or a computer saves it."""
    kept = io.BytesIO()
    written = {"exif": exif} if exif else {}
    Image.new("RGB", size, (0, 96, 64)).save(kept, kind, optimize=True, quality=85, **written)
    return kept.getvalue()


PNG, JPEG, WEBP = a_picture("PNG"), a_picture("JPEG"), a_picture("WEBP")
NO_QUESTIONS = RulebookContent(
    title=Text("Sääntökirja"),
    declaration=Text("Vakuutan."),
    service_classes=("V-HOMECARE-REG",),
    general=(),
    services=(),
)
RULEBOOK = msgspec.json.encode(NO_QUESTIONS).decode()


async def make_provider(name: str = "Hoiva Oy", *, business_id: str = PROVIDER_IDS[0]) -> Actor:
    """A registered provider; the answer is its administrator."""
    actor = Actor(person_id=new_id(), role=Role.PROVIDER_ADMIN, provider_id=new_id())
    await execute(
        "insert into provider (id, business_id, name, kind, facts_source, contact_name, contact_email, contact_phone,"
        " street, postal_code, post_office, website, created_by, created_at)"
        " values ($1, $2, $3, 'company', 'by_hand', 'Aino', 'aino@example.org', '0401234567', '', '', '', '', $4, $5)",
        actor.provider_id, business_id, name, actor.person_id, now(),
    )  # fmt: skip
    return actor


async def approve(
    provider: Actor,
    organiser: Organiser,
    *,
    service_classes: Sequence[str] = ("V-HOMECARE-REG",),
    municipality_codes: Sequence[str] | None = None,
    valid_from: date = SINCE,
    valid_to: date | None = None,
) -> UUID:
    """An approval in force, with the closed application that it came from; the rows only, without a review."""
    rulebook, version, application, approval = (new_id() for _ in range(4))
    person, places = provider.person_id, list(municipality_codes or organiser.municipality_codes)
    await execute(
        "insert into rulebook (id, organiser_id, name, created_at) values ($1, $2, '{}', $3)",
        rulebook,
        organiser.id,
        now(),
    )
    await execute(
        "insert into rulebook_version (id, rulebook_id, number, content, valid_from, published_at)"
        " values ($1, $2, 1, $3::jsonb, $4, $5)", version, rulebook, RULEBOOK, valid_from, now(),
    )  # fmt: skip
    await execute(
        "insert into application (id, reference, provider_id, organiser_id, rulebook_version_id, service_classes,"
        " municipality_codes, status, created_by, created_at, changed_at, submitted_at, decided_at, decision_reasons)"
        " values ($1, $2, $3, $4, $5, $6, $7, 'approved', $8, $9, $9, $9, $9, 'Ok')",
        application, application.hex[-12:], provider.provider_id, organiser.id, version, list(service_classes), places,
        person, now(),
    )  # fmt: skip
    await execute(
        "insert into approval (id, application_id, provider_id, organiser_id, service_classes, municipality_codes,"
        " valid_from, valid_to, conditions, status, status_from, status_reason, granted_by, granted_at)"
        " values ($1, $2, $3, $4, $5, $6, $7, $8, '', 'in_force', $7, '', $9, $10)",
        approval, application, provider.provider_id, organiser.id, list(service_classes), places, valid_from, valid_to,
        person, now(),
    )  # fmt: skip
    return approval


async def suspend(approval_id: UUID, day: date) -> None:
    await execute("update approval set status = 'suspended', status_from = $2 where id = $1", approval_id, day)


def band_prices(
    day: int = 3800, evening: int = 4400, night: int = 5300, saturday: int = 4800, sunday: int = 7600
) -> PriceList:
    """An hourly list over the standard bands, in cents."""
    cents = dict(zip(STANDARD_BANDS.keys, (day, evening, night, saturday, sunday), strict=True))
    return PriceList(unit=Unit.HOUR, band_prices=tuple(BandPrice(key, price) for key, price in cents.items()))


def offer_draft(organiser: Organiser, **changes: Any) -> OfferDraft:
    """A complete draft of regular home care at the standard bands."""
    draft = OfferDraft(
        organiser_id=organiser.id,
        service_class="V-HOMECARE-REG",
        municipality_codes=organiser.municipality_codes[:3],
        languages=("fi", "sv"),
        name_fi="Kotihoitoa kaikkina päivinä",
        description_fi="Autamme kotona arjessa.",
        prices=band_prices(),
    )
    return replace(draft, **changes)


async def make_offer(provider: Actor, organiser: Organiser, **changes: Any) -> UUID:
    """A published offer of an approved provider."""
    saved = await save_draft(provider, None, offer_draft(organiser, **changes))
    await publish(provider, saved.id)
    return saved.id
