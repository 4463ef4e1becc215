"""Decisions about vouchers: kept in the words of the day they were made, in three languages, with how to appeal."""

from collections.abc import Sequence
from uuid import UUID

import msgspec

from marketplace.kernel.actors import Actor
from marketplace.kernel.clock import now
from marketplace.kernel.db import execute, fetch, new_id
from marketplace.kernel.i18n import Language, Message, message, show_minutes, translate
from marketplace.kernel.money import Money
from marketplace.organisers.schemas import Organiser, Product
from marketplace.vouchers.schemas import DecisionView, Grant
from marketplace.vouchers.terms import VoucherTerms, words_of_value

INSERT = """
insert into voucher_decision (id, voucher_id, kind, reasons, words, decided_by, decided_at)
values ($1, $2, $3, $4, $5::jsonb, $6, $7)
"""
APPEAL = message(
    "If you are not satisfied with this decision, you may ask for it to be corrected within 30 days of receiving it."
)
FREE = message("The service is free of charge for you: a provider may not ask for more than the voucher is worth.")
OWN_SHARE = message("If the provider's price is higher than the voucher's value, you pay the difference yourself.")
MAY_REFUSE = message("You may refuse the voucher. The organiser then arranges the service in another way.")


def words_of_grant(
    organiser: Organiser,
    product: Product,
    grant: Grant,
    terms: VoucherTerms,
    limits: tuple[int | None, int | None],
    reserved_cents: int,
) -> list[Message]:
    """What a grant says: the service, its days and amount, how the value came about, own share, and how to appeal."""
    minutes, units = limits
    return [
        message("{organiser} grants a service voucher: {product}.", organiser=organiser.name, product=product.name),
        message("The voucher is valid from {first} to {last}.", first=grant.valid_from, last=grant.valid_to),
        _amount_words(minutes, units),
        *words_of_value(terms),
        message("At most {amount} is reserved for the voucher.", amount=Money(reserved_cents)),
        FREE if terms.no_own_share else OWN_SHARE,
        MAY_REFUSE,
        *_appeal(organiser),
    ]


def _amount_words(minutes: int | None, units: int | None) -> Message:
    if minutes is not None:
        return message("It pays for at most {amount} in a calendar month.", amount=show_minutes(minutes))
    return message("It pays for at most {count} visits in a calendar month.", count=units)


def words_of_revocation(organiser: Organiser, number: str, last_day: object) -> list[Message]:
    """What a revocation says."""
    return [
        message("{organiser} revokes the service voucher {number}.", organiser=organiser.name, number=number),
        message("The voucher pays for visits until {last}.", last=last_day),
        *_appeal(organiser),
    ]


def _appeal(organiser: Organiser) -> list[Message]:
    if not organiser.decision_contact:
        return [APPEAL]
    return [APPEAL, message("Send the request to: {contact}", contact=organiser.decision_contact)]


async def keep_decision(actor: Actor, voucher_id: UUID, kind: str, reasons: str, words: Sequence[Message]) -> UUID:
    """Writes a decision in all three languages, within the caller's unit of work."""
    decision_id = new_id()
    written = {each.value: [translate(text, each) for text in words] for each in Language}
    await execute(
        INSERT, decision_id, voucher_id, kind, reasons.strip(), msgspec.json.encode(written).decode(), actor.person_id,
        now(),
    )  # fmt: skip
    return decision_id


async def decisions_on(voucher_id: UUID, language: Language) -> list[DecisionView]:
    """The decisions on a voucher, oldest first; the caller has made sure that the reader may see it."""
    rows = await fetch(
        "select id, kind, reasons, words, decided_at from voucher_decision where voucher_id = $1"
        " order by decided_at, id",
        voucher_id,
    )
    return [
        DecisionView(
            id=row["id"],
            kind=row["kind"],
            reasons=row["reasons"],
            words=msgspec.json.decode(row["words"], type=dict[str, list[str]])[language.value],
            decided_at=row["decided_at"],
        )
        for row in rows
    ]
