"""What time it is. The only place that asks the system clock, so that tests and demonstrations can set it."""

from collections.abc import Generator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

HELSINKI = ZoneInfo("Europe/Helsinki")

_set_moment: ContextVar[datetime | None] = ContextVar("set_moment", default=None)


def now() -> datetime:
    """The present moment, timezone-aware, in UTC."""
    return _set_moment.get() or datetime.now(UTC)


def today() -> date:
    """Today's date in Finland: a thing that ends today ends at midnight Finnish time."""
    return now().astimezone(HELSINKI).date()


@contextmanager
def clock_set_to(moment: datetime) -> Generator[None]:
    """Sets the clock in this context (and the tasks started from it) to an aware moment."""
    if moment.tzinfo is None:
        msg = "the clock needs a time zone"
        raise ValueError(msg)
    token = _set_moment.set(moment)
    try:
        yield
    finally:
        _set_moment.reset(token)
