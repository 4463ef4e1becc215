"""A search as one SQL statement: results, facets and total from a single pass. Values travel as parameters only."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final
from uuid import UUID

import msgspec

from marketplace.kernel.clock import today
from search.places import EARTH_KM, NEARLY_THE_SAME_KM, Place, distances_to_municipalities, postal_distances
from search.schemas import FLAGS, NEVER, TWO_WEEKS, SearchQuery, Sort
from search.vocabulary import Alternatives, any_of

LIVE: Final = "(select id from search_generation where status = 'live')"
ORDER_COLUMNS: Final = {
    Sort.RELEVANCE: "score", Sort.PRICE: "price_cents", Sort.NAME: "name_key", Sort.DISTANCE: "distance",
    Sort.START: "start",
}  # fmt: skip
ORDERS: Final = {sort: f"{column}, chance" for sort, column in ORDER_COLUMNS.items()} | {
    Sort.RELEVANCE: "score desc, chance"
}
CONDITIONS: Final = {
    "service_class": "service_class = any({})",
    "organiser": "organiser_id = any({})",
    "language": "language_bits & {}::int <> 0",
    "start": "starts_on <= {}::int",
}
"""Filters whose alternatives can be added to: their facets count as if they were not set."""

COLUMNS: Final = {"service_class": "service_class", "organiser": "organiser_id", "language": "language_bits"}
FOUND: Final = ", ".join([*COLUMNS.values(), "skills", "starts_on", *FLAGS.values()])
HIT, ORDER, TOTAL, REVISION = "hit", "order", "total", "revision"
FIRST_KEPT: Final = 200
"""How many results are read in their order at once, so that the next pages are there."""

LANGUAGES: Final = ("fi", "sv", "en", "se", "fse", "ru", "et", "ar", "so", "uk")
"""The language of each bit, lowest first. Documents are stored with these: add at the end, never move one."""


def bits_of(languages: Iterable[str]) -> int:
    """A set of languages as a number."""
    return sum(1 << LANGUAGES.index(language) for language in set(languages) if language in LANGUAGES)


def languages_of(bits: int) -> list[str]:
    """The languages of ``bits_of``."""
    return [language for place, language in enumerate(LANGUAGES) if bits & 1 << place]


class Asked(msgspec.Struct, frozen=True):
    """A search with the words that the index holds for it. ``joined_by`` is ``&`` where every word must be found, ``|``
    where one is enough.
    """

    query: SearchQuery
    words: tuple[Alternatives, ...] = ()
    joined_by: str = "&"

    @property
    def counted(self) -> object:
        """What facets and total depend on: searches that differ in their page, order and chance only share these, and a
        typo shares them with what was meant.
        """
        same = msgspec.structs.replace(self.query, text="", prefix=True, sort=Sort.RELEVANCE, seed=0, limit=1, page=1)
        return same, frozenset((frozenset(each.words), each.together) for each in self.words), self.joined_by, today()

    @property
    def ordered(self) -> object:
        """What the order of the results depends on besides."""
        return self.counted, self.words, self.query.sort, self.query.seed

    @property
    def reach(self) -> int:
        """How many results are read, from the first on."""
        return max(self.query.offset + self.query.limit, FIRST_KEPT)


Count = tuple[str, str, str]
"""A facet, its value, and the condition in SQL under which an offer counts."""


class Statement:
    """SQL with the parameters that belong to it."""

    def __init__(self) -> None:
        self.sql = ""
        self.args: list[object] = []

    def add(self, value: object) -> str:
        self.args.append(value)
        return f"${len(self.args)}"


def statement(asked: Asked) -> Statement:
    """Rows ``(kind, value, count)``: the revision of the index, the ids of the first results in their order, the hits of
    the page (cards as values) with their places, the total and the counts of facets.
    """
    made = Statement()
    chosen, found = _found(made, asked)
    facets = "\nunion all\n".join(_facets(made, chosen))
    made.sql = f"""
{found}, {_grouped(chosen)}, first as (
    select generation, offer_id, {ORDER_COLUMNS[asked.query.sort]}, chance from found {_where(chosen)}
    order by {ORDERS[asked.query.sort]} limit {made.add(asked.reach)}
)
{_ordered(made, asked)}
union all
{facets}
"""
    return made


def order_statement(asked: Asked) -> Statement:
    """The same without total and facets, for when they are known."""
    made = Statement()
    columns = ", ".join([_order_column(made, asked), _chance(made, asked.query)])
    made.sql = f"""
with first as (
    select generation, offer_id, {columns} from search_document where {" and ".join(_all_conditions(made, asked))}
    order by {ORDERS[asked.query.sort]} limit {made.add(asked.reach)}
)
{_ordered(made, asked)}
"""
    return made


def cards_statement(asked: Asked, ordered: Sequence[UUID]) -> Statement:
    """The hits of the page alone, for when the order is known too."""
    made = Statement()
    ids = list(ordered[asked.query.offset : asked.query.offset + asked.query.limit])
    made.sql = f"""
select '{HIT}' as kind, card as value, place as count
    from unnest({made.add(ids)}::uuid[]) with ordinality as asked(offer_id, place) join search_card using (offer_id)
    where generation = {LIVE}
union all
select '{REVISION}', '', revision from search_generation where status = 'live'
"""
    return made


def _ordered(made: Statement, asked: Asked) -> str:
    order = f"row_number() over (order by {ORDERS[asked.query.sort]})"
    offset = made.add(asked.query.offset)
    page = f"place > {offset} and place <= {offset} + {made.add(asked.query.limit)}"
    return f""", placed as materialized (select generation, offer_id, {order} as place from first)
select '{ORDER}' as kind, string_agg(offer_id::text, ' ' order by place) as value, 0::bigint as count from placed
union all
select '{HIT}', card, place from placed join search_card using (generation, offer_id) where {page}
union all
select '{REVISION}', '', revision from search_generation where status = 'live'"""


def ids_statement(asked: Asked, most: int) -> Statement:
    """Rows ``(offer_id, total)`` in their order."""
    made = Statement()
    columns = ", ".join([_order_column(made, asked), _chance(made, asked.query)])
    made.sql = f"""
select offer_id, count(*) over () as total, {columns} from search_document
where {" and ".join(_all_conditions(made, asked))} order by {ORDERS[asked.query.sort]} limit {made.add(most)}
"""
    return made


def _all_conditions(made: Statement, asked: Asked) -> list[str]:
    chosen = _chosen(made, asked.query)
    return [f"generation = {LIVE}", *_conditions(made, asked), *chosen.values()]


def _chosen(made: Statement, query: SearchQuery) -> Mapping[str, str]:
    return {facet: CONDITIONS[facet].format(made.add(values)) for facet, values in _choices(query).items()}


def _found(made: Statement, asked: Asked) -> tuple[Mapping[str, str], str]:
    """The filters with alternatives, and the common table of what matches all others."""
    query = asked.query
    conditions = [f"generation = {LIVE}", *_conditions(made, asked)]
    chosen = _chosen(made, query)
    inside = (f"{sql} as in_{facet}" for facet, sql in chosen.items())
    columns = ", ".join(["generation", "offer_id", FOUND, _order_column(made, asked), _chance(made, query), *inside])
    return (
        chosen,
        f"with found as materialized (select {columns} from search_document where {' and '.join(conditions)})",
    )


def _conditions(made: Statement, asked: Asked) -> list[str]:
    query = asked.query
    conditions = [column for flag, column in FLAGS.items() if getattr(query, flag)]
    if asked.words:
        sought = f" {asked.joined_by} ".join(each.sought for each in asked.words)
        conditions.append(f"words @@ {made.add(sought)}::text::tsquery")
    if query.place is not None:
        conditions.append(f"areas && {made.add(query.place.keys)}::varchar[]")
    if query.skills:
        conditions.append(f"skills @> {made.add(list(query.skills))}::varchar[]")
    return conditions


def _choices(query: SearchQuery) -> Mapping[str, object]:
    given: dict[str, object] = {}
    if query.service_classes:
        given["service_class"] = list(query.service_classes)
    if query.organiser_ids:
        given["organiser"] = list(query.organiser_ids)
    if query.languages:
        given["language"] = bits_of(query.languages)
    if query.starts_by is not None:
        given["start"] = query.starts_by.toordinal()
    return given


def _chance(made: Statement, query: SearchQuery) -> str:
    return f"uuid_hash_extended(offer_id, {made.add(query.seed)}::bigint) as chance"


def _order_column(made: Statement, asked: Asked) -> str:
    query = asked.query
    if query.sort is Sort.START:
        return f"greatest(starts_on, {made.add(today().toordinal())}::int) as start"
    if query.sort is Sort.DISTANCE and query.place is not None:
        return f"floor(({_distance(made, query.place)}) / {NEARLY_THE_SAME_KM}) as distance"
    if query.sort is Sort.DISTANCE:
        return "0 as distance"
    if query.sort is not Sort.RELEVANCE:
        return ORDER_COLUMNS[query.sort]
    return f"{_score(made, asked.words)} as score" if asked.words else "0 as score"


def _score(made: Statement, words: Sequence[Alternatives]) -> str:
    """A point for each word found in the name of the service or of the offer.

    Plain containment tests: ranking by ``ts_rank`` would take longer than everything else together. The words are read
    once, not for each offer: that is what the inner ``select`` is for.
    """
    return " + ".join(f"(strong_words @@ (select {made.add(any_of(each.best))}::text::tsquery))::int" for each in words)


def _distance(made: Statement, place: Place) -> str:
    """``places.distance_to_offer`` in SQL. Where only municipalities are told, the few middles that are nearer than the
    place's own are tried in turn: what is found covers its own at the latest.
    """
    cases = [f"when reach_lat is not null then {_distance_to_unit(made, place)}"]
    if place.postal_code is not None:
        cases.append("when cardinality(postal_codes) > 0 then 0")
    else:
        nearest = f"select min(({made.add(postal_distances(place))}::text::jsonb ->> code)::float8)"
        cases.append(f"when cardinality(postal_codes) > 0 then ({nearest} from unnest(postal_codes) as code)")
    for code, km in distances_to_municipalities(place):
        if code == place.municipality:
            return f"case {' '.join(cases)} else {made.add(km)}::float8 end"
        cases.append(f"when municipality_codes @> array[{made.add(code)}]::varchar[] then {made.add(km)}::float8")
    raise AssertionError("a place lies in a municipality")  # pragma: no cover - places are made from the same list


def _distance_to_unit(made: Statement, place: Place) -> str:
    lat, lon = f"{made.add(place.lat)}::float8", f"{made.add(place.lon)}::float8"
    half = (
        f"power(sin(radians(reach_lat - {lat}) / 2), 2)"
        f" + cos(radians({lat})) * cos(radians(reach_lat)) * power(sin(radians(reach_lon - {lon}) / 2), 2)"
    )
    return f"{2 * EARTH_KM} * asin(sqrt(least(1, {half})))"


def _grouped(chosen: Mapping[str, str]) -> str:
    """The common table of the facets without a filter of their own: what is found is read once for all of them.

    Skills are grouped by all skills of an offer, of which there are few different ones.
    """
    columns = {facet: column for facet, column in COLUMNS.items() if facet not in chosen}
    kinds = " ".join(f"when grouping({column}) = 0 then '{facet}'" for facet, column in columns.items())
    values = ", ".join(["null", *(f"{column}::text" for column in columns.values())])
    sets = ", ".join(f"({column})" for column in [*columns.values(), "skills"])
    return f"""grouped as materialized (
    select case {kinds} when grouping(skills) = 0 then 'skill' end as kind, coalesce({values}) as value, skills,
        count(*) as count
    from found {_where(chosen)} group by grouping sets ({sets})
)"""


def _facets(made: Statement, chosen: Mapping[str, str]) -> list[str]:
    """Each facet with all filters but its own."""
    shared = [
        "select kind, value, count from grouped where kind <> 'skill'",
        "select 'skill', skill, sum(count)::bigint from grouped cross join unnest(skills) as skill group by skill",
    ]
    alone = [_alone(facet, chosen) for facet in COLUMNS if facet in chosen]
    if "start" in chosen:
        return [*shared, *alone, _counted(_flags(), _where(chosen)), _counted(_starts(made), _where(chosen, "start"))]
    return [*shared, *alone, _counted(_flags() + _starts(made), _where(chosen))]


def _alone(facet: str, chosen: Mapping[str, str]) -> str:
    column = COLUMNS[facet]
    return f"select '{facet}', {column}::text, count(*) from found {_where(chosen, facet)} group by {column}"


def _flags() -> list[Count]:
    return [(TOTAL, "", "true"), *((flag, "true", column) for flag, column in FLAGS.items())]


def _starts(made: Statement) -> list[Count]:
    now = today().toordinal()
    soon = made.add(now + TWO_WEEKS)
    return [
        ("start", "now", f"starts_on <= {made.add(now)}::int"),
        ("start", "two_weeks", f"starts_on <= {soon}::int"),
        ("start", "later", f"starts_on > {soon}::int and starts_on < {NEVER}"),
    ]


def _counted(counts: Sequence[Count], having: str) -> str:
    """One pass for all counts; each becomes a row of its own."""
    columns = ", ".join(f"count(*) filter (where {condition}) as c{n}" for n, (_, _, condition) in enumerate(counts))
    rows = ", ".join(f"('{kind}', '{value}', s.c{n})" for n, (kind, value, _) in enumerate(counts))
    return (
        f"select v.kind, v.value, v.count from (select {columns} from found {having}) s"
        f" cross join lateral (values {rows}) as v(kind, value, count)"
    )


def _where(chosen: Mapping[str, str], but: str = "") -> str:
    kept = [f"in_{facet}" for facet in chosen if facet != but]
    return f"where {' and '.join(kept)}" if kept else ""
