"""Forms that are made from attributes: a provider's values, and an organiser's own attributes. No HTTP here."""

import re
import unicodedata
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Annotated, Final

import msgspec

from marketplace.catalogue.offers.attributes import (
    LARGEST,
    LONGEST_NAME,
    MOST_CHOICES,
    Attribute,
    AttributeKind,
    Choice,
    Value,
)
from marketplace.kernel.errors import FieldError, Invalid
from marketplace.kernel.i18n import Message, Text, message
from marketplace.kernel.inputs import FORBIDDEN, label, safe_text

LANGUAGES: Final = ("fi", "sv", "en")
KIND_NAMES: Final[Mapping[AttributeKind, Message]] = {
    AttributeKind.YES_NO: message("Yes or no"),
    AttributeKind.CHOICE: message("One of several alternatives"),
    AttributeKind.NUMBER: message("A number"),
    AttributeKind.TEXT: message("A text in three languages"),
}
NameLine = Annotated[str, msgspec.Meta(min_length=1, max_length=LONGEST_NAME)]
Line = Annotated[str, msgspec.Meta(max_length=LONGEST_NAME)]
Bound = Annotated[int, msgspec.Meta(ge=-LARGEST, le=LARGEST)]


class NoFields(msgspec.Struct, frozen=True):
    """A form whose fields are made from attributes."""


def values_as_typed(values: Mapping[str, Value]) -> dict[str, list[str]]:
    """What the fields of the step show for an offer's values."""
    shown: dict[str, list[str]] = {}
    for key, value in values.items():
        if isinstance(value, Text):
            shown |= {f"attributes.{key}.{each}": [getattr(value, each)] for each in LANGUAGES}
        else:
            shown[f"attributes.{key}"] = [str(value).lower() if isinstance(value, bool) else str(value)]
    return shown


def read_values(typed: Callable[[str], str], attributes: Sequence[Attribute]) -> dict[str, Value]:
    """The values that were typed; an attribute left blank is not told.

    Raises:
        Invalid: numbers and texts that cannot be read, all at once. Bounds are for ``check_values``.
    """
    found: dict[str, Value] = {}
    errors: list[FieldError] = []
    for attribute in attributes:
        try:
            value = _value(typed, attribute)
        except ValueError:
            words = message("Give a whole number.") if attribute.kind is AttributeKind.NUMBER else FORBIDDEN
            errors.append(FieldError(f"attributes.{attribute.key}", words))
            continue
        if value is not None:
            found[attribute.key] = value
    if errors:
        raise Invalid(errors)
    return found


def _value(typed: Callable[[str], str], attribute: Attribute) -> Value | None:
    name = f"attributes.{attribute.key}"
    if attribute.kind is AttributeKind.TEXT:
        text = Text(*(safe_text(typed(f"{name}.{each}")).strip() for each in LANGUAGES))
        return text if text != Text("") else None
    answer = typed(name).strip()
    if not answer:
        return None
    if attribute.kind is AttributeKind.YES_NO:
        return {"true": True, "false": False}.get(answer, answer)
    if attribute.kind is AttributeKind.NUMBER:
        return _whole(answer)
    return answer


def _whole(answer: str) -> int:
    plain = re.sub(r"\s", "", answer)
    if not re.fullmatch(r"-?[0-9]{1,9}", plain):
        raise ValueError(answer[:20])
    return int(plain)


class AttributeForm(msgspec.Struct, frozen=True, kw_only=True):
    """An organiser's own attribute. ``choices`` are lines of ``suomeksi | på svenska | in English``."""

    kind: Annotated[AttributeKind, label(message("Kind of answer"))]
    name_fi: Annotated[NameLine, label(message("Name in Finnish"))]
    name_sv: Annotated[NameLine, label(message("Name in Swedish"))]
    name_en: Annotated[NameLine, label(message("Name in English"))]
    choices: Annotated[str, msgspec.Meta(max_length=8_000), label(message("Alternatives"))] = ""
    unit_fi: Annotated[Line, label(message("Unit in Finnish"))] = ""
    unit_sv: Annotated[Line, label(message("Unit in Swedish"))] = ""
    unit_en: Annotated[Line, label(message("Unit in English"))] = ""
    least: Annotated[Bound, label(message("Smallest number"))] | None = None
    most: Annotated[Bound, label(message("Largest number"))] | None = None


def attribute_form(attribute: Attribute) -> AttributeForm:
    """An attribute as it was typed."""
    name, unit, is_number = attribute.name, attribute.unit or Text(""), attribute.kind is AttributeKind.NUMBER
    return AttributeForm(
        kind=attribute.kind,
        name_fi=name.fi, name_sv=name.sv, name_en=name.en,
        choices="\n".join(f"{each.name.fi} | {each.name.sv} | {each.name.en}" for each in attribute.choices),
        unit_fi=unit.fi, unit_sv=unit.sv, unit_en=unit.en,
        least=attribute.least if is_number else None,
        most=attribute.most if is_number else None,
    )  # fmt: skip


def attribute_of(form: AttributeForm, before: Attribute | None, taken: Collection[str]) -> Attribute:
    """The attribute that was typed. One that is changed keeps its key and its kind, and so offers keep their values.

    Raises:
        Invalid: alternatives that are not written in three languages.
    """
    kind = before.kind if before else form.kind
    unit = Text(form.unit_fi, form.unit_sv, form.unit_en)
    is_number, is_choice = kind is AttributeKind.NUMBER, kind is AttributeKind.CHOICE
    return Attribute(
        key=before.key if before else free_key(form.name_en, taken),
        name=Text(form.name_fi, form.name_sv, form.name_en),
        kind=kind,
        choices=_choices(form.choices, before) if is_choice else (),
        unit=unit if is_number and unit != Text("") else None,
        least=form.least if is_number and form.least is not None else 0,
        most=form.most if is_number and form.most is not None else LARGEST,
    )


def _choices(text: str, before: Attribute | None) -> tuple[Choice, ...]:
    """The alternatives; one whose Finnish name stands as before keeps its key."""
    known = {each.name.fi: each.key for each in before.choices} if before else {}
    made: list[Choice] = []
    for line in [line for line in text.splitlines() if line.strip()][: MOST_CHOICES + 1]:
        parts = [part.strip() for part in line.split("|")]
        if len(parts) != len(LANGUAGES) or not all(parts):
            words = message("Write each alternative on its own line in three languages: kyllä | ja | yes.")
            raise Invalid.field("choices", words)
        taken = {*known.values(), *(each.key for each in made)}
        made.append(Choice(known.get(parts[0]) or free_key(parts[2], taken), Text(*parts)))
    return tuple(made)


def free_key(name: str, taken: Collection[str]) -> str:
    """A key made of a name, that nothing has yet: ``own_pets_welcome``."""
    plain = unicodedata.normalize("NFKD", name.casefold()).encode("ascii", "ignore").decode()
    start = "own_" + (re.sub(r"[^a-z0-9]+", "_", plain).strip("_")[:30] or "attribute")
    numbered = (f"{start}_{number}" for number in range(2, 1_000))
    return start if start not in taken else next(key for key in numbered if key not in taken)


def in_form_words(errors: Iterable[FieldError]) -> list[FieldError]:
    """Errors of ``check_added`` under the names of the form's fields."""
    return [FieldError(_form_field(error.field), error.message) for error in errors]


def _form_field(field: str) -> str:
    parts = field.split(".")[2:]
    if not parts or parts[0] == "key":
        return "name_en"
    if parts[0] in {"name", "unit"}:
        return f"{parts[0]}_{parts[1] if len(parts) > 1 else 'fi'}"
    return parts[0]
