"""What clients pay for the organiser's own service, as it is written and read."""

from datetime import date
from typing import Annotated
from uuid import UUID

import msgspec

from marketplace.kernel.i18n import Text, message
from marketplace.kernel.inputs import Euros, label
from marketplace.pricing.own_service import FeeRule, UnitFee
from marketplace.pricing.prices import Unit

Words = Annotated[str, msgspec.Meta(max_length=1000)]


class NewOwnService(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The fee of the organiser's own service of a class from a day on, with a text for clients."""

    service_class: Annotated[str, msgspec.Meta(min_length=1, max_length=40), label(message("Service class"))]
    rule: FeeRule
    valid_from: Annotated[date, label(message("First day"))]
    text_fi: Words = ""
    text_sv: Words = ""
    text_en: Words = ""
    source_note: Annotated[str, msgspec.Meta(max_length=500), label(message("Decision or source"))] = ""


class OwnService(msgspec.Struct, frozen=True, kw_only=True):
    """The fee in force from ``valid_from`` until the next one. ``text`` tells clients what they get for it."""

    id: UUID
    organiser_id: UUID
    service_class: str
    rule: FeeRule
    text: Text
    source_note: str
    valid_from: date


class UnitFeeForm(msgspec.Struct, frozen=True, kw_only=True):
    """The page's form for a fee that is the same for everybody: a price per unit, and perhaps the most of a month."""

    service_class: Annotated[str, msgspec.Meta(min_length=1, max_length=40), label(message("Service class"))]
    unit: Annotated[Unit, label(message("Unit"))]
    cents: Annotated[Euros, label(message("Fee"))]
    maximum_cents: Annotated[Euros, label(message("Most in a month"))] | None = None
    valid_from: Annotated[date, label(message("First day"))]
    text_fi: Annotated[Words, label(message("Text for clients in Finnish"))] = ""
    text_sv: Annotated[Words, label(message("Text for clients in Swedish"))] = ""
    text_en: Annotated[Words, label(message("Text for clients in English"))] = ""
    source_note: Annotated[str, msgspec.Meta(max_length=500), label(message("Decision or source"))] = ""

    def as_new(self) -> NewOwnService:
        return NewOwnService(
            service_class=self.service_class,
            rule=UnitFee(unit=self.unit, cents=self.cents, maximum_cents=self.maximum_cents),
            valid_from=self.valid_from,
            text_fi=self.text_fi,
            text_sv=self.text_sv,
            text_en=self.text_en,
            source_note=self.source_note,
        )
