"""Voucher products and fees of own services from a file (YAML or JSON): published rules as pure configuration.

An entry has the shape that the API takes (``POST /api/v1/organiser/voucher-products`` and ``…/own-services``). Reading the
same file twice changes nothing; a version that starts on a later day follows the one before it.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final, cast, get_args
from uuid import UUID

import msgspec
import yaml

from marketplace.kernel.actors import Actor
from marketplace.kernel.db import fetch, transactional
from marketplace.kernel.errors import DomainError, FieldError, Invalid
from marketplace.kernel.i18n import message
from marketplace.organisers.own_service import own_service_on, set_own_service
from marketplace.organisers.own_service_schemas import NewOwnService
from marketplace.organisers.products import add_product, draft_version, publish_draft
from marketplace.organisers.rules import require_organiser_admin
from marketplace.organisers.schemas import NewProduct

MAX_BYTES: Final = 1_000_000
MOST_ENTRIES: Final = 500
FILE: Final = "file"


class ProductFile(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A file's content. ``organiser`` is a business id, where the file is one organiser's."""

    organiser: str = ""
    products: tuple[NewProduct, ...] = ()
    own_services: tuple[NewOwnService, ...] = ()


class Taken(msgspec.Struct, frozen=True, kw_only=True):
    """What a file brought: codes of products added, given a new version or known already, and classes of fees."""

    added: tuple[str, ...]
    versions: tuple[str, ...]
    known: tuple[str, ...]
    own_services: tuple[str, ...]


def read_products(data: bytes) -> ProductFile:
    """A file's products and fees. They may still contradict themselves: ``take_in`` tells.

    Raises:
        Invalid: too large, unreadable, or entries of the wrong form; every wrong place by its path
            (``products.2.version.value_rule.bands``), the file as a whole as ``file``.
    """
    plain = _parsed(data)
    if isinstance(plain, list):
        plain = {"products": plain}
    if not isinstance(plain, dict):
        raise Invalid.field(FILE, message("The file holds no voucher products."))
    entries = cast("dict[str, Any]", plain)
    if errors := list(_faults(entries, ProductFile, "")):
        raise Invalid(errors)
    found = msgspec.convert(entries, ProductFile, strict=False)
    if not found.products and not found.own_services:
        raise Invalid.field(FILE, message("The file holds no voucher products."))
    return found


def _parsed(data: bytes) -> object:
    if len(data) > MAX_BYTES:
        raise Invalid.field(FILE, message("The file is too large: at most {most} kB.", most=MAX_BYTES // 1000))
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Invalid.field(FILE, message("The file is not text in UTF-8.")) from error
    try:
        return yaml.safe_load(text)
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        line = getattr(getattr(error, "problem_mark", None), "line", 0) + 1
        text_of_it = message("The file cannot be read as YAML or JSON: see line {line}.", line=line)
        raise Invalid.field(FILE, text_of_it) from error


def _faults(value: object, wanted: Any, path: str) -> Iterator[FieldError]:
    """What does not fit a type, field by field; inside a union of rules the first thing wrong."""
    item = _item_of(wanted)
    struct = _struct_of(wanted) if item is None else None
    if struct is not None and isinstance(value, dict):
        yield from _object_faults(cast("Mapping[str, object]", value), struct, path)
    elif item is not None and isinstance(value, list):
        for number, each in enumerate(cast("list[object]", value)[:MOST_ENTRIES]):
            yield from _faults(each, item, f"{path}.{number}")
    else:
        try:
            msgspec.convert(value, wanted, strict=False)
        except msgspec.ValidationError as error:
            yield _as_field(str(error), path)


def _object_faults(value: Mapping[str, object], struct: type[msgspec.Struct], path: str) -> Iterator[FieldError]:
    fields = {field.name: field for field in msgspec.structs.fields(struct)}
    for name, field in fields.items():
        place = f"{path}.{name}" if path else name
        if name in value:
            yield from _faults(value[name], field.type, place)
        elif field.required:
            yield FieldError(place, message("This is missing."))
    for name in sorted(str(each) for each in value.keys() - fields.keys()):
        yield FieldError(f"{path}.{name}" if path else name, message("There is no such field."))


def _struct_of(wanted: Any) -> type[msgspec.Struct] | None:
    """The struct that a field holds (or may be empty); ``None`` for unions of several and everything else."""
    found = [
        each for each in (wanted, *get_args(wanted)) if isinstance(each, type) and issubclass(each, msgspec.Struct)
    ]
    return found[0] if len(found) == 1 and not found[0].__struct_config__.tag_field else None


def _item_of(wanted: Any) -> Any:
    args = get_args(wanted)
    return args[0] if len(args) == 2 and args[1] is ... else None


def _as_field(text: str, path: str) -> FieldError:
    """The words of msgspec, with its place behind ours: ``… - at `$.bands[0].value_cents```."""
    said, _, place = text.partition(" - at `$")
    deeper = place.rstrip("`").replace("[", ".").replace("]", "")
    return FieldError(path + deeper, message("This does not have the right form: {problem}.", problem=said))


@transactional()
async def take_in(actor: Actor, organiser_id: UUID, content: ProductFile) -> Taken:
    """Adds the products and fees that the organiser does not have, and versions that follow those it has.

    All of it or nothing.

    Raises:
        NotFound: the organiser is not the actor's own.
        Invalid: everything wrong in any entry, by its place in the file.
    """
    require_organiser_admin(actor, organiser_id)
    known = await _known(organiser_id)
    errors: list[FieldError] = []
    added, versions, same, told = list[str](), list[str](), list[str](), list[str]()
    for number, new in enumerate(content.products):
        try:
            done = await _take_product(actor, organiser_id, new, known)
        except DomainError as error:
            errors += _placed(error, f"products.{number}")
        else:
            {"added": added, "version": versions, "known": same}[done].append(new.code)
    for number, fee in enumerate(content.own_services):
        try:
            if await _take_fee(actor, organiser_id, fee):
                told.append(fee.service_class)
        except DomainError as error:
            errors += _placed(error, f"own_services.{number}")
    if errors:
        raise Invalid(errors)
    return Taken(added=tuple(added), versions=tuple(versions), known=tuple(same), own_services=tuple(told))


class _TriedOut(Exception):
    """Ends the unit of work of a dry run, so that nothing of it is kept."""

    def __init__(self, taken: Taken) -> None:
        self.taken = taken
        super().__init__()


async def try_out(actor: Actor, organiser_id: UUID, content: ProductFile) -> Taken:
    """What ``take_in`` would do, without doing it. Raises as ``take_in``."""
    try:
        await _taken_back(actor, organiser_id, content)
    except _TriedOut as tried:
        return tried.taken
    raise AssertionError  # pragma: no cover - a dry run always ends above


@transactional()
async def _taken_back(actor: Actor, organiser_id: UUID, content: ProductFile) -> None:
    raise _TriedOut(await take_in(actor, organiser_id, content))


async def _known(organiser_id: UUID) -> dict[str, tuple[UUID, Any]]:
    """The organiser's products by code, with the first day of their newest published version."""
    sql = """
    select p.code, p.id, max(v.valid_from) as newest from voucher_product p
    left join voucher_product_version v on v.product_id = p.id and v.status = 'published'
    where p.organiser_id = $1 group by p.code, p.id
    """
    return {row["code"]: (row["id"], row["newest"]) for row in await fetch(sql, organiser_id)}


async def _take_product(actor: Actor, organiser_id: UUID, new: NewProduct, known: dict[str, tuple[UUID, Any]]) -> str:
    code = new.code.upper()
    if code not in known:
        made = await add_product(actor, organiser_id, new, new.version, publish=new.publish)
        known[code] = made.id, new.version.valid_from if new.version and new.publish else None
        return "added"
    product_id, newest = known[code]
    if new.version is None or (newest is not None and new.version.valid_from <= newest):
        return "known"
    try:
        await draft_version(actor, product_id, new.version)
        if new.publish:
            await publish_draft(actor, product_id)
    except Invalid as invalid:
        raise Invalid([FieldError(f"version.{each.field}", each.message) for each in invalid.fields]) from invalid
    known[code] = product_id, new.version.valid_from
    return "version"


async def _take_fee(actor: Actor, organiser_id: UUID, fee: NewOwnService) -> bool:
    told = await own_service_on(organiser_id, fee.service_class, fee.valid_from)
    if told is not None and told.valid_from == fee.valid_from:
        return False
    await set_own_service(actor, organiser_id, fee)
    return True


def _placed(error: DomainError, place: str) -> list[FieldError]:
    if isinstance(error, Invalid):
        return [FieldError(f"{place}.{each.field}", each.message) for each in error.fields]
    return [FieldError(place, error.message)]
