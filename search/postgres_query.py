"""A search as one SQL statement: results, facets and total from a single pass. Values travel as parameters only."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from search.schemas import CHOICES, FLAGS, SearchQuery, Sort
from search.vocabulary import Alternatives

LIVE: Final = "(select id from search_generation where status = 'live')"
ORDERS: Final = {Sort.RELEVANCE: "score desc, chance", Sort.PRICE: "price_cents, chance", Sort.NAME: "name_key, chance"}
CONDITIONS: Final = {
    "service_class": "service_class = any({})",
    "organiser": "organiser_id = any({})",
    "language": "languages && {}::varchar[]",
}
"""Filters whose alternatives can be added to: their facets count as if they were not set."""

HIT, TOTAL = "hit", "total"


class Statement:
    """SQL with the parameters that belong to it."""

    def __init__(self) -> None:
        self.sql = ""
        self.args: list[object] = []

    def add(self, value: object) -> str:
        self.args.append(value)
        return f"${len(self.args)}"


def statement(query: SearchQuery, words: Sequence[Alternatives], joined_by: str) -> Statement:
    """Rows ``(kind, value, count)``: ``total`` first, the hits in their order (cards as values), the counts of facets.

    ``joined_by`` is ``&`` where every word must be found, ``|`` where one is enough.
    """
    made = Statement()
    conditions = [f"generation = {LIVE}", *_conditions(made, query, words, joined_by)]
    chosen = {facet: CONDITIONS[facet].format(made.add(values)) for facet, values in _choices(query).items()}
    columns = ", ".join(
        [*_order_columns(made, query, words), *(f"{sql} as in_{facet}" for facet, sql in chosen.items())]
    )
    facets = "\nunion all\n".join(_facets(chosen))
    order = ORDERS[query.sort]
    made.sql = f"""
with found as materialized (
    select generation, offer_id, service_class, organiser_id, languages, {", ".join(FLAGS.values())}, {columns}
    from search_document where {" and ".join(conditions)}
), page as (
    select * from found {_where(chosen)} order by {order} limit {made.add(query.limit)} offset {made.add(query.offset)}
)
(select '{HIT}' as kind, card as value, 0::bigint as count
    from page join search_card using (generation, offer_id) order by {order})
union all
{facets}
"""
    return made


def _conditions(made: Statement, query: SearchQuery, words: Sequence[Alternatives], joined_by: str) -> list[str]:
    conditions = [column for flag, column in FLAGS.items() if getattr(query, flag)]
    if words:
        sought = f" {joined_by} ".join(_any_of(each.words) for each in words)
        conditions.append(f"words @@ {made.add(sought)}::text::tsquery")
    if query.municipality is not None:
        conditions.append(f"municipality_codes @> array[{made.add(query.municipality)}]::varchar[]")
    return conditions


def _choices(query: SearchQuery) -> Mapping[str, list[Any]]:
    given = {"service_class": query.service_classes, "organiser": query.organiser_ids, "language": query.languages}
    return {facet: list(values) for facet, values in given.items() if values}


def _order_columns(made: Statement, query: SearchQuery, words: Sequence[Alternatives]) -> list[str]:
    chance = f"uuid_hash_extended(offer_id, {made.add(query.seed)}::bigint) as chance"
    if query.sort is not Sort.RELEVANCE:
        return [{Sort.PRICE: "price_cents", Sort.NAME: "name_key"}[query.sort], chance]
    if not words:
        return ["0 as score", chance]
    return [f"{_score(made, words)} as score", chance]


def _score(made: Statement, words: Sequence[Alternatives]) -> str:
    """A point for each word found in the name of the service or of the offer.

    Plain containment tests: ranking by ``ts_rank`` would take longer than everything else together.
    """
    return " + ".join(f"(strong_words @@ {made.add(_any_of(each.best))}::text::tsquery)::int" for each in words)


def _any_of(words: Sequence[str]) -> str:
    """Words of the index, which are letters and digits only, quoted all the same."""
    return "(" + " | ".join("'" + word.replace("\\", "\\\\").replace("'", "''") + "'" for word in words) + ")"


def _facets(chosen: Mapping[str, str]) -> list[str]:
    """Each facet with all filters but its own; those without a filter of their own share one pass."""
    flags = ", ".join(f"count(*) filter (where {column}) as {flag}" for flag, column in FLAGS.items())
    pairs = ", ".join(f"('{flag}', 'true', s.{flag})" for flag in FLAGS)
    totals = (
        f"select kind, value, count from (select count(*) as total, {flags} from found {_where(chosen)}) s"
        f" cross join lateral (values ('{TOTAL}', '', s.total), {pairs}) as v(kind, value, count)"
    )
    return [totals, *(_facet(facet, chosen) for facet in CHOICES)]


def _facet(facet: str, chosen: Mapping[str, str]) -> str:
    """Counts of one facet. Few sets of languages are in use: they are counted before they are taken apart."""
    column, where = CHOICES[facet], _where(chosen, facet)
    if facet != "language":
        return f"select '{facet}', {column}::text, count(*) from found {where} group by {column}"
    counted = f"select languages, count(*) as offers from found {where} group by languages"
    return (
        f"select '{facet}', value, sum(offers)::bigint from ({counted}) c cross join unnest(languages) as value"
        " group by value"
    )


def _where(chosen: Mapping[str, str], but: str = "") -> str:
    kept = [f"in_{facet}" for facet in chosen if facet != but]
    return f"where {' and '.join(kept)}" if kept else ""
