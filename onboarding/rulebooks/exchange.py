"""A rulebook as a file that people can read and keep: YAML and JSON, out and in again without loss."""

import json
from collections.abc import Iterator
from enum import StrEnum
from itertools import islice
from typing import Any, Final

import msgspec
import yaml

from marketplace.kernel.errors import Invalid
from marketplace.kernel.i18n import message
from onboarding.rulebooks.language import RulebookContent
from onboarding.rulebooks.shape import shape_faults
from onboarding.rulebooks.wording import unsafe_words

MAX_BYTES: Final = 512 * 1024
MAX_DEPTH: Final = 20
MAX_NODES: Final = 50_000
MOST_PROBLEMS: Final = 200
FILE: Final = "file"
"""The field under which an error of the whole file is told."""


class FileFormat(StrEnum):
    YAML = "yaml"
    JSON = "json"


def export_rulebook(content: RulebookContent, file_format: FileFormat) -> bytes:
    """The rulebook as a file. What stands at its usual value is left out; importing fills it in again."""
    plain = _lean(content)
    if file_format is FileFormat.JSON:
        return msgspec.json.format(msgspec.json.encode(plain), indent=2) + b"\n"
    written = yaml.dump(plain, Dumper=yaml.CSafeDumper, allow_unicode=True, sort_keys=False, width=110)
    return written.encode()


def _lean(value: Any) -> Any:
    if isinstance(value, msgspec.Struct):
        pairs = ((field, getattr(value, field.name)) for field in msgspec.structs.fields(value))
        return {field.name: _lean(item) for field, item in pairs if field.required or item != field.default}
    if isinstance(value, tuple):
        return [_lean(item) for item in value]
    return value.value if isinstance(value, StrEnum) else value


def import_rulebook(data: bytes) -> RulebookContent:
    """The rulebook in a file, which is JSON where it can be read so, else YAML. It may still contradict itself.

    Raises:
        Invalid: too large, not readable, or not in the form of a rulebook: every wrong place is named by its path, such
            as ``general.2.questions.0.text.sv``, and the file as a whole by ``file``.
    """
    if len(data) > MAX_BYTES:
        raise Invalid.field(FILE, message("The file is too large: at most {most} kB.", most=MAX_BYTES // 1024))
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Invalid.field(FILE, message("The file is not text in UTF-8.")) from error
    plain = _parsed(text)
    if problems := list(islice(shape_faults(plain, RulebookContent), MOST_PROBLEMS)):
        raise Invalid(problems)
    content = msgspec.convert(plain, RulebookContent)
    if problems := list(unsafe_words(content)):
        raise Invalid(problems)
    return content


def _parsed(text: str) -> Any:
    if text.lstrip().startswith("{"):
        try:
            return json.loads(text, object_pairs_hook=_without_twins)
        except (ValueError, RecursionError):
            pass  # Braces are YAML too, and its errors tell the line.
    try:
        _refuse_bombs(text)
        return _one_document(text)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 0
        raise Invalid.field(FILE, message("The file cannot be read: look at line {line}.", line=line)) from error
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise Invalid.field(FILE, message("The file is neither YAML nor JSON that can be read.")) from error


def _without_twins(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len(dict(pairs)) < len(pairs):
        raise Invalid.field(FILE, message("A name stands twice in the same place of the file."))
    return dict(pairs)


def _refuse_bombs(text: str) -> None:
    """Names for repeated parts, tags and endless nesting make small files large; a rulebook needs none of them."""
    depth = 0
    for count, event in enumerate(_events(text)):
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None) or getattr(event, "tag", None):
            raise Invalid.field(FILE, message("The file uses anchors or tags of YAML. Write each part out."))
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > MAX_DEPTH or count > MAX_NODES:
            raise Invalid.field(FILE, message("The file is nested too deep or has too many parts."))


def _events(text: str) -> Iterator[yaml.Event]:
    return yaml.parse(text, Loader=yaml.CSafeLoader)


class _Loader(yaml.CSafeLoader):
    """Refuses a name that stands twice: the second would silently replace the first."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        read = super().construct_mapping(node, deep=deep)
        if len(read) < len(node.value):
            _without_twins([("", None), ("", None)])
        return read


def _one_document(text: str) -> Any:
    return yaml.load(text, Loader=_Loader)  # noqa: S506 - a safe loader, made stricter
