"""Which hat goes on: at sign-in, and when a person changes it."""

from uuid import UUID

from marketplace.accounts.memberships import hat_of, hats
from marketplace.accounts.schemas import Hat
from marketplace.kernel.errors import Forbidden
from marketplace.kernel.i18n import message


class SecondFactorMissing(Forbidden):
    """An organiser's hat needs a second factor: the person enrols one, or signs in with it."""

    code = "second_factor_needed"
    default_message = message(
        "This role needs a second factor. Take an authenticator app into use, or sign in again with its code."
    )


async def first_hat(person_id: UUID, *, is_strong: bool) -> Hat | None:
    """The hat to wear from the start: the only one there is, where it may be worn; else the person chooses."""
    owned = await hats(person_id)
    if len(owned) != 1 or (owned[0].needs_second_factor and not is_strong):
        return None
    return owned[0]


async def put_on(person_id: UUID, membership_id: UUID, *, is_strong: bool) -> Hat:
    """A hat of the person's own, checked to be wearable now.

    Raises:
        NotFound: the person has no such hat.
        SecondFactorMissing: it is an organiser's, and no second factor was shown.
    """
    hat = await hat_of(person_id, membership_id)
    if hat.needs_second_factor and not is_strong:
        raise SecondFactorMissing
    return hat
