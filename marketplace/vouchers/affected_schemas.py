"""Clients whom a suspension or an end concerns, as staff see them."""

from datetime import date
from uuid import UUID

import msgspec

from marketplace.kernel.i18n import Text


class AffectedApproval(msgspec.Struct, frozen=True, kw_only=True):
    """The approval. ``status`` is ``in_force``, ``suspended`` or ``ended``; ``since`` its day.

    While in force ``since`` is None, or the last day where the provider leaves by its own wish.
    """

    id: UUID
    provider_id: UUID
    provider_name: str
    status: str
    since: date | None


class AffectedClient(msgspec.Struct, frozen=True, kw_only=True):
    """A client with the voucher that is used with the provider.

    ``left_minutes`` or ``left_units`` are of this month, ``left_cents`` of the whole voucher. ``other_providers`` are
    approved for the service where the client lives; ``taking_clients`` of them have an offer that is open to new clients.
    """

    agreement_id: UUID
    voucher_id: UUID
    number: str
    client_id: UUID
    client_name: str
    phone: str
    municipality: str
    service_class: str
    service: Text
    last_day: date
    left_cents: int
    left_minutes: int | None
    left_units: int | None
    last_visit_on: date | None
    case_manager_id: UUID | None
    case_manager: str
    other_providers: int
    taking_clients: int


class AffectedPage(msgspec.Struct, frozen=True, kw_only=True):
    approval: AffectedApproval
    items: list[AffectedClient]
    total: int
    page: int
    pages: int
