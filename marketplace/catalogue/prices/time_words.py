"""Hours of the week in words, as every list of the catalogue reads and writes them: the door to ``pricing.time_words``."""

from marketplace.pricing.time_words import DAY_WORDS, Days, UnreadableTimeError, hours_words, parse_hours

__all__ = ["DAY_WORDS", "Days", "UnreadableTimeError", "hours_words", "parse_hours"]
