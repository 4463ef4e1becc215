"""Who acts: the signed-in person under the hat they chose, or the system itself."""

from enum import StrEnum
from uuid import UUID

import msgspec

from marketplace.kernel.i18n import Language


class Role(StrEnum):
    """A hat that a person may wear. One person can own several and wears one at a time."""

    PROVIDER_ADMIN = "provider_admin"
    PROVIDER_WORKER = "provider_worker"
    REVIEWER = "reviewer"
    CASE_MANAGER = "case_manager"
    FINANCE = "finance"
    ORGANISER_ADMIN = "organiser_admin"
    CLIENT = "client"
    PROXY = "proxy"
    SYSTEM = "system"


PROVIDER_ROLES = frozenset({Role.PROVIDER_ADMIN, Role.PROVIDER_WORKER})
ORGANISER_ROLES = frozenset({Role.REVIEWER, Role.CASE_MANAGER, Role.FINANCE, Role.ORGANISER_ADMIN})
CLIENT_ROLES = frozenset({Role.CLIENT, Role.PROXY})


class Actor(msgspec.Struct, kw_only=True, frozen=True):
    """The caller of a use case. Exactly one of the three scope ids is set, by the role's kind.

    A person who is signed in but has chosen no hat yet has ``role`` None and no scope.
    """

    person_id: UUID | None = None
    role: Role | None = None
    organiser_id: UUID | None = None
    provider_id: UUID | None = None
    client_id: UUID | None = None
    language: Language = Language.FI

    def has_role(self, *roles: Role) -> bool:
        return self.role in roles


SYSTEM = Actor(role=Role.SYSTEM)
"""The actor of jobs and of the command line."""
