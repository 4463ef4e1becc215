"""What the signed-in person sees of themselves."""

from marketplace.accounts.memberships import hats
from marketplace.accounts.people import own_row
from marketplace.accounts.schemas import Me
from marketplace.kernel.actors import Actor
from marketplace.kernel.i18n import Language


async def me(actor: Actor) -> Me:
    """The signed-in person, the hat they wear and the hats they own.

    Raises:
        NotSignedIn: nobody is signed in.
    """
    row = await own_row(actor)
    return Me(
        person_id=row["id"],
        name=row["name"],
        email=row["email"],
        email_confirmed=row["email_confirmed_at"] is not None,
        has_password=row["password_hash"] is not None,
        language=Language(row["language"]),
        second_factor_since=row["second_factor_since"],
        role=actor.role,
        organiser_id=actor.organiser_id,
        provider_id=actor.provider_id,
        client_id=actor.client_id,
        hats=await hats(row["id"]),
    )
