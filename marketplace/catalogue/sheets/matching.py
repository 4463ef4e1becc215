"""Which of the provider's offers a list of a sheet is for. Pure."""

from collections.abc import Collection, Sequence
from uuid import UUID

from marketplace.catalogue.sheets.lists import DraftPriceList
from marketplace.catalogue.sheets.schemas import OwnVersions
from marketplace.kernel.i18n import Message, message


class NoMatchError(ValueError):
    """The list is for one of the provider's offers, but it cannot be told for which."""

    def __init__(self, words: Message) -> None:
        self.words = words
        super().__init__(words.text)


def offer_for(
    given: DraftPriceList, service_class: str, offers: Sequence[OwnVersions], taken: Collection[UUID]
) -> OwnVersions | None:
    """The offer that a list is for: by its id, its name, its municipalities, or as the only one; None for a new one.

    ``taken`` are those that an earlier list of the sheet is for.

    Raises:
        NoMatchError: the id is of none of the offers, or several fit.
    """
    if given.offer:
        return _by_id(given.offer, service_class, offers)
    fitting = [each for each in offers if each.newest.service_class == service_class and each.id not in taken]
    named = [each for each in fitting if _name(given.service_text) in _names(each)]
    placed = [each for each in named or fitting if set(each.newest.municipality_codes) == set(given.municipality_codes)]
    if found := _only(placed) or _only(named):
        return found
    if named or len(fitting) > 1:
        words = message("Several of your offers are for this service. Name the right one in a column offer_id.")
        raise NoMatchError(words)
    has_sibling = any(each.newest.service_class == service_class and each.id in taken for each in offers)
    return None if has_sibling else _only(fitting)


def _by_id(text: str, service_class: str, offers: Sequence[OwnVersions]) -> OwnVersions:
    found = next((each for each in offers if str(each.id) == text.strip().casefold()), None)
    if found is None:
        raise NoMatchError(message("None of your offers has the id {text}.", text=text[:40]))
    if found.newest.service_class != service_class:
        raise NoMatchError(message("An offer keeps its organiser and service class. Begin a new offer."))
    return found


def _only(offers: Sequence[OwnVersions]) -> OwnVersions | None:
    return offers[0] if len(offers) == 1 else None


def _names(offer: OwnVersions) -> set[str]:
    content = offer.newest
    return {_name(name) for name in (content.name_fi, content.name_sv, content.name_en) if name}


def _name(text: str) -> str:
    return " ".join(text.casefold().split())
