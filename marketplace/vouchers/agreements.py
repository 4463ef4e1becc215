"""Agreements: a provider opens a voucher by its number, or the client chooses an offer; both may end it."""

from datetime import date, timedelta
from uuid import UUID

from marketplace.accounts.limits import Attempt, begin_attempt, forget_attempt
from marketplace.catalogue.offers.published import published_offer
from marketplace.catalogue.offers.schemas import PublishedOffer
from marketplace.kernel import audit
from marketplace.kernel.actors import CLIENT_ROLES, Actor, Role
from marketplace.kernel.clock import now, today
from marketplace.kernel.db import Row, execute, fetch, fetch_one, fetch_value, new_id, transactional
from marketplace.kernel.errors import Invalid, NotFound, Refused
from marketplace.kernel.i18n import message
from marketplace.organisers.reference import municipality, service_class
from marketplace.plans.clients import client_by_id
from marketplace.pricing.shares import check_prices_fit_voucher
from marketplace.vouchers import numbers
from marketplace.vouchers.agreed_prices import agree_on_coming
from marketplace.vouchers.queries import agreement_for
from marketplace.vouchers.schemas import AgreementCard, OfferChoice, OpenVoucher
from marketplace.vouchers.scoping import provider_of_actor, scope_of
from marketplace.vouchers.states import (
    AGREEMENT,
    PARTIES,
    VOUCHER_WORDS,
    AgreementAction,
    AgreementStatus,
    VoucherAction,
    VoucherStatus,
)
from marketplace.vouchers.terms import AgreedPrices, as_json, read_terms, value_calendar

EARLIER_DAYS = 14
"""How many days before today an agreement may begin: work often starts before the papers."""

INSERT = """
insert into agreement (id, voucher_id, client_id, provider_id, offer_id, offer_version_id, prices, status, starts_on, made_by,
    made_at)
values ($1, $2, $3, $4, $5, $6, $7::jsonb, 'active', $8, $9, $10)
"""
OF_VOUCHER = """
select a.*, p.name as provider_name from agreement a join provider p on p.id = a.provider_id
where voucher_id = $1 order by starts_on desc, a.id desc
"""
END = "update agreement set status = $2, ends_on = $3, ended_by = $4, ended_at = $5 where id = $1"
LAST_VISIT = "select max(day) from visit where agreement_id = $1 and status <> 'reversed'"
OTHER_PROVIDER = message(
    "This voucher is in use with another provider. The client or the case manager can change the provider."
)
OWN_OTHER_OFFER = message("You use this voucher with another offer already. End that agreement first.")


class NumberUnknown(NotFound):
    code = "number_unknown"
    default_message = message("There is no voucher with this number. Ask the client to check it.")


async def open_voucher(actor: Actor, asked: OpenVoucher) -> AgreementCard:
    """The provider takes a voucher into use with one of its published offers. Opening it again changes nothing.

    Unknown numbers are counted: five in 15 minutes by one person, twenty by one provider.

    Raises:
        Invalid: the number is mistyped (``number_mistyped``), or the first day is wrong.
        NumberUnknown: no voucher has the number.
        TooManyAttempts: too many unknown numbers.
        Refused: the offer is not the provider's own and public (``offer_not_available``), does not fit the voucher
            (``offer_…``, ``prices_do_not_fit``), or the voucher is over or used with another provider (``voucher_…``).
    """
    provider_id = provider_of_actor(actor)
    number = numbers.read_number(asked.voucher_number)
    attempt = await begin_attempt(Attempt.VOUCHER_NUMBER, f"person:{actor.person_id}", f"provider:{provider_id}")
    voucher_id: UUID | None = await fetch_value("select id from voucher where number = $1", number)
    if voucher_id is None:
        raise NumberUnknown
    await forget_attempt(attempt)
    return await _open(actor, provider_id, voucher_id, asked)


@transactional()
async def _open(actor: Actor, provider_id: UUID, voucher_id: UUID, asked: OpenVoucher) -> AgreementCard:
    voucher = await _locked_voucher(voucher_id)
    offer = await _offer(asked.offer_id)
    if offer.provider_id != provider_id:
        raise _not_available()
    active = await _active(voucher_id)
    if active is not None and active["provider_id"] == provider_id and active["offer_id"] == offer.id:
        return await agreement_for(actor, active["id"])
    if active is not None:
        text = OWN_OTHER_OFFER if active["provider_id"] == provider_id else OTHER_PROVIDER
        raise Refused(text, code="voucher_in_use")
    return await _make(actor, voucher, offer, asked)


@transactional()
async def choose_offer(actor: Actor, voucher_id: UUID, choice: OfferChoice) -> AgreementCard:
    """The client, who acts for the client, or the case manager chooses an offer; an agreement in force ends the day before.

    That is yesterday at the earliest: what its provider has done and not yet logged stays paid.

    Raises:
        NotFound: not the actor's own client or organiser.
        Invalid: the first day is wrong.
        Refused: as ``open_voucher``; the provider takes no new clients (``offer_full``).
    """
    voucher = await _locked_voucher(voucher_id)
    _require_chooser(actor, voucher)
    offer = await _offer(choice.offer_id)
    if not offer.accepts_new_clients:
        text = message(
            "{provider} takes no new clients just now. Choose another provider.", provider=offer.provider_name
        )
        raise Refused(text, code="offer_full")
    active = await _active(voucher_id)
    if active is not None and active["offer_id"] == offer.id:
        return await agreement_for(actor, active["id"])
    if active is not None:
        _require_in_use(voucher)
        first = choice.starts_on or max(today(), voucher["valid_from"])
        _require_possible(voucher, first)
        if first < today():
            text = message("The voucher is in use with another provider until today. Choose today or a later day.")
            raise Invalid.field("starts_on", text)
        await _end(actor, active, first - timedelta(days=1), field="starts_on")
    return await _make(actor, voucher, offer, choice)


@transactional()
async def end_agreement(actor: Actor, agreement_id: UUID, last_day: date | None = None) -> AgreementCard:
    """Either party, or the case manager, ends an agreement after ``last_day`` (today). Visits until then may be logged.

    Raises:
        NotFound: not the actor's own.
        Conflict: it has ended already.
        Invalid: the last day is before today, after the voucher's own, or before a visit that was logged.
    """
    known = await agreement_for(actor, agreement_id)
    if actor.role in {Role.FINANCE, Role.ORGANISER_ADMIN}:
        raise NotFound
    voucher = await _locked_voucher(known.voucher_id)
    row = await fetch_one("select * from agreement where id = $1", agreement_id)
    if last_day is not None and last_day < today():
        raise Invalid.field("last_day", message("The last day is already past."))
    if last_day is not None and last_day > max(voucher["last_day"], today()):
        raise Invalid.field("last_day", message("This voucher was valid until {day}.", day=voucher["last_day"]))
    await _end(actor, row or {}, last_day or today(), field="last_day")
    return await agreement_for(actor, agreement_id)


async def end_active_agreement(actor: Actor, voucher_id: UUID, last_day: date) -> None:
    """Ends what is in force on a voucher that ends itself; the caller holds the voucher's lock."""
    active = await _active(voucher_id)
    if active is not None:
        await _end(actor, active, max(last_day, active["starts_on"] - timedelta(days=1)), field="last_day")


async def _locked_voucher(voucher_id: UUID) -> Row:
    row = await fetch_one("select * from voucher where id = $1 for update", voucher_id)
    if row is None:
        raise NotFound
    return row


def _require_chooser(actor: Actor, voucher: Row) -> None:
    column, scope_id = scope_of(actor)
    if actor.role not in {*CLIENT_ROLES, Role.CASE_MANAGER} or voucher[column] != scope_id:
        raise NotFound


async def _offer(offer_id: UUID) -> PublishedOffer:
    """The offer as it is public, held: nothing of it is published or announced before the agreement is made."""
    await fetch_value("select id from offer where id = $1 for key share", offer_id)
    try:
        return await published_offer(offer_id)
    except NotFound:
        raise _not_available() from None


def _not_available() -> Refused:
    text = message("This offer is not published, or its provider is not approved for it just now.")
    return Refused(text, code="offer_not_available")


async def _active(voucher_id: UUID) -> Row | None:
    return next((row for row in await fetch(OF_VOUCHER, voucher_id) if row["status"] == "active"), None)


async def _make(actor: Actor, voucher: Row, offer: PublishedOffer, asked: OpenVoucher | OfferChoice) -> AgreementCard:
    _require_in_use(voucher)
    await _require_match(voucher, offer)
    starts_on = await _first_day(voucher, asked.starts_on)
    agreed = AgreedPrices(
        prices=offer.prices, prices_version=f"{offer.name.fi} / {offer.version}", calendar=offer.calendar,
        weekly_visits=asked.weekly_visits or 0,
    )  # fmt: skip
    agreement_id = new_id()
    await execute(
        INSERT, agreement_id, voucher["id"], voucher["client_id"], offer.provider_id, offer.id, offer.version_id,
        as_json(agreed), starts_on, actor.person_id, now(),
    )  # fmt: skip
    await agree_on_coming(agreement_id, offer.id)
    status = PARTIES.after(VoucherStatus(voucher["status"]), VoucherAction.OPEN)
    await execute("update voucher set status = $2 where id = $1", voucher["id"], status.value)
    after = {"voucher_id": voucher["id"], "offer_version_id": offer.version_id, "starts_on": starts_on}
    await audit.record(
        actor, "agreement.made", "agreement", agreement_id, after=after,
        organiser_id=voucher["organiser_id"], provider_id=offer.provider_id,
    )  # fmt: skip
    return await agreement_for(actor, agreement_id)


def _require_in_use(voucher: Row) -> None:
    status = VoucherStatus(voucher["status"])
    if not PARTIES.allows(status, VoucherAction.OPEN):
        text = message("This voucher can no longer be used. Its state is: {state}.", state=VOUCHER_WORDS[status])
        raise Refused(text, code="voucher_not_in_use")
    if voucher["last_day"] < today():
        text = message("This voucher was valid until {day}.", day=voucher["last_day"])
        raise Refused(text, code="voucher_over")


async def _require_match(voucher: Row, offer: PublishedOffer) -> None:
    if offer.organiser_id != voucher["organiser_id"]:
        text = message("The voucher is another organiser's than the one that this offer is for.")
        raise Refused(text, code="offer_other_organiser")
    if offer.service_class != voucher["service_class"]:
        name = service_class(voucher["service_class"]).name
        raise Refused(message("The voucher is for {service}. Choose an offer of that service.", service=name),
                      code="offer_other_service")  # fmt: skip
    place = (await client_by_id(voucher["client_id"])).municipality_code
    if place not in offer.municipality_codes:
        text = message("The offer is not given in {municipality}, where the client lives.", municipality=municipality(place).name)  # fmt: skip
        raise Refused(text, code="offer_other_municipality")
    terms = read_terms(voucher["terms"])
    if errors := check_prices_fit_voucher(
        offer.prices, offer.calendar, terms.rule, no_own_share=terms.no_own_share, household=terms.household,
        value_calendar=value_calendar(terms, offer.calendar),
    ):  # fmt: skip
        raise Refused(errors[0].message, code="prices_do_not_fit")


async def _first_day(voucher: Row, asked: date | None) -> date:
    """The day that is asked for, else today; within the voucher's days, and after every earlier agreement."""
    earlier = [row["ends_on"] for row in await fetch(OF_VOUCHER, voucher["id"]) if row["ends_on"] is not None]
    free_from = max((day + timedelta(days=1) for day in earlier), default=date.min)
    if asked is None:
        asked = max(today(), voucher["valid_from"], free_from)
    if asked < free_from:
        text = message("The agreement before this one goes on until {day}. Choose a later first day.",
                       day=free_from - timedelta(days=1))  # fmt: skip
        raise Invalid.field("starts_on", text)
    _require_possible(voucher, asked)
    return asked


def _require_possible(voucher: Row, asked: date) -> None:
    if not voucher["valid_from"] <= asked <= voucher["last_day"]:
        text = message("The voucher is valid from {first} to {last}. Choose one of those days.",
                       first=voucher["valid_from"], last=voucher["last_day"])  # fmt: skip
        raise Invalid.field("starts_on", text)
    if asked < today() - timedelta(days=EARLIER_DAYS):
        text = message("An agreement can begin at most {count} days before today.", count=EARLIER_DAYS)
        raise Invalid.field("starts_on", text)


async def _end(actor: Actor, row: Row, last_day: date, *, field: str) -> None:
    status = AGREEMENT.after(AgreementStatus(row["status"]), AgreementAction.END)
    latest: date | None = await fetch_value(LAST_VISIT, row["id"])
    if latest is not None and last_day < latest:
        text = message("A visit of {day} has been logged. Choose a later day.", day=latest)
        raise Invalid.field(field, text)
    last_day = max(last_day, row["starts_on"] - timedelta(days=1))
    await execute(END, row["id"], status.value, last_day, actor.person_id, now())
    await audit.record(
        actor, "agreement.ended", "agreement", row["id"], after={"ends_on": last_day}, provider_id=row["provider_id"]
    )
