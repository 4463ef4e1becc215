"""Offers of providers, in versions: what is public is never edited, a new version replaces it."""

from piccolo.columns import JSONB, UUID, Array, Boolean, Date, ForeignKey, Integer, Text, Timestamptz, Varchar
from piccolo.constraints import Check, Unique
from piccolo.table import Table

from marketplace.kernel.db import new_id
from marketplace.organisers.tables import Organiser
from onboarding.providers.tables import Provider


class Offer(Table):
    """One provider's offer of one service class to the clients of one organiser. Its content stands in its versions."""

    id = UUID(primary_key=True, default=new_id)
    provider_id = ForeignKey(references=Provider, null=False, default=None, index=True)
    organiser_id = ForeignKey(references=Organiser, null=False, default=None)
    service_class = Varchar(40)
    created_at = Timestamptz()


class OfferVersion(Table):
    """What an offer says and costs. At most one version of an offer is a draft and at most one is published."""

    id = UUID(primary_key=True, default=new_id)
    offer_id = ForeignKey(references=Offer, null=False, default=None)
    number = Integer()
    status = Varchar(20)
    name_fi = Varchar(200)
    name_sv = Varchar(200)
    name_en = Varchar(200)
    description_fi = Text()
    description_sv = Text()
    description_en = Text()
    municipality_codes = Array(Varchar(3))
    postal_codes = Array(Varchar(5), default=[])
    reach = JSONB(null=True, default=None)
    details = JSONB(default="{}")
    languages = Array(Varchar(10))
    skills = Array(Varchar(100))
    accepts_new_clients = Boolean(default=True)
    earliest_start = Date(null=True, default=None)
    calendar = JSONB(null=True, default=None)
    prices = JSONB(null=True, default=None)
    created_at = Timestamptz()
    changed_at = Timestamptz()
    published_at = Timestamptz(null=True, default=None)
    ended_at = Timestamptz(null=True, default=None)
    offer_version_number = Unique(["offer_id", "number"])
    offer_version_known_status = Check("status in ('draft', 'published', 'withdrawn', 'replaced')")
    offer_version_complete = Check(
        "status = 'draft' or (calendar is not null and prices is not null and published_at is not null)"
    )


class OrganiserAttributes(Table):
    """What an organiser wants to be compared of a service class, beside the class's own template."""

    id = UUID(primary_key=True, default=new_id)
    organiser_id = ForeignKey(references=Organiser, null=False, default=None)
    service_class = Varchar(40)
    attributes = JSONB()
    changed_at = Timestamptz()
    organiser_attributes_class = Unique(["organiser_id", "service_class"])
