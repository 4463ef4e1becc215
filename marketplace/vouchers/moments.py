"""From what a care worker writes (a date and two times on a Finnish clock) to the moments of a visit. Pure."""

from datetime import date, datetime, time, timedelta

from marketplace.kernel.calendar import moment_at, moments_at
from marketplace.kernel.errors import FieldError, Invalid
from marketplace.kernel.i18n import message
from marketplace.vouchers.schemas import VisitForm

SKIPPED = message("This time did not exist: clocks were turned forward that night.")
NEXT_DAY = message("The end is before the start. If the visit ended after midnight, tick the box below.")


def moments_of(form: VisitForm) -> tuple[datetime, datetime]:
    """Start and end of the visit, in UTC.

    On the night when an hour comes twice, the start is the first of the two, and the end the first one after the start.

    Raises:
        Invalid: the end is before the start without ``next_day``, seconds, or a time that clocks skipped; all is named.
    """
    last = form.day + timedelta(days=1) if form.next_day else form.day
    if errors := [*_time_errors("start", form.day, form.start), *_time_errors("end", last, form.end)]:
        raise Invalid(errors)
    if not form.next_day and form.end <= form.start and not _comes_twice(form.day, form.end):
        raise Invalid.field("end", NEXT_DAY)
    start = moment_at(form.day, _minute(form.start))
    end = next((each for each in moments_at(last, _minute(form.end)) if each > start), None)
    if end is None:
        raise Invalid.field("end", NEXT_DAY)
    return start, end


def _time_errors(field: str, day: date, clock: time) -> list[FieldError]:
    if clock.second or clock.microsecond:
        return [FieldError(field, message("Give the time in whole minutes."))]
    return [] if moments_at(day, _minute(clock)) else [FieldError(field, SKIPPED)]


def _comes_twice(day: date, clock: time) -> bool:
    return len(moments_at(day, _minute(clock))) > 1


def _minute(clock: time) -> int:
    return clock.hour * 60 + clock.minute
