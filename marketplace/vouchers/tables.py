"""Vouchers, the decisions behind them, agreements and visits. Amounts are cents; what was agreed is kept as it was."""

from piccolo.columns import JSONB, UUID, BigInt, Date, ForeignKey, Integer, Text, Timestamptz, Varchar
from piccolo.constraints import Check, Unique
from piccolo.table import Table

from marketplace.catalogue.offers.tables import Offer, OfferVersion
from marketplace.kernel.db import new_id
from marketplace.organisers.tables import Organiser, VoucherProduct, VoucherProductVersion
from marketplace.plans.tables import Client, PlanService
from onboarding.providers.tables import Provider


class Voucher(Table):
    """An entitlement of one client to one service. ``terms`` is the value rule as it was when the voucher was granted.

    ``last_day`` is the last day that may be paid for: that of the grant, or an earlier one when revoked.
    """

    id = UUID(primary_key=True, default=new_id)
    number = Varchar(12, unique=True)
    organiser_id = ForeignKey(references=Organiser, null=False, default=None, index=True)
    client_id = ForeignKey(references=Client, null=False, default=None, index=True)
    plan_service_id = ForeignKey(references=PlanService, null=False, default=None, index=True)
    product_id = ForeignKey(references=VoucherProduct, null=False, default=None)
    product_version_id = ForeignKey(references=VoucherProductVersion, null=False, default=None)
    service_class = Varchar(40)
    terms = JSONB()
    valid_from = Date(default=None)
    valid_to = Date(default=None)
    last_day = Date(default=None)
    minutes_per_month = Integer(null=True, default=None)
    units_per_month = Integer(null=True, default=None)
    cents_per_month = BigInt(null=True, default=None)
    reserved_cents = BigInt()
    returned_cents = BigInt(default=0)
    status = Varchar(20)
    granted_by = UUID(null=True, default=None)
    granted_at = Timestamptz()
    closed_at = Timestamptz(null=True, default=None)
    voucher_known_status = Check("status in ('granted', 'open', 'ended', 'revoked', 'expired')")
    voucher_days_in_order = Check("valid_to >= valid_from and last_day <= valid_to and last_day >= valid_from - 1")
    voucher_limited = Check("num_nonnulls(minutes_per_month, units_per_month) = 1")
    voucher_amounts = Check("reserved_cents > 0 and returned_cents between 0 and reserved_cents")


class VoucherDecision(Table):
    """A decision that a client may appeal against, in the words of the day it was made, in three languages."""

    id = UUID(primary_key=True, default=new_id)
    voucher_id = ForeignKey(references=Voucher, null=False, default=None, index=True)
    kind = Varchar(20)
    reasons = Text()
    words = JSONB()
    decided_by = UUID(null=True, default=None)
    decided_at = Timestamptz()
    voucher_decision_known_kind = Check("kind in ('granted', 'revoked')")


class Agreement(Table):
    """Between client and provider, on one voucher, at the prices of one published version of the provider's offer."""

    id = UUID(primary_key=True, default=new_id)
    voucher_id = ForeignKey(references=Voucher, null=False, default=None)
    client_id = ForeignKey(references=Client, null=False, default=None)
    provider_id = ForeignKey(references=Provider, null=False, default=None)
    offer_id = ForeignKey(references=Offer, null=False, default=None)
    offer_version_id = ForeignKey(references=OfferVersion, null=False, default=None)
    prices = JSONB()
    status = Varchar(20)
    starts_on = Date(default=None)
    ends_on = Date(null=True, default=None)
    made_by = UUID(null=True, default=None)
    made_at = Timestamptz()
    ended_by = UUID(null=True, default=None)
    ended_at = Timestamptz(null=True, default=None)
    agreement_known_status = Check("status in ('active', 'ended')")
    agreement_ended_when_said = Check("(status = 'ended') = (ended_at is not null and ends_on is not null)")
    agreement_days_in_order = Check("ends_on is null or ends_on >= starts_on - 1")


class AgreementPrice(Table):
    """Prices that replace an agreement's own from a day on: the provider announced them and the client was told."""

    id = UUID(primary_key=True, default=new_id)
    agreement_id = ForeignKey(references=Agreement, null=False, default=None)
    price_change_id = UUID(default=None)
    prices = JSONB()
    valid_from = Date(default=None)
    announced_at = Timestamptz()
    cancelled_at = Timestamptz(null=True, default=None)
    agreement_price_once = Unique(["agreement_id", "price_change_id"])


class Visit(Table):
    """A delivered and redeemed visit. ``minutes`` passed, ``billed_minutes`` (or ``units``) are what the price is for.

    ``covered`` of them are within the voucher's caps (None: all); ``overrun_cents`` are beyond and the client's.
    ``day`` is the Finnish day on which it began; its month's limits pay for it.
    """

    id = UUID(primary_key=True, default=new_id)
    agreement_id = ForeignKey(references=Agreement, null=False, default=None, index=True)
    voucher_id = ForeignKey(references=Voucher, null=False, default=None)
    organiser_id = ForeignKey(references=Organiser, null=False, default=None)
    provider_id = ForeignKey(references=Provider, null=False, default=None)
    starts_at = Timestamptz()
    ends_at = Timestamptz()
    day = Date(default=None)
    minutes = Integer()
    billed_minutes = Integer()
    units = Integer()
    worker_id = UUID(null=True, default=None)
    price_cents = BigInt()
    payer_cents = BigInt()
    own_share_cents = BigInt()
    overrun_cents = BigInt(default=0)
    covered = Integer(null=True, default=None)
    receipt = JSONB()
    status = Varchar(20)
    statement_id = UUID(null=True, default=None, index=True)
    transaction_id = UUID(null=True, default=None)
    logged_at = Timestamptz()
    reversed_at = Timestamptz(null=True, default=None)
    reversed_by = UUID(null=True, default=None)
    reversal_reason = Varchar(40, null=True, default=None)
    visit_known_status = Check("status in ('redeemed', 'reversed', 'settled')")
    visit_in_order = Check("ends_at > starts_at and minutes > 0")
    visit_adds_up = Check(
        "payer_cents >= 0 and own_share_cents >= 0 and overrun_cents >= 0"
        " and price_cents = payer_cents + own_share_cents + overrun_cents"
    )
    visit_covered_at_most = Check("covered is null or covered between 0 and greatest(billed_minutes, units)")
    visit_settled_by_statement = Check("(status = 'settled') = (statement_id is not null)")
    visit_reversed_when_said = Check("(status = 'reversed') = (reversed_at is not null)")
