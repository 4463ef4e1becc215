"""Whether a voucher pays for a visit. Every refusal has a code of its own, says why, and what can be done. Pure."""

from datetime import date, datetime, timedelta

import msgspec

from marketplace.kernel.calendar import elapsed_minutes, local_date
from marketplace.kernel.errors import Invalid, Refused
from marketplace.kernel.i18n import Message, message, show_minutes
from marketplace.kernel.money import Money
from marketplace.pricing.limits import Cap, CapPeriod, Left, Limits, Overrun, Used, left_of
from marketplace.pricing.quotes import LineKind, check_visit
from marketplace.pricing.receipts import Receipt
from marketplace.vouchers.states import AgreementStatus
from marketplace.vouchers.terms import MOST_MINUTES

_MINUTE = timedelta(minutes=1)


class VoucherFacts(msgspec.Struct, frozen=True, kw_only=True):
    """What a voucher allows: its days, its caps, and ``left_cents``, what is still reserved in all."""

    valid_from: date
    last_day: date
    is_closed: bool
    limits: Limits
    left_cents: int


class UseFacts(msgspec.Struct, frozen=True, kw_only=True):
    """What was used before in the visit's week, its month and in all, and how many visits the voucher has paid."""

    week: Used
    month: Used
    period: Used
    visits: int

    def of(self, period: CapPeriod) -> Used:
        return {CapPeriod.WEEK: self.week, CapPeriod.MONTH: self.month}.get(period, self.period)


class AgreementFacts(msgspec.Struct, frozen=True, kw_only=True):
    """The agreement's days, and whether the provider's approval covers the visit's day."""

    status: AgreementStatus
    starts_on: date
    ends_on: date | None
    is_approved: bool


class Clash(msgspec.Struct, frozen=True):
    """A visit already logged that shares minutes with the new one: on this voucher, or another of client and service."""

    starts_at: datetime
    ends_at: datetime
    is_own: bool = True


def check_times(start: datetime, end: datetime, moment: datetime) -> None:
    """Raises where no voucher could pay: unreadable times, a visit still to come, or longer than 24 hours.

    Raises:
        Invalid: naive times, seconds, or an end that is not after the start.
        Refused: ``visit_in_future``, ``visit_too_long``.
    """
    if errors := check_visit(start, end):
        raise Invalid(errors)
    if end > moment:
        raise _refused("visit_in_future", message("The visit has not ended yet. Log it when it is over."))
    if elapsed_minutes(start, end) > MOST_MINUTES:
        text = message("A visit can be at most 24 hours long. Check the times, or log it in parts.")
        raise _refused("visit_too_long", text)


def days_of(start: datetime, end: datetime) -> tuple[date, date]:
    """The Finnish days on which a visit begins and on which its last minute lies."""
    return local_date(start), local_date(end - _MINUTE)


def check_days(start: datetime, end: datetime, voucher: VoucherFacts, agreement: AgreementFacts) -> None:
    """Raises where voucher, agreement or approval do not cover the visit's days.

    Raises:
        Refused: ``before_validity``, ``after_validity``, ``voucher_closed``, ``agreement_not_active``,
            ``approval_not_in_force``.
    """
    first, last = days_of(start, end)
    if first < voucher.valid_from:
        text = message("The voucher is valid only from {day}. It cannot pay for this visit.", day=voucher.valid_from)
        raise _refused("before_validity", text)
    if last > voucher.last_day:
        text = message("The voucher was valid until {day}. Ask the client's case manager for a new one.", day=voucher.last_day)  # fmt: skip
        raise _refused("after_validity", text)
    if voucher.is_closed:
        text = message("The voucher is closed and its rest was given back. Ask the client's case manager what to do.")
        raise _refused("voucher_closed", text)
    if first < agreement.starts_on or (agreement.ends_on is not None and last > agreement.ends_on):
        raise _refused("agreement_not_active", _agreement_words(agreement))
    if not agreement.is_approved:
        text = message(
            "The organiser's approval does not cover this service on {day}: it is suspended, ended or not begun. "
            "Ask the organiser.", day=first,
        )  # fmt: skip
        raise _refused("approval_not_in_force", text)


def _agreement_words(agreement: AgreementFacts) -> Message:
    if agreement.ends_on is None:
        return message("The agreement with the client begins on {day}. Check the date.", day=agreement.starts_on)
    return message(
        "The agreement with the client was from {first} to {last}. Check the date, or open the voucher again.",
        first=agreement.starts_on,
        last=agreement.ends_on,
    )


def check_clash(start: datetime, end: datetime, clash: Clash | None) -> None:
    """Raises where minutes of the visit are paid already.

    Raises:
        Refused: ``duplicate_visit`` for the very same times, else ``overlapping_visit``.
    """
    if clash is None:
        return
    if not clash.is_own:
        text = message(
            "Another voucher of the client has paid for this service at this time. Check the times, "
            "or ask the client's case manager."
        )
        raise _refused("overlapping_visit", text)
    if (clash.starts_at, clash.ends_at) == (start, end):
        raise _refused("duplicate_visit", message("This visit has been logged already. You need not do anything."))
    text = message(
        "The times overlap with a visit that was logged from {start} to {end}. Check the times, or cancel that visit first.",
        start=clash.starts_at,
        end=clash.ends_at,
    )
    raise _refused("overlapping_visit", text)


def left_for(voucher: VoucherFacts, use: UseFacts) -> Left | None:
    """What the voucher still covers, where a visit beyond its caps is redeemed in part; None where it is refused.

    Cents are those of the caps or what is reserved, with a cent for the rounding of each visit.
    """
    if voucher.limits.overrun is Overrun.REFUSED:
        return None
    left = left_of(voucher.limits, use.week, use.month, use.period)
    reserved = voucher.left_cents + use.visits + 1
    return msgspec.structs.replace(left, cents=reserved if left.cents is None else min(left.cents, reserved))


def check_limits(receipt: Receipt, voucher: VoucherFacts, use: UseFacts) -> int:
    """Raises where the voucher's caps or the reserved amount do not hold the visit; returns the cents to add for rounding.

    Each visit is rounded on its own, so that many may come to some cents more than their whole: up to a cent for each
    visit so far is added to the reserved amount rather than refused.

    Raises:
        Refused: ``week_…``, ``month_…`` or ``period_…`` with ``minutes_exceeded``, ``units_exceeded`` or
            ``amount_exceeded``; ``amount_exceeded``.
    """
    if voucher.limits.overrun is Overrun.REFUSED:
        for cap in voucher.limits.caps:
            _check_cap(receipt, cap, use.of(cap.period))
    payer = receipt.shares.payer_cents
    missing = max(payer - voucher.left_cents, 0)
    if missing > use.visits + len(receipt.shares.lines):
        text = message(
            "{left} is left of the voucher, and this visit would take {asked}. Ask the client's case manager for more.",
            left=Money(voucher.left_cents),
            asked=Money(payer),
        )
        raise _refused("amount_exceeded", text)
    return missing


_PERIOD_WORDS = {
    CapPeriod.WEEK: message("week"),
    CapPeriod.MONTH: message("month"),
    CapPeriod.PERIOD: message("voucher's period"),
}


def _check_cap(receipt: Receipt, cap: Cap, used: Used) -> None:
    """One cap against what was used and the visit, in minutes, units and cents."""
    asked = Used(minutes=receipt.quote.billed_minutes, units=units_of(receipt), cents=receipt.shares.payer_cents)
    period = _PERIOD_WORDS[cap.period]
    if cap.minutes is not None and used.minutes + asked.minutes > cap.minutes:
        left = max(cap.minutes - used.minutes, 0)
        text = message(
            "The hours of the {period} are not enough: {left} is left of {limit}, and this visit takes {asked}. "
            "Log at most what is left and agree with the client on the rest.",
            period=period, left=show_minutes(left), limit=show_minutes(cap.minutes), asked=show_minutes(asked.minutes),
        )  # fmt: skip
        raise _refused(f"{cap.period.value}_minutes_exceeded", text)
    if cap.units is not None and used.units + asked.units > cap.units:
        text = message(
            "The voucher pays for {limit} visits in a {period}, and all of them are used. Agree with the client on the rest.",
            limit=cap.units, period=period,
        )  # fmt: skip
        raise _refused(f"{cap.period.value}_units_exceeded", text)
    if cap.cents is not None and used.cents + asked.cents > cap.cents:
        text = message(
            "The voucher pays at most {limit} in a {period}, and {left} of it is left; this visit would take {asked}. "
            "Log a shorter visit and agree with the client on the rest.",
            limit=Money(cap.cents), period=period, left=Money(max(cap.cents - used.cents, 0)), asked=Money(asked.cents),
        )  # fmt: skip
        raise _refused(f"{cap.period.value}_amount_exceeded", text)


def covered_of(receipt: Receipt) -> int | None:
    """Minutes or units within the voucher's caps; None where all of them are."""
    lines = [line for line in receipt.shares.lines if line.kind is LineKind.SERVICE]
    if all(line.covered is None for line in lines):
        return None
    return sum(line.covered_quantity for line in lines)


def units_of(receipt: Receipt) -> int:
    """Units other than hours that the voucher pays for."""
    return sum(line.units for line in receipt.quote.lines if line.kind is LineKind.SERVICE)


def _refused(code: str, text: Message) -> Refused:
    return Refused(text, code=code)
