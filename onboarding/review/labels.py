"""Words and tones of checks."""

from collections.abc import Mapping

from marketplace.kernel.i18n import Message, message
from onboarding.review.schemas import CheckLevel

CHECK_WORDS: Mapping[CheckLevel, tuple[Message, str]] = {
    CheckLevel.GREEN: (message("In order"), "good"),
    CheckLevel.AMBER: (message("Look at this"), "wait"),
    CheckLevel.RED: (message("Problem"), "bad"),
}
