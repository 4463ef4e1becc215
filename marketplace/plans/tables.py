"""Clients of an organiser and their plans. An identity code is kept encrypted, beside a keyed hash that finds doubles."""

from piccolo.columns import UUID, BigInt, Date, ForeignKey, Integer, Text, Timestamptz, Varchar
from piccolo.constraints import Check, Unique
from piccolo.table import Table

from marketplace.kernel.db import new_id
from marketplace.organisers.tables import Organiser


class Client(Table):
    """A person for whom an organiser arranges services. ``gross_income_cents`` is the household's, a month."""

    id = UUID(primary_key=True, default=new_id)
    organiser_id = ForeignKey(references=Organiser, null=False, default=None)
    given_names = Varchar(100)
    family_name = Varchar(100)
    identity_code = Text(null=True, default=None)
    identity_hash = Varchar(64, null=True, default=None)
    municipality_code = Varchar(3)
    language = Varchar(2)
    household_size = Integer(default=1)
    gross_income_cents = BigInt(null=True, default=None)
    email = Varchar(254)
    phone = Varchar(40)
    address = Varchar(300)
    created_by = UUID(null=True, default=None)
    created_at = Timestamptz()
    client_once_per_organiser = Unique(["organiser_id", "identity_hash"])
    client_named = Check("length(given_names) > 0 and length(family_name) > 0")
    client_language = Check("language in ('fi', 'sv', 'en')")
    client_household = Check("household_size between 1 and 30 and coalesce(gross_income_cents, 0) >= 0")
    client_identity_whole = Check("num_nonnulls(identity_code, identity_hash) in (0, 2)")


class Plan(Table):
    """What a client needs, agreed with the case manager. Once active it is only ended: a changed plan is a new one."""

    id = UUID(primary_key=True, default=new_id)
    client_id = ForeignKey(references=Client, null=False, default=None, index=True)
    organiser_id = ForeignKey(references=Organiser, null=False, default=None)
    case_manager_id = UUID(null=True, default=None)
    goals = Text()
    status = Varchar(20)
    valid_from = Date(default=None)
    valid_to = Date(null=True, default=None)
    created_at = Timestamptz()
    activated_at = Timestamptz(null=True, default=None)
    ended_at = Timestamptz(null=True, default=None)
    plan_known_status = Check("status in ('draft', 'active', 'ended')")
    plan_days_in_order = Check("valid_to is null or valid_to >= valid_from")


class PlanService(Table):
    """One service of a plan: so many minutes a calendar month, or so many times where it is not priced by the hour."""

    id = UUID(primary_key=True, default=new_id)
    plan_id = ForeignKey(references=Plan, null=False, default=None)
    service_class = Varchar(40)
    minutes_per_month = Integer(null=True, default=None)
    units_per_month = Integer(null=True, default=None)
    plan_service_once = Unique(["plan_id", "service_class"])
    plan_service_amount = Check(
        "num_nonnulls(minutes_per_month, units_per_month) = 1 and coalesce(minutes_per_month, units_per_month) > 0"
    )
