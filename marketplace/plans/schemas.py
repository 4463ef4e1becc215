"""Clients and plans as they are written and read. An identity code goes in whole and comes out masked."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated
from uuid import UUID

import msgspec

from marketplace.kernel.actors import Role
from marketplace.kernel.errors import FieldError, Invalid
from marketplace.kernel.i18n import Language, Text, message
from marketplace.kernel.inputs import Euros, label, wrong
from marketplace.plans.states import PlanStatus
from marketplace.pricing.prices import Unit
from marketplace.pricing.values import Household

MAX_MINUTES_PER_MONTH = 31 * 24 * 60
MAX_UNITS_PER_MONTH = 1_000

PersonalName = Annotated[str, msgspec.Meta(min_length=1, max_length=100)]
OptionalEmail = Annotated[
    str,
    msgspec.Meta(max_length=254, pattern=r"^([^@\s<>,;]+@[^@\s<>,;]+\.[^@\s<>,;]+)?$"),
    wrong(message("Write an e-mail address in the form name@example.fi.")),
]
OptionalPhone = Annotated[
    str,
    msgspec.Meta(max_length=40, pattern=r"^([+0-9][0-9 ()-]+)?$"),
    wrong(message("Write a telephone number in digits, such as 040 123 4567.")),
]


class ClientDetails(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A client as the case manager writes them down. Income is the household's gross income a month, in cents.

    An empty identity code leaves the one that is known as it is. ``gross_income_cents`` None: income was not given.
    """

    given_names: Annotated[PersonalName, label(message("Given names"))]
    family_name: Annotated[PersonalName, label(message("Family name"))]
    municipality_code: Annotated[str, msgspec.Meta(min_length=3, max_length=3), label(message("Municipality"))]
    identity_code: Annotated[str, msgspec.Meta(max_length=20), label(message("Personal identity code"))] = ""
    language: Language = Language.FI
    household_size: Annotated[int, msgspec.Meta(ge=1, le=30), label(message("People in the household"))] = 1
    gross_income_cents: Annotated[Euros, label(message("Gross income in a month"))] | None = None
    email: Annotated[OptionalEmail, label(message("E-mail"))] = ""
    phone: Annotated[OptionalPhone, label(message("Telephone"))] = ""
    address: Annotated[str, msgspec.Meta(max_length=300), label(message("Address"))] = ""


class ClientInvitation(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who is to see the client's plan and vouchers: the client, or somebody who acts for the client."""

    email: Annotated[str, msgspec.Meta(min_length=1, max_length=254), label(message("E-mail"))]
    role: Annotated[Role, label(message("Role"))] = Role.CLIENT


class ClientView(msgspec.Struct, frozen=True, kw_only=True):
    """A client as their organiser's case managers see them. ``identity_masked`` is empty where no code is known."""

    id: UUID
    organiser_id: UUID
    given_names: str
    family_name: str
    identity_masked: str
    municipality_code: str
    language: Language
    household_size: int
    gross_income_cents: int | None
    email: str
    phone: str
    address: str
    created_at: datetime

    @property
    def name(self) -> str:
        return f"{self.given_names} {self.family_name}"

    @property
    def household(self) -> Household:
        """What an income-tested voucher value depends on."""
        return Household(size=self.household_size, gross_income_cents=self.gross_income_cents)


class PageOfClients(msgspec.Struct, frozen=True, kw_only=True):
    """Which page of the list of clients."""

    page: Annotated[int, msgspec.Meta(ge=1, le=10_000)] = 1


class ClientSearch(msgspec.Struct, frozen=True, kw_only=True):
    """Clients to find: a part of a name, or a whole identity code."""

    q: Annotated[str, msgspec.Meta(max_length=100)] = ""
    page: Annotated[int, msgspec.Meta(ge=1, le=10_000)] = 1


class ClientPage(msgspec.Struct, frozen=True, kw_only=True):
    """Clients by family name. ``pages`` is how many such pages there are."""

    items: list[ClientView]
    total: int
    page: int
    pages: int


class PlannedService(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """So much of a service in a calendar month: minutes where it is priced by the hour, else a number of times."""

    service_class: Annotated[str, msgspec.Meta(min_length=1, max_length=40)]
    minutes_per_month: Annotated[int, msgspec.Meta(ge=1, le=MAX_MINUTES_PER_MONTH)] | None = None
    units_per_month: Annotated[int, msgspec.Meta(ge=1, le=MAX_UNITS_PER_MONTH)] | None = None


class PlanDraft(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A client's plan as written: goals, days (both included) and services."""

    goals: Annotated[str, msgspec.Meta(max_length=5_000)] = ""
    valid_from: date
    valid_to: date | None = None
    services: Annotated[tuple[PlannedService, ...], msgspec.Meta(max_length=28)] = ()


class NewPlan(PlanDraft, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A plan over the API. ``activate`` puts it into force at once."""

    client_id: UUID
    activate: bool = False


class ServiceRow(msgspec.Struct, frozen=True, kw_only=True):
    """One row of the page's form: hours where the service is priced by the hour, else times."""

    service_class: Annotated[str, msgspec.Meta(min_length=1, max_length=40), label(message("Service"))]
    amount: Annotated[Decimal, label(message("Hours or times in a month"))]


class PlanForm(msgspec.Struct, frozen=True, kw_only=True):
    """The page's form of a plan."""

    valid_from: Annotated[date, label(message("First day"))]
    valid_to: Annotated[date, label(message("Last day"))] | None = None
    goals: Annotated[str, msgspec.Meta(max_length=5_000), label(message("Goals"))] = ""
    services: list[ServiceRow] = []

    def __post_init__(self) -> None:
        if not self.services:
            raise Invalid([FieldError("services.0.service_class", message("Choose at least one service."))])


class PlanServiceView(msgspec.Struct, frozen=True, kw_only=True):
    """A service of a plan. Exactly one of the two amounts is set."""

    id: UUID
    service_class: str
    name: Text
    unit: Unit
    minutes_per_month: int | None
    units_per_month: int | None


class PlanView(msgspec.Struct, frozen=True, kw_only=True):
    """A plan with its services."""

    id: UUID
    client_id: UUID
    organiser_id: UUID
    status: PlanStatus
    goals: str
    valid_from: date
    valid_to: date | None
    services: list[PlanServiceView]
