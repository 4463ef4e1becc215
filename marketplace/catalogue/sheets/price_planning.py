"""What the lists of a price sheet would do to the provider's offers: new drafts, changed drafts, price changes."""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

import msgspec
from msgspec.structs import replace

from marketplace.catalogue.offers.choices import choices_of
from marketplace.catalogue.offers.schemas import MAX_DESCRIPTION, MAX_NAME, OfferDraft
from marketplace.catalogue.sheets.changes_to_come import day_of_change, problems_of_change
from marketplace.catalogue.sheets.charges import whole_list
from marketplace.catalogue.sheets.fitting import fitted
from marketplace.catalogue.sheets.lists import DraftPriceList
from marketplace.catalogue.sheets.matching import NoMatchError, offer_for
from marketplace.catalogue.sheets.own_versions import own_versions
from marketplace.catalogue.sheets.problems import Problems
from marketplace.catalogue.sheets.schemas import NewImport, OwnVersions, Proposal
from marketplace.catalogue.sheets.states import ItemAction
from marketplace.kernel.actors import Actor
from marketplace.kernel.clock import today
from marketplace.kernel.i18n import Language, Message, message, translate
from marketplace.kernel.money import Money
from marketplace.organisers.organisers import get_organiser
from marketplace.organisers.reference import municipality_named, service_class
from marketplace.organisers.rules import bands_on
from marketplace.organisers.schemas import Organiser
from marketplace.pricing.bands import BandCalendar
from marketplace.pricing.prices import UNIT_WORDS, PriceList

LISTED: Final = "• "


class PricePlan(msgspec.Struct):
    """What planning knows of the provider and the organiser while it goes through the lists."""

    new: NewImport
    organiser: Organiser
    usual: BandCalendar
    approved: dict[str, tuple[str, ...]]
    offers: list[OwnVersions]
    taken: set[UUID]
    names: set[str]
    problems: Problems


async def price_plan(actor: Actor, provider_id: UUID, new: NewImport) -> PricePlan:
    """The ground of planning, as things stand now.

    Raises:
        NotFound: no such organiser.
    """
    organiser = await get_organiser(new.organiser_id)
    scopes = await choices_of(actor)
    own = [each for each in await own_versions(provider_id) if each.newest.organiser_id == organiser.id]
    return PricePlan(
        new=new,
        organiser=organiser,
        usual=(await bands_on(organiser.id, today())).calendar,
        approved={each.scope: each.municipality_codes for each in scopes},
        offers=own,
        taken=set(),
        names=set(),
        problems=Problems(provider_id),
    )


async def propose_prices(plan: PricePlan, given: DraftPriceList) -> Proposal:
    """What one list of the sheet would do. It never fails: what cannot be done is a problem of the proposal."""
    code = given.service_class or plan.new.service_class
    draft = OfferDraft(organiser_id=plan.organiser.id, service_class=code or "", name_fi=given.service_text[:MAX_NAME])
    if code is None:
        words = message("Choose a service class for these prices when you send the file.")
        return _left_out(given, draft, given.warnings, words)
    prices, unused = whole_list(given)
    try:
        offer = offer_for(given, code, _in_unit(plan.offers, given, prices), plan.taken)
    except NoMatchError as error:
        return _left_out(given, draft, given.warnings, error.words)
    warnings = (*_kept(given.warnings), *unused)
    if offer is None:
        return await _new_offer(plan, given, draft, prices, warnings)
    plan.taken.add(offer.id)
    return await _changed_offer(plan, given, offer, prices, warnings)


def _in_unit(offers: Sequence[OwnVersions], given: DraftPriceList, prices: PriceList) -> list[OwnVersions]:
    """The offers that a list may be for: one in another unit is another offer, unless its id is given."""
    return [
        each for each in offers if given.offer or each.newest.prices is None or each.newest.prices.unit is prices.unit
    ]


def _left_out(given: DraftPriceList, content: OfferDraft, warnings: Sequence[Message], *why: Message) -> Proposal:
    return Proposal(
        action=ItemAction.NEW_DRAFT, content=content, rows=given.rows, warnings=tuple(warnings), problems=why
    )


def _kept(warnings: Sequence[Message]) -> tuple[Message, ...]:
    """A class that was chosen with the file answers the question for one."""
    return tuple(each for each in warnings if "none of the service classes" not in each.text)


async def _new_offer(
    plan: PricePlan, given: DraftPriceList, draft: OfferDraft, prices: PriceList, warnings: tuple[Message, ...]
) -> Proposal:
    service = service_class(draft.service_class)
    draft = replace(draft, name_fi=_own_name(plan, given, draft), municipality_codes=_places(plan, given, draft))
    if prices.unit in service.units:
        draft = _with_prices(draft, prices, given.calendar, plan.usual)
    else:
        draft = replace(draft, description_fi=_in_words(prices, given.calendar))
        words = message(
            "This service is priced by the {unit}. The prices of the file are kept in the description only.",
            unit=UNIT_WORDS[service.unit],
        )
        warnings = (*warnings, words)
    if given.municipality_codes and not draft.municipality_codes:
        warnings = (*warnings, message("{organiser} serves none of these places.", organiser=plan.organiser.name))
    problems = await plan.problems.of(draft)
    return Proposal(action=ItemAction.NEW_DRAFT, content=draft, rows=given.rows, warnings=warnings, problems=problems)


def _own_name(plan: PricePlan, given: DraftPriceList, draft: OfferDraft) -> str:
    """What the sheet calls the service, with whatever sets it apart from the lists before."""
    name = draft.name_fi or service_class(draft.service_class).name.fi
    if given.condition.fi:
        name = f"{name} ({given.condition.fi})"
    apart = [given.area, f"alv {given.vat.replace('.', ',')} %" if given.vat else "", f"rivi {min(given.rows)}"]
    for more in apart:
        if name in plan.names and more:
            name = f"{name}, {more}"
    plan.names.add(name)
    return name[:MAX_NAME]


def _places(plan: PricePlan, given: DraftPriceList, draft: OfferDraft) -> tuple[str, ...]:
    """The sheet's places that the organiser serves; without any, those that the provider is approved for."""
    codes = given.municipality_codes
    if not codes and (place := municipality_named(given.area)):
        codes = (place.code,) if plan.organiser.serves(place.code) else ()
    if codes:
        return tuple(code for code in codes if plan.organiser.serves(code))
    return plan.approved.get(f"{draft.organiser_id}/{draft.service_class}", ())


def _with_prices(
    draft: OfferDraft, prices: PriceList, calendar: BandCalendar | None, usual: BandCalendar
) -> OfferDraft:
    """By the organiser's bands where they say the same, else by bands of the provider's own."""
    by_usual = fitted(prices, calendar, usual)
    if by_usual is not None and not by_usual.coefficients:
        return replace(draft, prices=by_usual, calendar=None)
    return replace(draft, prices=prices, calendar=None if calendar == usual else calendar)


def _in_words(prices: PriceList, calendar: BandCalendar | None) -> str:
    unit = UNIT_WORDS[prices.unit]
    if prices.length_prices:
        said = [(f"{each.up_to_minutes} min", each.price_cents) for each in prices.length_prices]
    elif prices.one_price_cents is not None or calendar is None:
        words = message("{price} per {unit}", price=Money(prices.price_of(None)), unit=unit)
        return LISTED + translate(words, Language.FI)
    else:
        said = [(calendar.band(each.band).name.fi, each.price_cents) for each in prices.band_prices]
    lines = (message("{band}: {price} per {unit}", band=when, price=Money(cents), unit=unit) for when, cents in said)
    return "\n".join(LISTED + translate(line, Language.FI) for line in lines)[:MAX_DESCRIPTION]


async def _changed_offer(
    plan: PricePlan, given: DraftPriceList, offer: OwnVersions, prices: PriceList, warnings: tuple[Message, ...]
) -> Proposal:
    before = offer.newest if offer.has_draft or offer.public is None else offer.public
    compared = offer.public or before
    content = _with_prices(before, prices, given.calendar, plan.usual)
    made = Proposal(
        action=ItemAction.CHANGED_DRAFT, content=content, rows=given.rows, offer_id=offer.id, base=offer.base,
        before=before, warnings=warnings,
    )  # fmt: skip
    if is_same(compared, prices, given.calendar, plan.usual):
        return replace(made, action=ItemAction.NOTHING, content=compared, before=compared)
    if prices.unit not in service_class(before.service_class).units:
        words = message(
            "This service is priced by the {unit}. Give the price for that unit.",
            unit=UNIT_WORDS[service_class(before.service_class).unit],
        )
        return replace(made, content=before, problems=(words,))
    if offer.public is None:
        return replace(made, problems=await plan.problems.of(content))
    return await _price_change(plan, given, offer, made)


async def _price_change(plan: PricePlan, given: DraftPriceList, offer: OwnVersions, made: Proposal) -> Proposal:
    """Prices of what is public change on a day, under the organiser's rules, whatever draft there may be."""
    public = offer.public
    assert public is not None
    content = replace(public, prices=made.content.prices, calendar=made.content.calendar)
    day = await day_of_change(offer.id, public, content, plan.usual, given.valid_from or plan.new.valid_from)
    problems = await plan.problems.of(content)
    problems = problems or (*await problems_of_change(offer.id, public, content, plan.usual, day),)
    return replace(
        made, action=ItemAction.PRICE_CHANGE, content=content, before=public, valid_from=day, problems=problems
    )


def is_same(before: OfferDraft, prices: PriceList, calendar: BandCalendar | None, usual: BandCalendar) -> bool:
    """Whether a list costs what an offer costs already, at all times."""
    if before.prices is None:
        return False
    theirs = before.calendar or usual
    by_theirs = fitted(prices, calendar, theirs)
    if by_theirs is not None and _sorted(by_theirs) == _sorted(before.prices):
        return True
    return _sorted(prices) == _sorted(before.prices) and (calendar or usual) == theirs


def _sorted(prices: PriceList) -> PriceList:
    return replace(prices, band_prices=tuple(sorted(prices.band_prices, key=lambda each: each.band)))
