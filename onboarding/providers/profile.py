"""A provider's profile, read: for its own people, for applications that take answers from it, for reviewers.

Whose profile somebody may see is for the caller to decide, except in ``own_profile``.
"""

from collections.abc import Sequence
from typing import Generic, TypeVar
from uuid import UUID

import msgspec

from marketplace.kernel.actors import Actor
from marketplace.kernel.db import Row, fetch, fetch_one
from marketplace.kernel.errors import NotFound
from onboarding.providers.profile_schemas import (
    Certificate,
    CertificateView,
    Contact,
    ContactView,
    Edit,
    Insurance,
    InsuranceView,
    Premises,
    ProfileView,
    Section,
    ServiceLanguages,
    SoteriRegistration,
    Staff,
    Subcontracting,
    Subcontractor,
    SubcontractorView,
    Unit,
    UnitView,
)
from onboarding.providers.registration import provider_of
from onboarding.scoping import acting_provider

ViewT = TypeVar("ViewT", bound=msgspec.Struct)
ContentT = TypeVar("ContentT", bound=Edit)

CERTIFICATES = """
select c.id, c.kind, c.title, c.issued_on, c.expires_on, c.file_id, c.version, f.name as file_name,
    f.size_bytes as file_bytes
from provider_certificate c join stored_file f on f.id = c.file_id
where c.provider_id = $1 and c.removed_at is null
"""


class Rows(Generic[ViewT]):
    """A section of the profile with rows of its own, as its table holds them."""

    def __init__(
        self, section: Section, table: str, edit: type[Edit], view: type[ViewT], order: str, *, select: str = ""
    ) -> None:
        self.section = section
        self.table = table
        self.edit = edit
        self.view = view
        self.names = frozenset(field.name for field in msgspec.structs.fields(view))
        self.select = select or f"select * from {table} where provider_id = $1"
        self.order = order

    async def of(self, provider_id: UUID) -> list[ViewT]:
        rows = await fetch(f"{self.select} order by {self.order}, id", provider_id)
        return [self.read(row) for row in rows]

    async def one(self, provider_id: UUID, row_id: UUID) -> ViewT:
        """One row.

        Raises:
            NotFound: the provider has none with this id.
        """
        alias = "c.id" if " c " in self.select else "id"
        row = await fetch_one(f"{self.select} and {alias} = $2", provider_id, row_id)
        if row is None:
            raise NotFound
        return self.read(row)

    def read(self, row: Row) -> ViewT:
        return msgspec.convert({name: value for name, value in row.items() if name in self.names}, self.view)


CONTACTS = Rows(Section.CONTACTS, "provider_contact", Contact, ContactView, "role, lower(name)")
UNITS = Rows(Section.UNITS, "provider_unit", Unit, UnitView, "is_open desc, lower(name)")
INSURANCES = Rows(Section.INSURANCE, "provider_insurance", Insurance, InsuranceView, "kind, valid_to")
CERTIFICATE_ROWS = Rows(
    Section.CERTIFICATES,
    "provider_certificate",
    Certificate,
    CertificateView,
    "kind, issued_on desc",
    select=CERTIFICATES,
)
SUBCONTRACTORS = Rows(Section.SUBCONTRACTORS, "provider_subcontractor", Subcontractor, SubcontractorView, "lower(name)")

CONTENTS: dict[Section, type[Edit]] = {
    Section.SOTERI: SoteriRegistration,
    Section.PREMISES: Premises,
    Section.STAFF: Staff,
    Section.LANGUAGES: ServiceLanguages,
    Section.SUBCONTRACTORS: Subcontracting,
}
"""Sections that are one page of answers."""


async def own_profile(actor: Actor) -> ProfileView:
    """The profile of the provider that the actor works for.

    Raises:
        NotFound: the actor works for none.
    """
    return await profile_of(acting_provider(actor))


async def profile_of(provider_id: UUID) -> ProfileView:
    """The whole profile of a provider.

    Raises:
        NotFound: there is no such provider.
    """
    contents = await contents_of(provider_id)
    return ProfileView(
        provider=await provider_of(provider_id),
        contacts=tuple(await CONTACTS.of(provider_id)),
        soteri=_content(contents, Section.SOTERI, SoteriRegistration),
        units=tuple(await units_of(provider_id)),
        premises=_content(contents, Section.PREMISES, Premises),
        staff=_content(contents, Section.STAFF, Staff),
        languages=_content(contents, Section.LANGUAGES, ServiceLanguages),
        insurance=tuple(await INSURANCES.of(provider_id)),
        certificates=tuple(await certificates_of(provider_id)),
        subcontractors=tuple(await SUBCONTRACTORS.of(provider_id)),
        subcontracting=_content(contents, Section.SUBCONTRACTORS, Subcontracting),
    )


async def units_of(provider_id: UUID) -> list[UnitView]:
    """The service units of a provider: open ones first, by name."""
    return await UNITS.of(provider_id)


async def certificates_of(provider_id: UUID) -> list[CertificateView]:
    """The certificates of a provider, newest first within each kind; removed ones are left out."""
    return await CERTIFICATE_ROWS.of(provider_id)


async def contents_of(provider_id: UUID, sections: Sequence[Section] = tuple(CONTENTS)) -> dict[Section, Edit]:
    """The one-page sections that were ever written, each with its version."""
    rows = await fetch(
        "select section, content, version from profile_section where provider_id = $1 and section = any($2::varchar[])",
        provider_id, [section.value for section in sections],
    )  # fmt: skip
    return {Section(row["section"]): read_content(row) for row in rows}


def read_content(row: Row) -> Edit:
    """A section's answers from its row."""
    content = msgspec.json.decode(row["content"])
    return msgspec.convert({**content, "version": row["version"]}, CONTENTS[Section(row["section"])], strict=False)


def _content(contents: dict[Section, Edit], section: Section, struct: type[ContentT]) -> ContentT | None:
    found = contents.get(section)
    return found if isinstance(found, struct) else None
