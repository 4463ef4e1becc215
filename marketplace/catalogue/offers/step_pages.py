"""The steps of a provider's editor, beside the prices: place, service, words, facts to compare by, photo."""

from collections.abc import Callable
from typing import Any, TypeVar
from uuid import UUID

import msgspec
from litestar import Request, Response, get, post
from litestar.datastructures import UploadFile
from litestar.params import FromPath
from msgspec.structs import replace

from marketplace.catalogue.offers import attribute_forms, forms, offers, photos, place_forms
from marketplace.catalogue.offers.choices import known_plan_url, municipality_groups, reach_points
from marketplace.catalogue.offers.organiser_attributes import attributes_for
from marketplace.catalogue.offers.own import own_provider
from marketplace.catalogue.offers.photo_files import MAX_PHOTO_BYTES
from marketplace.catalogue.offers.picture import picture_answer
from marketplace.catalogue.offers.plain_language import hints_of
from marketplace.catalogue.offers.schemas import MAX_ALT, SERVICE_LANGUAGES, OfferDraft, OwnOffer
from marketplace.catalogue.offers.skills import KNOWN_SKILLS
from marketplace.kernel.actors import Actor, Role
from marketplace.kernel.errors import Invalid, Unavailable
from marketplace.kernel.i18n import Language, Text, message
from marketplace.web.forms import Form, Sent, filled_form, read_form
from marketplace.web.request import UPLOAD_BODY_LIMIT_BYTES
from marketplace.web.security import Caller, allow
from marketplace.web.templating import flash, page, redirect

AnyRequest = Request[Any, Any, Any]
T = TypeVar("T", bound=msgspec.Struct)
PROVIDER = allow(Role.PROVIDER_ADMIN)
LIST = "/provider/offers"
OFFER = LIST + "/{offer_id:uuid}"


class PhotoForm(msgspec.Struct, frozen=True, kw_only=True):
    """A picture with what it shows. The file may be left alone where there is one already."""

    photo: UploadFile | None = None


@get(f"{OFFER}/place", guards=[PROVIDER], include_in_schema=False)
async def show_place(request: AnyRequest, actor: Caller, offer_id: FromPath[UUID]) -> Response[str]:
    """Where and for whom the service is given."""
    own = await offers.my_offer(actor, offer_id)
    points = await reach_points(own_provider(actor))
    return await _place_page(request, actor, own, filled_form(place_forms.place_form(own.content, points)))


@post(f"{OFFER}/place", guards=[PROVIDER], include_in_schema=False)
async def send_place(request: AnyRequest, actor: Caller, offer_id: FromPath[UUID]) -> Response[Any]:
    """Saves where and for whom the service is given."""
    own = await offers.my_offer(actor, offer_id)
    points = await reach_points(own_provider(actor))
    form = await read_form(request, place_forms.PlaceForm)
    if await _saved(actor, own, form, lambda content, answers: place_forms.with_place(content, answers, points)):
        return redirect(f"{LIST}/{offer_id}")
    return await _place_page(request, actor, own, form, 422)


@get(f"{OFFER}/service", guards=[PROVIDER], include_in_schema=False)
async def show_service(request: AnyRequest, actor: Caller, offer_id: FromPath[UUID]) -> Response[str]:
    """When the service is given, and what its people know."""
    own = await offers.my_offer(actor, offer_id)
    return await _service_page(request, actor, own, filled_form(place_forms.service_form(own.content, actor.language)))


@post(f"{OFFER}/service", guards=[PROVIDER], include_in_schema=False)
async def send_service(request: AnyRequest, actor: Caller, offer_id: FromPath[UUID]) -> Response[Any]:
    """Saves the hours, the skills and the self-monitoring plan."""
    own = await offers.my_offer(actor, offer_id)
    form = await read_form(request, place_forms.ServiceForm)
    if await _saved(actor, own, form, place_forms.with_service):
        return redirect(f"{LIST}/{offer_id}")
    return await _service_page(request, actor, own, form, 422)


@get(f"{OFFER}/description", guards=[PROVIDER], include_in_schema=False)
async def show_description(request: AnyRequest, actor: Caller, offer_id: FromPath[UUID]) -> Response[str]:
    """What the offer is called and what it is, with hints for plain language."""
    own = await offers.my_offer(actor, offer_id)
    return _description_page(request, own, filled_form(forms.description_form(own.content)))


@post(f"{OFFER}/description", guards=[PROVIDER], include_in_schema=False)
async def send_description(request: AnyRequest, actor: Caller, offer_id: FromPath[UUID]) -> Response[Any]:
    """Saves the name and the description. Hints never stand in the way: they are shown once after saving."""
    own = await offers.my_offer(actor, offer_id)
    form = await read_form(request, forms.DescriptionForm)
    if not await _saved(actor, own, form, forms.with_description):
        return _description_page(request, own, form, 422)
    if form.value("then") == "hints":
        return redirect(f"{LIST}/{offer_id}/description")
    return redirect(f"{LIST}/{offer_id}")


@get(f"{OFFER}/facts", guards=[PROVIDER], include_in_schema=False)
async def show_facts(request: AnyRequest, actor: Caller, offer_id: FromPath[UUID]) -> Response[str]:
    """What offers of this service are compared by."""
    own = await offers.my_offer(actor, offer_id)
    shown: Sent = {name: [*values] for name, values in attribute_forms.values_as_typed(own.content.details.attributes).items()}  # fmt: skip
    return await _facts_page(request, own, Form(attribute_forms.NoFields, shown))


@post(f"{OFFER}/facts", guards=[PROVIDER], include_in_schema=False)
async def send_facts(request: AnyRequest, actor: Caller, offer_id: FromPath[UUID]) -> Response[Any]:
    """Saves the facts. What is left blank is not told."""
    own = await offers.my_offer(actor, offer_id)
    form = await read_form(request, attribute_forms.NoFields)
    attributes = await attributes_for(own.content.organiser_id, own.content.service_class)

    def with_values(content: OfferDraft, _: attribute_forms.NoFields) -> OfferDraft:
        values = attribute_forms.read_values(form.value, attributes)
        return replace(content, details=replace(content.details, attributes=values))

    if await _saved(actor, own, form, with_values):
        return redirect(f"{LIST}/{offer_id}")
    return await _facts_page(request, own, form, 422)


@get(f"{OFFER}/photo", guards=[PROVIDER], include_in_schema=False)
async def show_photo(request: AnyRequest, actor: Caller, offer_id: FromPath[UUID]) -> Response[str]:
    """The picture and its words."""
    own = await offers.my_offer(actor, offer_id)
    photo = own.content.details.photo
    alt = photo.alt if photo else Text("")
    shown: Sent = {f"alt.{each.value}": [getattr(alt, each.value)] for each in Language}
    return _photo_page(request, own, Form(PhotoForm, shown))


@post(f"{OFFER}/photo", guards=[PROVIDER], include_in_schema=False, request_max_body_size=UPLOAD_BODY_LIMIT_BYTES)
async def send_photo(request: AnyRequest, actor: Caller, offer_id: FromPath[UUID]) -> Response[Any]:
    """Stores the picture, or only its new words."""
    own = await offers.my_offer(actor, offer_id)
    form = await read_form(request, PhotoForm)
    alt = Text(*(form.value(f"alt.{each.value}") for each in Language))
    upload = form.data.photo if form.ok else None
    name, content = (upload.filename, await upload.read()) if upload else ("", b"")
    try:
        await photos.set_photo(actor, offer_id, name, content, alt)
    except (Invalid, Unavailable) as error:
        form.failed(Invalid(place_forms.in_step_words(error.fields)) if isinstance(error, Invalid) else error)
        return _photo_page(request, own, form, error.status)
    flash(request, message("The picture was saved."))
    return redirect(f"{LIST}/{offer_id}/photo")


@post(f"{OFFER}/photo/remove", guards=[PROVIDER], include_in_schema=False)
async def send_remove_photo(request: AnyRequest, actor: Caller, offer_id: FromPath[UUID]) -> Response[Any]:
    """Takes the picture out of the draft."""
    await photos.remove_photo(actor, offer_id)
    flash(request, message("The picture was removed."))
    return redirect(f"{LIST}/{offer_id}/photo")


@get(f"{OFFER}/photo/picture", guards=[PROVIDER], include_in_schema=False)
async def show_own_picture(request: AnyRequest, actor: Caller, offer_id: FromPath[UUID]) -> Response[bytes]:
    """The picture of the draft, for its own provider."""
    facts, content = await photos.own_photo(actor, offer_id)
    return picture_answer(request, facts, content, is_public=False)


async def _saved(actor: Actor, own: OwnOffer, form: Form[T], merge: Callable[[OfferDraft, T], OfferDraft]) -> bool:
    """Saves the draft with a step's answers; otherwise the form has the errors."""
    if not form.ok:
        return False
    try:
        await offers.change_draft(actor, own.id, lambda content: merge(content, form.data))
    except Invalid as invalid:
        form.failed(Invalid(place_forms.in_step_words(invalid.fields)))
        return False
    return True


async def _place_page(
    request: AnyRequest, actor: Actor, own: OwnOffer, form: Form[place_forms.PlaceForm], status_code: int = 200
) -> Response[str]:
    groups = await municipality_groups(actor, own.content, actor.language)
    points = [(point.key, point.name) for point in await reach_points(own_provider(actor))]
    kept = own.content.reach
    if kept and form.has("reach_from", place_forms.KEPT):
        points.append((place_forms.KEPT, kept.name))
    return page(
        request, "offers/place.html", form=form, groups=groups, languages=list(SERVICE_LANGUAGES.items()),
        points=points, here=f"{LIST}/{own.id}", status_code=status_code,
    )  # fmt: skip


async def _service_page(
    request: AnyRequest, actor: Actor, own: OwnOffer, form: Form[place_forms.ServiceForm], status_code: int = 200
) -> Response[str]:
    known = [(skill.fi, skill.in_language(actor.language)) for skill in KNOWN_SKILLS]
    return page(
        request, "offers/service.html", form=form, known=known, plan=await known_plan_url(own_provider(actor)),
        here=f"{LIST}/{own.id}", status_code=status_code,
    )  # fmt: skip


def _description_page(
    request: AnyRequest, own: OwnOffer, form: Form[forms.DescriptionForm], status_code: int = 200
) -> Response[str]:
    return page(
        request, "offers/description.html", form=form, hints=hints_of(own.content), here=f"{LIST}/{own.id}",
        status_code=status_code,
    )  # fmt: skip


async def _facts_page(
    request: AnyRequest, own: OwnOffer, form: Form[attribute_forms.NoFields], status_code: int = 200
) -> Response[str]:
    attributes = await attributes_for(own.content.organiser_id, own.content.service_class)
    return page(
        request, "offers/facts.html", form=form, attributes=attributes, here=f"{LIST}/{own.id}", status_code=status_code
    )


def _photo_page(request: AnyRequest, own: OwnOffer, form: Form[PhotoForm], status_code: int = 200) -> Response[str]:
    return page(
        request, "offers/photo.html", form=form, photo=own.content.details.photo, here=f"{LIST}/{own.id}",
        megabytes=MAX_PHOTO_BYTES // 1024 // 1024, most=MAX_ALT, status_code=status_code,
    )  # fmt: skip


ROUTES = [
    show_place,
    send_place,
    show_service,
    send_service,
    show_description,
    send_description,
    show_facts,
    send_facts,
    show_photo,
    send_photo,
    send_remove_photo,
    show_own_picture,
]
