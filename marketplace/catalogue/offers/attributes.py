"""Templates of comparable attributes per service class, and offers' values laid side by side. Pure.

The templates are data, ``data/attributes.yaml``; an organiser may add attributes of its own to a class.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any, Final

import msgspec
import yaml

from marketplace.kernel.errors import FieldError
from marketplace.kernel.i18n import Message, Text, message
from marketplace.kernel.inputs import safe_text
from marketplace.organisers.reference import service_class

TEMPLATES: Final = Path(__file__).parent / "data" / "attributes.yaml"
MOST_ADDED: Final = 20
MOST_CHOICES: Final = 20
LONGEST_NAME: Final = 120
LONGEST_TEXT: Final = 1_000
LARGEST: Final = 1_000_000

_KEY: Final = re.compile(r"[a-z][a-z0-9_]{0,39}")


class AttributeKind(StrEnum):
    """What kind of value an attribute takes."""

    YES_NO = "yes_no"
    CHOICE = "choice"
    NUMBER = "number"
    TEXT = "text"


class Choice(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One of the values of a choice; ``key`` is stored."""

    key: str
    name: Text


class Attribute(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Something by which offers of a class are compared. Numbers are whole, in ``unit`` (``one`` of it, where that is
    another word), from ``least`` to ``most``.
    """

    key: str
    name: Text
    kind: AttributeKind
    choices: tuple[Choice, ...] = ()
    unit: Text | None = None
    one: Text | None = None
    least: int = 0
    most: int = LARGEST
    longest: int = LONGEST_TEXT


Value = bool | int | str | Text
"""Yes or no; a whole number; the key of a choice; a text in three languages."""


class ComparedCell(msgspec.Struct, frozen=True):
    """An offer's value in words, or None where the offer does not tell."""

    words: Text | Message | None


class ComparedRow(msgspec.Struct, frozen=True):
    """One attribute across the offers, in their order; ``differs`` where they do not all say the same."""

    attribute: Attribute
    cells: tuple[ComparedCell, ...]
    differs: bool


@cache
def _data() -> Mapping[str, Any]:
    return yaml.safe_load(TEMPLATES.read_text(encoding="utf-8"))


@cache
def _attributes() -> Mapping[str, Attribute]:
    return {key: _attribute(key, each) for key, each in _data()["attributes"].items()}


def _attribute(key: str, data: Mapping[str, Any]) -> Attribute:
    choices = tuple(Choice(name, Text(*words)) for name, words in data.get("choices", {}).items())
    rest = {name: data[name] for name in ("least", "most", "longest") if name in data}
    unit, one = (Text(*data[each]) if each in data else None for each in ("unit", "one"))
    return Attribute(
        key=key, name=Text(*data["name"]), kind=AttributeKind(data["kind"]), choices=choices, unit=unit, one=one, **rest
    )


def template(service_class_code: str, added: Sequence[Attribute] = ()) -> tuple[Attribute, ...]:
    """The attributes of a class in the order in which they are shown: its own, an organiser's, those of every class.

    Raises:
        NotFound: no such service class.
    """
    code = service_class(service_class_code).code
    own = [_attributes()[key] for key in _data()["classes"].get(code, ())]
    shared = [_attributes()[key] for key in _data()["every_class"]]
    return tuple({each.key: each for each in (*own, *added, *shared)}.values())


def check_added(added: Sequence[Attribute], service_class_code: str) -> list[FieldError]:
    """Everything wrong with the attributes that an organiser adds to a class. Fields are ``attributes.0.name`` …"""
    errors: list[FieldError] = []
    if len(added) > MOST_ADDED:
        errors.append(FieldError("attributes", message("Add at most {most} attributes.", most=MOST_ADDED)))
    taken = {each.key for each in template(service_class_code)}
    for i, attribute in enumerate(added[:MOST_ADDED]):
        errors += [FieldError(f"attributes.{i}.{field}", why) for field, why in _attribute_errors(attribute)]
        if attribute.key in taken:
            words = message("There is already an attribute with the code {code}.", code=attribute.key[:40])
            errors.append(FieldError(f"attributes.{i}.key", words))
        taken.add(attribute.key)
    return errors


def _attribute_errors(attribute: Attribute) -> Iterator[tuple[str, Message]]:
    if not _KEY.fullmatch(attribute.key):
        yield "key", message("Write the code in small letters a–z, digits and underscores.")
    yield from _name_errors("name", attribute.name)
    if attribute.kind is AttributeKind.CHOICE:
        yield from _choice_errors(attribute)
    elif attribute.choices:
        yield "choices", message("Only a choice has alternatives.")
    if attribute.kind is AttributeKind.NUMBER:
        yield from _number_errors(attribute)
    if not 1 <= attribute.longest <= LONGEST_TEXT:
        yield "longest", message("A text has at most {most} characters.", most=LONGEST_TEXT)


def _choice_errors(attribute: Attribute) -> Iterator[tuple[str, Message]]:
    if not 2 <= len(attribute.choices) <= MOST_CHOICES:
        yield "choices", message("Give from 2 to {most} alternatives.", most=MOST_CHOICES)
    keys = [choice.key for choice in attribute.choices]
    for i, choice in enumerate(attribute.choices[:MOST_CHOICES]):
        if not _KEY.fullmatch(choice.key) or choice.key in keys[:i]:
            yield f"choices.{i}.key", message("Give each alternative a code of its own, in small letters.")
        yield from _name_errors(f"choices.{i}.name", choice.name)


def _number_errors(attribute: Attribute) -> Iterator[tuple[str, Message]]:
    if attribute.unit is None:
        yield "unit", message("Give the number a unit.")
    else:
        yield from _name_errors("unit", attribute.unit)
    if not -LARGEST <= attribute.least < attribute.most <= LARGEST:
        yield "least", message("The smallest number must be under the largest.")


def _name_errors(field: str, name: Text) -> Iterator[tuple[str, Message]]:
    for language, text in (("fi", name.fi), ("sv", name.sv), ("en", name.en)):
        if not text.strip():
            yield f"{field}.{language}", message("Give the name in Finnish, Swedish and English.")
        elif len(text) > LONGEST_NAME or not _is_safe(text):
            yield f"{field}.{language}", message("Write at most {most} characters.", most=LONGEST_NAME)


def _is_safe(text: str) -> bool:
    try:
        safe_text(text)
    except ValueError:
        return False
    return True


def check_values(values: Mapping[str, object], attributes: Sequence[Attribute]) -> list[FieldError]:
    """Everything wrong with an offer's values. An attribute without a value is not wrong: the offer does not tell."""
    known = {each.key: each for each in attributes}
    errors: list[FieldError] = []
    for key, value in values.items():
        if key not in known:
            words = message("This service has no attribute {code}.", code=key[:40])
            errors.append(FieldError(f"attributes.{key[:40]}", words))
        elif why := _value_error(value, known[key]):
            errors.append(FieldError(f"attributes.{key}", why))
    return errors


def _value_error(value: object, attribute: Attribute) -> Message | None:
    match attribute.kind:
        case AttributeKind.YES_NO:
            return None if isinstance(value, bool) else message("Answer yes or no.")
        case AttributeKind.CHOICE:
            known = {choice.key for choice in attribute.choices}
            return None if isinstance(value, str) and value in known else message("Choose one of the alternatives.")
        case AttributeKind.NUMBER:
            return _wrong_number(value, attribute)
        case AttributeKind.TEXT:
            return _wrong_text(value, attribute)


def _wrong_number(value: object, attribute: Attribute) -> Message | None:
    if isinstance(value, bool) or not isinstance(value, int):
        return message("Give a whole number.")
    if attribute.least <= value <= attribute.most:
        return None
    return message("Give a number from {least} to {most}.", least=attribute.least, most=attribute.most)


def _wrong_text(value: object, attribute: Attribute) -> Message | None:
    if not isinstance(value, Text):
        return message("Give the text in Finnish, Swedish or English.")
    for text in (value.fi, value.sv, value.en):
        if len(text) > attribute.longest:
            return message("Write at most {most} characters.", most=attribute.longest)
        if not _is_safe(text):
            return message("The text contains a character that cannot be used. Write it again without it.")
    return None


def side_by_side(attributes: Sequence[Attribute], offers: Sequence[Mapping[str, Value]]) -> tuple[ComparedRow, ...]:
    """Several offers' values attribute by attribute; an attribute that no offer tells of is left out."""
    rows: list[ComparedRow] = []
    for attribute in attributes:
        values = [offer.get(attribute.key) for offer in offers]
        if any(_tells(value) for value in values):
            cells = tuple(ComparedCell(in_words(value, attribute) if _tells(value) else None) for value in values)
            rows.append(ComparedRow(attribute, cells, differs=_differ(values)))
    return tuple(rows)


def _tells(value: object) -> bool:
    return value is not None and value not in {"", Text("")}


def _differ(values: Sequence[object]) -> bool:
    """A value that is not told differs from any that is; ``True`` is not ``1`` here, since kinds are not mixed."""
    told = [value if _tells(value) else None for value in values]
    return any(value != told[0] for value in told[1:])


def in_words(value: Value | None, attribute: Attribute) -> Text | Message:
    """A value for people: ``Yes``, ``24 hours before``, the choice's name."""
    if attribute.kind is AttributeKind.YES_NO:
        return message("Yes") if value else message("No")
    if attribute.kind is AttributeKind.CHOICE:
        return next((each.name for each in attribute.choices if each.key == value), Text(str(value)))
    if attribute.kind is AttributeKind.NUMBER and attribute.unit:
        unit = attribute.one if value == 1 and attribute.one else attribute.unit
        return message("{number} {unit}", number=value, unit=unit)
    return value if isinstance(value, Text) else Text(str(value))
