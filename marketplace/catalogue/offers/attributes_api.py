"""What offers are compared by, over the API: public by organiser and class; an organiser's own are written by it."""

from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar import Request, get, put
from litestar.params import FromPath, JSONBody

from marketplace.catalogue.offers.attributes import Attribute
from marketplace.catalogue.offers.organiser_attributes import added_by, attributes_for, own_organiser, set_attributes
from marketplace.catalogue.offers.skills import KNOWN_SKILLS
from marketplace.kernel.actors import Role
from marketplace.kernel.i18n import Text
from marketplace.organisers.organisers import get_organiser
from marketplace.web.idempotency import idempotent
from marketplace.web.security import Caller, allow, allow_anyone

AnyRequest = Request[Any, Any, Any]
TAG = "Offers"
ADMIN = allow(Role.ORGANISER_ADMIN)
OWN = "/api/v1/organiser/attributes/{service_class_code:str}"


class AttributeList(msgspec.Struct, frozen=True):
    items: tuple[Attribute, ...]


class AddedAttributes(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What an organiser adds to a class, in order; the whole list each time."""

    items: Annotated[list[Attribute], msgspec.Meta(max_length=100)]


class SkillList(msgspec.Struct, frozen=True):
    """Special skills that clients search by. An offer names one by any of its names; others are free words."""

    items: tuple[Text, ...]


@get("/api/v1/organisers/{organiser_id:uuid}/attributes/{service_class_code:str}", guards=[allow_anyone], tags=[TAG])
async def show_attributes_of_class(organiser_id: FromPath[UUID], service_class_code: FromPath[str]) -> AttributeList:
    """What the clients of an organiser compare offers of a class by: the class's template and the organiser's own."""
    organiser = await get_organiser(organiser_id)
    return AttributeList(await attributes_for(organiser.id, service_class_code))


@get(OWN, guards=[ADMIN], tags=[TAG])
async def show_added_attributes(actor: Caller, service_class_code: FromPath[str]) -> AttributeList:
    """What the caller's organiser has added to a class."""
    return AttributeList(await added_by(own_organiser(actor), service_class_code))


@put(OWN, guards=[ADMIN], tags=[TAG])
async def change_added_attributes(
    request: AnyRequest, actor: Caller, service_class_code: FromPath[str], data: JSONBody[AddedAttributes]
) -> AttributeList:
    """Puts these in place of what the organiser had added. Offers keep their values for keys that stay."""

    async def work() -> AttributeList:
        return AttributeList(await set_attributes(actor, service_class_code, data.items))

    return await idempotent(request, work, AttributeList)


@get("/api/v1/skills", guards=[allow_anyone], tags=[TAG])
async def show_skills() -> SkillList:
    """The special skills that have a name of their own, in three languages."""
    return SkillList(KNOWN_SKILLS)


ROUTES = [show_attributes_of_class, show_added_attributes, change_added_attributes, show_skills]
