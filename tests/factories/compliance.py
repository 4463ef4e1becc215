"""Approved providers whose certificates, insurances and facts are as a test wants them."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

import msgspec

from marketplace.kernel import files
from marketplace.kernel.actors import SYSTEM, Actor, Role
from marketplace.kernel.clock import HELSINKI, now, today
from marketplace.kernel.db import execute, fetch, fetch_value, new_id
from marketplace.kernel.i18n import Text
from marketplace.organisers.schemas import Organiser
from onboarding.compliance.looking import look_at
from onboarding.providers.schemas import CompanyFacts, FactsSource, ProviderKind
from tests.factories.accounts import a_hat, a_person, an_actor
from tests.factories.catalogue import approve, make_provider
from tests.factories.organisers import make_organiser

PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"


def noon(day: date) -> datetime:
    """Midday in Finland."""
    return datetime(day.year, day.month, day.day, 12, tzinfo=HELSINKI)


@dataclass(frozen=True)
class Watched:
    """An approved provider with its administrator, and a reviewer and an administrator of the organiser."""

    provider: Actor
    organiser: Organiser
    approval_id: UUID
    reviewer: Actor
    admin: Actor

    @property
    def provider_id(self) -> UUID:
        assert self.provider.provider_id is not None
        return self.provider.provider_id


async def a_watched(valid_to: date | None = None) -> Watched:
    """A provider that is approved for home care, with people who can read notices."""
    organiser, made = await make_organiser(), await make_provider(business_id="1234567-1")
    someone = await a_person("Aino Yrittäjä")
    await a_hat(someone, Role.PROVIDER_ADMIN, scope_id=made.provider_id, name="Hoiva Oy")
    provider = msgspec.structs.replace(made, person_id=someone.id)
    approval = await approve(made, organiser, valid_from=today() - timedelta(days=400), valid_to=valid_to)
    reviewer_person = await a_person("Ritva Ratkaisija")
    await a_hat(reviewer_person, Role.REVIEWER, scope_id=organiser.id, name=organiser.name.fi)
    reviewer = Actor(person_id=reviewer_person.id, role=Role.REVIEWER, organiser_id=organiser.id)
    return Watched(provider, organiser, approval, reviewer, await an_actor(Role.ORGANISER_ADMIN, scope_id=organiser.id))


async def certificate(provider_id: UUID, expires_on: date | None, kind: str = "tax", title: str = "") -> UUID:
    """A certificate in the provider's profile."""
    certificate_id = new_id()
    file = await files.put(SYSTEM, "file", "todistus.pdf", PDF, owner="provider", owner_id=provider_id)
    await execute(
        "insert into provider_certificate (id, provider_id, kind, title, issued_on, expires_on, file_id, created_at)"
        " values ($1, $2, $3, $4, $5, $6, $7, $8)",
        certificate_id, provider_id, kind, title, min(today(), expires_on or today()) - timedelta(days=30), expires_on,
        file.id, now(),
    )  # fmt: skip
    return certificate_id


async def an_insurance(provider_id: UUID, valid_to: date, kind: str = "liability") -> None:
    await execute(
        "insert into provider_insurance (id, provider_id, kind, insurer, policy_number, valid_to, created_at)"
        " values ($1, $2, $3, 'Vakuutus Oy', 'V-1', $4, $5)", new_id(), provider_id, kind, valid_to, now(),
    )  # fmt: skip


async def a_case_of_insurance(provider_id: UUID) -> UUID:
    """The case of an approved provider whose liability insurance ended yesterday."""
    await an_insurance(provider_id, today() - timedelta(days=1))
    await look_at(provider_id)
    return await fetch_value("select id from compliance_case where provider_id = $1", provider_id)


async def facts(provider_id: UUID, *, name: str = "Hoiva Oy", registers: str = "trade prepayment employer vat", situations: tuple[str, ...] = ()) -> None:  # fmt: skip
    """What the business register says of the provider from now on."""
    dates = {f"{each}_register": date(2010, 1, 1) if each in registers.split() else None for each in ("trade", "prepayment", "employer", "vat")}  # fmt: skip
    known = CompanyFacts(
        business_id="2345678-9", name=name, kind=ProviderKind.COMPANY, form=Text(""), industry_code="88101", industry=Text(""),
        street="", postal_code="", post_office="", municipality="", website="", situations=situations, ended_on=None,
        source=FactsSource.YTJ_DOUBLE, fetched_at=now(), **dates,
    )  # fmt: skip
    await execute(
        "update provider set facts = $2::jsonb, facts_source = 'ytj_double', facts_checked_at = $3, name = $4 where id = $1",
        provider_id, msgspec.json.encode(known).decode(), now(), name,
    )  # fmt: skip


async def cases() -> list[tuple[str, str]]:
    """Kind and status of every case, oldest first."""
    return [(row["kind"], row["status"]) for row in await fetch("select kind, status from compliance_case order by id")]


async def steps() -> list[str]:
    return [row["step"] for row in await fetch("select step from compliance_step order by happened_at, id")]
