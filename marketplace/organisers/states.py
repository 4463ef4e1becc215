"""What kinds of organisers there are, and the two states of a rule's version."""

from enum import StrEnum
from typing import Final

from marketplace.kernel.i18n import message
from marketplace.kernel.states import TransitionTable


class OrganiserKind(StrEnum):
    """What an organiser is in law."""

    COUNTY = "wellbeing_services_county"
    CITY = "city"
    MUNICIPALITY = "municipality"
    JOINT_AUTHORITY = "joint_authority"


class VersionStatus(StrEnum):
    """A draft may still change; what is published never does."""

    DRAFT = "draft"
    PUBLISHED = "published"


class VersionAction(StrEnum):
    PUBLISH = "publish"


VERSION: Final = TransitionTable(
    "voucher_product_version", {VersionAction.PUBLISH: ({VersionStatus.DRAFT}, VersionStatus.PUBLISHED)}
)

STATUS_WORDS: Final = {VersionStatus.DRAFT: message("Draft"), VersionStatus.PUBLISHED: message("Published")}
