"""For which organiser's clients a file is, where its sender does not say."""

from uuid import UUID

from marketplace.catalogue.offers.choices import choices_of
from marketplace.kernel.actors import Actor
from marketplace.kernel.errors import Invalid
from marketplace.kernel.i18n import Text, message
from marketplace.organisers.organisers import list_organisers

CHOOSE = message("Choose an organiser from the list.")


async def own_organisers(actor: Actor) -> list[tuple[UUID, Text]]:
    """The organisers that have approved the actor's provider; where none has, all of them."""
    approving = {UUID(each.scope.split("/")[0]) for each in await choices_of(actor)}
    known = await list_organisers()
    return [(each.id, each.name) for each in known if each.id in approving or not approving]


async def asked_organiser(actor: Actor, text: str) -> UUID:
    """The organiser with this id or business ID; without a text, the only one that has approved the provider.

    Raises:
        Invalid: there is no such organiser, or several have approved the provider.
    """
    if not text.strip():
        own = await own_organisers(actor)
        if len(own) == 1:
            return own[0][0]
        raise Invalid.field("organiser_id", CHOOSE)
    for organiser in await list_organisers():
        if text.strip().casefold() in {str(organiser.id), organiser.business_id.casefold()}:
            return organiser.id
    raise Invalid.field("organiser_id", CHOOSE)
