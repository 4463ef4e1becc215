"""Organisers and their rules. A rule that applies is never edited: a new version follows it from a later day."""

from piccolo.columns import JSONB, UUID, Array, BigInt, Boolean, Date, ForeignKey, Integer, Timestamptz, Varchar
from piccolo.constraints import Check, Unique
from piccolo.table import Table

from marketplace.kernel.db import new_id


class Organiser(Table):
    """A wellbeing services county, city or municipality that approves providers, grants vouchers and pays."""

    id = UUID(primary_key=True, default=new_id)
    business_id = Varchar(9, unique=True)
    name_fi = Varchar(200)
    name_sv = Varchar(200)
    name_en = Varchar(200)
    kind = Varchar(40)
    county_code = Varchar(2)
    municipality_codes = Array(Varchar(3))
    decision_contact = Varchar(300)
    settlement_days = Array(Integer())
    created_at = Timestamptz()
    organiser_known_kind = Check("kind in ('wellbeing_services_county', 'city', 'municipality', 'joint_authority')")
    organiser_named = Check("length(name_fi) > 0")


class VoucherProduct(Table):
    """An entitlement that an organiser grants as vouchers. What it is worth stands in its versions."""

    id = UUID(primary_key=True, default=new_id)
    organiser_id = ForeignKey(references=Organiser, null=False, default=None)
    code = Varchar(40)
    service_class = Varchar(40)
    name_fi = Varchar(200)
    name_sv = Varchar(200)
    name_en = Varchar(200)
    no_own_share = Boolean(default=False)
    public = Boolean(default=True)
    created_at = Timestamptz()
    voucher_product_organiser_code = Unique(["organiser_id", "code"])
    voucher_product_named = Check("length(name_fi) > 0 and length(code) > 0")


class VoucherProductVersion(Table):
    """The rule of a product from a day on. Once published only its last day may be set, and only once."""

    id = UUID(primary_key=True, default=new_id)
    product_id = ForeignKey(references=VoucherProduct, null=False, default=None)
    number = Integer()
    label = Varchar(60)
    status = Varchar(20)
    value_rule = JSONB()
    calendar = JSONB()
    price_ceiling_cents = BigInt(null=True, default=None)
    caps = JSONB()
    valid_from = Date()
    valid_to = Date(null=True, default=None)
    source_note = Varchar(500)
    source_year = Integer(null=True, default=None)
    created_at = Timestamptz()
    published_at = Timestamptz(null=True, default=None)
    voucher_product_version_number = Unique(["product_id", "number"])
    voucher_product_version_known_status = Check("status in ('draft', 'published')")
    voucher_product_version_right_order = Check("valid_to is null or valid_to >= valid_from")
    voucher_product_version_sane_ceiling = Check("price_ceiling_cents is null or price_ceiling_cents >= 0")


class BandCalendarVersion(Table):
    """An organiser's time bands from a day on, and whether its providers may have bands of their own."""

    id = UUID(primary_key=True, default=new_id)
    organiser_id = ForeignKey(references=Organiser, null=False, default=None)
    calendar = JSONB()
    own_bands_allowed = Boolean(default=True)
    coefficients = JSONB(default="[]")
    valid_from = Date()
    created_at = Timestamptz()
    band_calendar_version_start = Unique(["organiser_id", "valid_from"])


class PriceRuleVersion(Table):
    """What an organiser allows the prices of a service class to be, from a day on."""

    id = UUID(primary_key=True, default=new_id)
    organiser_id = ForeignKey(references=Organiser, null=False, default=None)
    service_class = Varchar(40)
    rules = JSONB()
    valid_from = Date()
    created_at = Timestamptz()
    price_rule_version_start = Unique(["organiser_id", "service_class", "valid_from"])


class OwnServiceVersion(Table):
    """What clients pay for the organiser's own service of a class from a day on; a voucher's own share stands beside it."""

    id = UUID(primary_key=True, default=new_id)
    organiser_id = ForeignKey(references=Organiser, null=False, default=None)
    service_class = Varchar(40)
    rule = JSONB()
    text_fi = Varchar(1000)
    text_sv = Varchar(1000)
    text_en = Varchar(1000)
    source_note = Varchar(500)
    valid_from = Date(default=None)
    created_at = Timestamptz()
    own_service_version_start = Unique(["organiser_id", "service_class", "valid_from"])
