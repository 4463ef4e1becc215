"""Where a published version of a rulebook stands."""

from collections.abc import Mapping
from enum import StrEnum

from marketplace.kernel.i18n import Message, message


class VersionStatus(StrEnum):
    SCHEDULED = "scheduled"
    IN_FORCE = "in_force"
    REPLACED = "replaced"
    WITHDRAWN = "withdrawn"


VERSION_STATUS_NAMES: Mapping[VersionStatus, Message] = {
    VersionStatus.SCHEDULED: message("To come"),
    VersionStatus.IN_FORCE: message("In force"),
    VersionStatus.REPLACED: message("Replaced"),
    VersionStatus.WITHDRAWN: message("Withdrawn"),
}
