"""A provider's own offers: every version of them, which nobody else sees before it is published."""

from datetime import datetime
from typing import Any, Final
from uuid import UUID

import msgspec
from msgspec.structs import replace

from marketplace.catalogue.offers.checks import what_is_missing
from marketplace.catalogue.offers.obstacles import gaps_of, problems_of, with_right_values
from marketplace.catalogue.offers.published import is_public
from marketplace.catalogue.offers.schemas import OfferDetails, OfferDraft, OfferSummary, OwnOffer, PublishedOffer, Reach
from marketplace.catalogue.offers.skills import tidy_skills
from marketplace.kernel.actors import Actor, Role
from marketplace.kernel.clock import now, today
from marketplace.kernel.db import Row, execute, fetch, fetch_one, fetch_value, new_id
from marketplace.kernel.errors import Forbidden, NotFound, Refused
from marketplace.kernel.i18n import Text, message
from marketplace.organisers.organisers import get_organiser
from marketplace.organisers.rules import bands_on
from marketplace.pricing.bands import BandCalendar
from marketplace.pricing.prices import PriceList
from onboarding.providers.registration import provider_of

# The draft says what the offer will be; without one, the newest version says what it is or was.
LIST: Final = """
select o.id, o.organiser_id, o.service_class, g.name_fi as organiser_fi, g.name_sv as organiser_sv,
    g.name_en as organiser_en, newest.name_fi, newest.name_sv, newest.name_en, draft.number as draft_version,
    public.number as published_version, public.published_at,
    case when public.id is null then newest.ended_at end as withdrawn_at,
    public.id is not null and exists (
        select from approval_covers c
        where c.provider_id = o.provider_id and c.organiser_id = o.organiser_id and c.service_class = o.service_class
        and c.municipality_code = any(public.municipality_codes) and $2::date between c.first_day and c.last_day
    ) as is_public
from offer o join organiser g on g.id = o.organiser_id
join lateral (select * from offer_version v where v.offer_id = o.id order by v.number desc limit 1) newest on true
left join offer_version draft on draft.offer_id = o.id and draft.status = 'draft'
left join offer_version public on public.offer_id = o.id and public.status = 'published'
where o.provider_id = $1 order by newest.name_fi, o.id
"""
CONTENT: Final = """
    name_fi, name_sv, name_en, description_fi, description_sv, description_en, municipality_codes, postal_codes, reach,
    languages, skills, accepts_new_clients, earliest_start, details, calendar, prices
"""
INSERT: Final = f"""
insert into offer_version (id, offer_id, number, status, {CONTENT}, created_at, changed_at)
values ($1, $2, $3, 'draft', $4, $5, $6, $7, $8, $9, $10, $11, $12::jsonb, $13, $14, $15, $16, $17::jsonb, $18::jsonb,
    $19::jsonb, $20, $20)
"""


# What a version says beside its prices.
KEPT: Final = CONTENT.replace(", calendar, prices", "")
MAKE_ROOM: Final = """
update offer_version d set number = d.number + 1,
    prices = case when d.prices = p.prices then $2::jsonb else d.prices end,
    calendar = case when d.prices = p.prices then $3::jsonb else d.calendar end
from offer_version p where p.id = $1 and d.offer_id = p.offer_id and d.status = 'draft'
"""
PUBLISH_AGAIN: Final = f"""
insert into offer_version (id, offer_id, number, status, {KEPT}, prices, calendar, created_at, changed_at, published_at)
select $4, offer_id, (select max(number) from offer_version n where n.offer_id = p.offer_id and n.status <> 'draft') + 1,
    'published', {KEPT}, $2::jsonb, $3::jsonb, $5, $5, $5 from offer_version p where p.id = $1 returning number
"""


class KnownOffer(msgspec.Struct, frozen=True):
    """What about an offer never changes."""

    id: UUID
    organiser_id: UUID
    service_class: str


def own_provider(actor: Actor) -> UUID:
    """The provider whose offers the actor manages.

    Raises:
        Forbidden: the actor manages none.
    """
    if not actor.has_role(Role.PROVIDER_ADMIN) or actor.provider_id is None:
        raise Forbidden
    return actor.provider_id


async def my_offers(actor: Actor) -> list[OfferSummary]:
    """All offers of the actor's provider, by name.

    Raises:
        Forbidden: the actor manages no provider.
    """
    return [_summary(row) for row in await fetch(LIST, own_provider(actor), today())]


async def my_offer(actor: Actor, offer_id: UUID) -> OwnOffer:
    """An offer of the actor's provider: its draft, or the newest version where there is none.

    Raises:
        Forbidden: the actor manages no provider.
        NotFound: another provider's offer.
    """
    provider_id = own_provider(actor)
    known = await _known(provider_id, offer_id)
    rows = await fetch("select * from offer_version where offer_id = $1 order by number desc", offer_id)
    public = next((row for row in rows if row["status"] == "published"), None)
    content = await with_right_values(await with_usual_bands(content_of(known, rows[0])))
    faults = [*what_is_missing(content), *await problems_of(content, provider_id)]
    return OwnOffer(
        id=offer_id,
        content=content,
        draft_version=rows[0]["number"] if rows[0]["status"] == "draft" else None,
        published_version=public["number"] if public else None,
        published_at=public["published_at"] if public else None,
        is_public=await is_public(offer_id),
        obstacles=(*(fault.message for fault in faults), *await gaps_of(provider_id, content)),
    )


async def preview(actor: Actor, offer_id: UUID) -> PublishedOffer:
    """The draft (or newest version) as the public would see it, in all its municipalities.

    Raises:
        Forbidden, NotFound: as ``my_offer``.
        Refused: it has no prices yet (``no_prices``).
    """
    own = await my_offer(actor, offer_id)
    number = own.draft_version or own.published_version or 0
    return await as_shown(own_provider(actor), offer_id, own.content, number, own.published_at)


async def as_shown(
    provider_id: UUID, offer_id: UUID, content: OfferDraft, number: int, published_at: datetime | None
) -> PublishedOffer:
    """What a version says, as the public would see it or saw it, in all its municipalities.

    Raises:
        Refused: it has no prices yet (``no_prices``).
    """
    if content.prices is None:
        raise Refused(message("Give the prices first."), code="no_prices")
    organiser, provider = await get_organiser(content.organiser_id), await provider_of(provider_id)
    return PublishedOffer(
        id=offer_id,
        version_id=offer_id,
        version=number,
        provider_id=provider_id,
        provider_name=provider.name,
        business_id=provider.public_id,
        organiser_id=organiser.id,
        organiser_name=organiser.name,
        service_class=content.service_class,
        unit=content.prices.unit,
        name=Text(content.name_fi, content.name_sv, content.name_en),
        description=Text(content.description_fi, content.description_sv, content.description_en),
        municipality_codes=content.municipality_codes,
        postal_codes=content.postal_codes,
        reach=content.reach,
        languages=content.languages,
        skills=content.skills,
        accepts_new_clients=content.accepts_new_clients,
        earliest_start=content.earliest_start,
        details=content.details,
        calendar=content.calendar or (await bands_on(organiser.id, today())).calendar,
        prices=content.prices,
        published_at=published_at or now(),
    )


async def with_usual_bands(content: OfferDraft) -> OfferDraft:
    """A published version names its bands; where they are the organiser's own of today, the next draft need not."""
    usual = (await bands_on(content.organiser_id, today())).calendar
    return replace(content, calendar=None) if content.calendar == usual else content


async def locked_offer(provider_id: UUID, offer_id: UUID) -> KnownOffer:
    """A provider's offer, held until the end of the transaction.

    Raises:
        NotFound: another provider's offer.
    """
    return await _known(provider_id, offer_id, "for update")


async def known_offer(provider_id: UUID, offer_id: UUID) -> KnownOffer:
    """A provider's offer.

    Raises:
        NotFound: another provider's offer.
    """
    return await _known(provider_id, offer_id)


async def _known(provider_id: UUID, offer_id: UUID, lock: str = "") -> KnownOffer:
    sql = f"select id, organiser_id, service_class from offer where id = $1 and provider_id = $2 {lock}"
    row = await fetch_one(sql, offer_id, provider_id)
    if row is None:
        raise NotFound
    return KnownOffer(**row)


async def offer_ids_of(provider_id: UUID) -> list[UUID]:
    """The ids of all offers of a provider, in order."""
    rows = await fetch("select id from offer where provider_id = $1 order by id", provider_id)
    return [row["id"] for row in rows]


async def write_draft(offer_id: UUID, draft: OfferDraft) -> tuple[OfferDraft | None, int]:
    """Puts the draft in place of the one before; returns that one and the number of the version.

    The caller holds the offer's lock.
    """
    newest = await fetch_one("select * from offer_version where offer_id = $1 order by number desc limit 1", offer_id)
    before, number = None, 1
    if newest is not None:
        known = KnownOffer(offer_id, draft.organiser_id, draft.service_class)
        is_draft = newest["status"] == "draft"
        before, number = content_of(known, newest) if is_draft else None, newest["number"] + (not is_draft)
    await execute("delete from offer_version where offer_id = $1 and status = 'draft'", offer_id)
    await execute(INSERT, new_id(), offer_id, number, *_values(draft), now())
    return before, number


async def write_published(version_id: UUID, prices: str | None, calendar: str | None) -> int:
    """Writes a published version that says what an ended one says, at other prices (JSON); returns its number.

    The caller holds the offer's lock.
    """
    await execute(MAKE_ROOM, version_id, prices, calendar)
    return await fetch_value(PUBLISH_AGAIN, version_id, prices, calendar, new_id(), now())


def content_of(known: KnownOffer, row: Row) -> OfferDraft:
    """What a version says, in the form in which it is edited."""
    texts = {
        f"{kind}_{language}": row[f"{kind}_{language}"]
        for kind in ("name", "description")
        for language in ("fi", "sv", "en")
    }
    return OfferDraft(
        organiser_id=known.organiser_id,
        service_class=known.service_class,
        municipality_codes=tuple(row["municipality_codes"]),
        postal_codes=tuple(row["postal_codes"]),
        reach=_decoded(row["reach"], Reach),
        languages=tuple(row["languages"]),
        skills=tuple(row["skills"]),
        accepts_new_clients=row["accepts_new_clients"],
        earliest_start=row["earliest_start"],
        details=_decoded(row["details"], OfferDetails),
        calendar=_decoded(row["calendar"], BandCalendar),
        prices=_decoded(row["prices"], PriceList),
        **texts,
    )


def _values(draft: OfferDraft) -> list[Any]:
    return [
        draft.name_fi.strip(), draft.name_sv.strip(), draft.name_en.strip(),
        draft.description_fi.strip(), draft.description_sv.strip(), draft.description_en.strip(),
        sorted(set(draft.municipality_codes)), sorted(set(draft.postal_codes)), as_json(draft.reach),
        list(dict.fromkeys(draft.languages)), list(tidy_skills(draft.skills)), draft.accepts_new_clients,
        draft.earliest_start, as_json(draft.details), as_json(draft.calendar), as_json(draft.prices),
    ]  # fmt: skip


def as_json(value: msgspec.Struct | None) -> str | None:
    """For a ``jsonb`` column."""
    return None if value is None else msgspec.json.encode(value).decode()


def _decoded(text: str | None, kind: Any) -> Any:
    return None if text is None else msgspec.json.decode(text, type=kind)


def _summary(row: Row) -> OfferSummary:
    return OfferSummary(
        id=row["id"],
        name=Text(row["name_fi"], row["name_sv"], row["name_en"]),
        organiser_id=row["organiser_id"],
        organiser_name=Text(row["organiser_fi"], row["organiser_sv"], row["organiser_en"]),
        service_class=row["service_class"],
        draft_version=row["draft_version"],
        published_version=row["published_version"],
        published_at=row["published_at"],
        is_public=row["is_public"],
        withdrawn_at=row["withdrawn_at"],
    )
