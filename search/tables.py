"""PostgreSQL's own index of the published offers. What it holds can be made again from the catalogue at any time.

The columns ``words`` and ``strong_words`` of ``search_document`` (``tsvector``) stand in ``migrations/0012_search_rules.py``,
its indexes in ``migrations/0032_search_generations_rules.py``. Documents and cards are parted by generation
(``postgres_generations``): a row is known by generation and offer, and ``id`` only tells the order of writing.
"""

from piccolo.columns import (
    UUID,
    Array,
    BigInt,
    BigSerial,
    Boolean,
    DoublePrecision,
    ForeignKey,
    Integer,
    Serial,
    Text,
    Timestamptz,
    Varchar,
)
from piccolo.constraints import Check, Unique
from piccolo.table import Table


class SearchGeneration(Table):
    """One building of the index. One is live; the next is filled beside it and takes its place in one step.

    ``revision`` is another number after every change of the live one: counts made at the same revision are still right.
    ``builder`` is whoever fills the next one, and ``filled_to`` the offer up to which it is filled, in the order of ids: a
    rebuild that was killed is gone on with from there.
    """

    id = Serial(primary_key=True)
    status = Varchar(10)
    started_at = Timestamptz()
    revision = BigInt(default=0)
    builder = BigInt(default=0)
    filled_to = UUID(null=True, default=None)
    search_generation_known_status = Check("status in ('building', 'live')")


class SearchDocument(Table):
    """One offer in one generation: what it is found, filtered and sorted by; small, for a search reads thousands.

    ``areas`` are the places it serves (``documents.areas_served``), ``starts_on`` the day from which it takes clients,
    ``reach_lat`` and ``reach_lon`` the unit from which its provider sets out, ``provider_key`` its provider's folded name.
    ``language_bits`` holds a bit for each language of service (``postgres_query.LANGUAGES``), which is counted faster than
    a list. ``price_cents`` is the lowest price per unit. ``fingerprint`` tells whether the document is the catalogue's newest.
    """

    id = BigSerial(primary_key=True)
    generation = ForeignKey(references=SearchGeneration, null=False, default=None)
    offer_id = UUID(default=None)
    fingerprint = Varchar(32)
    service_class = Varchar(40)
    organiser_id = UUID(default=None)
    municipality_codes = Array(Varchar(3))
    language_bits = Integer()
    accepts_new_clients = Boolean()
    evening = Boolean()
    weekend = Boolean()
    night = Boolean()
    price_cents = BigInt()
    name_key = Varchar(300)
    areas = Array(Varchar(6))
    postal_codes = Array(Varchar(5))
    skills = Array(Varchar(100))
    starts_on = Integer(default=0)
    reach_lat = DoublePrecision(null=True, default=None)
    reach_lon = DoublePrecision(null=True, default=None)
    provider_key = Varchar(300, default="")
    search_document_offer = Unique(["generation", "offer_id"])


class SearchCard(Table):
    """What a result shows of an offer: the JSON that is sent as it is."""

    id = BigSerial(primary_key=True)
    generation = ForeignKey(references=SearchGeneration, null=False, default=None)
    offer_id = UUID(default=None)
    card = Text()
    search_card_offer = Unique(["generation", "offer_id"])


class SearchWord(Table):
    """A word that some document holds, with what is left of it when any one letter is: how a typo finds it."""

    word = Varchar(40, primary_key=True)
    shortened = Array(Varchar(40))
    documents = Integer()
