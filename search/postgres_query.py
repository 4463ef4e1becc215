"""A search as one SQL statement: results, facets and total from a single pass. Values travel as parameters only."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from search.schemas import CHOICES, FLAGS, SearchQuery, Sort
from search.vocabulary import Alternatives

LIVE: Final = "(select id from search_generation where status = 'live')"
ORDERS: Final = {Sort.RELEVANCE: "score desc, chance", Sort.PRICE: "price_cents, chance", Sort.NAME: "name_key, chance"}
ORDER_COLUMNS: Final = {Sort.RELEVANCE: "score", Sort.PRICE: "price_cents", Sort.NAME: "name_key"}
CONDITIONS: Final = {
    "service_class": "service_class = any({})",
    "organiser": "organiser_id = any({})",
    "language": "language_bits & {}::int <> 0",
}
"""Filters whose alternatives can be added to: their facets count as if they were not set."""

COLUMNS: Final = {"service_class": "service_class", "organiser": "organiser_id", "language": "language_bits"}
HIT, TOTAL = "hit", "total"

LANGUAGES: Final = ("fi", "sv", "en", "se", "fse", "ru", "et", "ar", "so", "uk")
"""The language of each bit, lowest first. Documents are stored with these: add at the end, never move one."""


def bits_of(languages: Iterable[str]) -> int:
    """A set of languages as a number."""
    return sum(1 << LANGUAGES.index(language) for language in set(languages) if language in LANGUAGES)


def languages_of(bits: int) -> list[str]:
    """The languages of ``bits_of``."""
    return [language for place, language in enumerate(LANGUAGES) if bits & 1 << place]


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
    select generation, offer_id, {", ".join([*COLUMNS.values(), *FLAGS.values()])}, {columns}
    from search_document where {" and ".join(conditions)}
), page as (
    select generation, offer_id, {ORDER_COLUMNS[query.sort]}, chance from found {_where(chosen)}
    order by {order} limit {made.add(query.limit)} offset {made.add(query.offset)}
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


def _choices(query: SearchQuery) -> Mapping[str, object]:
    given: dict[str, object] = {}
    if query.service_classes:
        given["service_class"] = list(query.service_classes)
    if query.organiser_ids:
        given["organiser"] = list(query.organiser_ids)
    if query.languages:
        given["language"] = bits_of(query.languages)
    return given


def _order_columns(made: Statement, query: SearchQuery, words: Sequence[Alternatives]) -> list[str]:
    chance = f"uuid_hash_extended(offer_id, {made.add(query.seed)}::bigint) as chance"
    if query.sort is not Sort.RELEVANCE:
        return [ORDER_COLUMNS[query.sort], chance]
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
    column = COLUMNS[facet]
    return f"select '{facet}', {column}::text, count(*) from found {_where(chosen, facet)} group by {column}"


def _where(chosen: Mapping[str, str], but: str = "") -> str:
    kept = [f"in_{facet}" for facet in chosen if facet != but]
    return f"where {' and '.join(kept)}" if kept else ""
