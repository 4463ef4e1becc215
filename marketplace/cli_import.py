"""``marketplace import`` and ``marketplace export``: a provider's price lists and offers from and to files."""

import sys
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from marketplace.cli_tools import as_json_option, tell, with_database
from marketplace.kernel.i18n import Language, Text
from marketplace.kernel.progress import Bar, progress

if TYPE_CHECKING:
    from marketplace.catalogue.sheets.schemas import ImportView, NewImport
    from marketplace.kernel.actors import Actor

MOST_LINES = 100_000

file_argument = click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
provider_option = click.option("--provider", required=True, help="The provider's business ID.")
organiser_option = click.option("--organiser", required=True, help="The organiser's business ID.")
dry_run_option = click.option("--dry-run", is_flag=True, help="Tell what would change, and change nothing.")
publish_option = click.option("--publish", is_flag=True, help="Publish the drafts that lack nothing.")
errors_option = click.option(
    "--errors", type=click.Path(dir_okay=False, path_type=Path), default=None, help="Write the rows that did not go in."
)


@dataclass(frozen=True)
class Asked:
    """What a command was asked to import, and how."""

    kind: str
    file: Path
    provider: str
    organiser: str
    dry_run: bool
    publish: bool
    service_class: str | None = None
    valid_from: date | None = None


@click.group(name="import")
def import_group() -> None:
    """Read a provider's price list or offers from a CSV or XLSX file."""


@click.group(name="export")
def export_group() -> None:
    """Write a provider's price lists or offers in the shape that import reads."""


@import_group.command(name="prices")
@file_argument
@provider_option
@organiser_option
@click.option("--service-class", default=None, help="Service of rows that name none.")
@click.option(
    "--from", "valid_from", type=click.DateTime(["%Y-%m-%d"]), default=None, help="First day, if not in FILE."
)
@dry_run_option
@publish_option
@errors_option
@as_json_option
def import_prices(
    file: Path, provider: str, organiser: str, service_class: str | None, valid_from: datetime | None,
    errors: Path | None, *, dry_run: bool, publish: bool, as_json: bool,
) -> None:  # fmt: skip
    """Import the price list in FILE: new services become drafts, prices of published offers change on their day."""
    day = valid_from.date() if valid_from else None
    asked = Asked("prices", file, provider, organiser, dry_run, publish, service_class, day)
    _run(asked, errors, as_json=as_json)


@import_group.command(name="offers")
@file_argument
@provider_option
@organiser_option
@dry_run_option
@publish_option
@errors_option
@as_json_option
def import_offers(
    file: Path, provider: str, organiser: str, errors: Path | None, *, dry_run: bool, publish: bool, as_json: bool
) -> None:
    """Import the offers in FILE as drafts; those with an offer_id are changed."""
    _run(Asked("offers", file, provider, organiser, dry_run, publish), errors, as_json=as_json)


@export_group.command(name="prices")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@provider_option
def export_prices(file: Path, provider: str) -> None:
    """Write the provider's prices to FILE, whose ending decides: .csv or .xlsx."""
    _write("prices", file, provider)


@export_group.command(name="offers")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@provider_option
def export_offers(file: Path, provider: str) -> None:
    """Write the provider's offers to FILE, whose ending decides: .csv or .xlsx."""
    _write("offers", file, provider)


def _run(asked: Asked, errors: Path | None, *, as_json: bool) -> None:
    content = asked.file.read_bytes()
    with progress("Importing", as_json=as_json) as bar:
        view, bad_rows = with_database(lambda: _import(asked, content, bar))
    if errors is not None:
        errors.write_bytes(bad_rows)
    for line in _lines(view):
        tell(line, as_json=as_json)
    counts = view.counts
    failed = view.summary.rows_refused + counts.left_out + counts.refused + counts.changed_meanwhile
    done = {"would_import": counts.to_import} if asked.dry_run else {"imported": counts.imported}
    tell({**done, "unchanged": counts.unchanged, "published": counts.published, "failed": failed}, as_json=as_json)
    sys.exit(1 if failed else 0)


async def _import(asked: Asked, content: bytes, bar: Bar) -> "tuple[ImportView, bytes]":
    from marketplace.catalogue.sheets import accepting, importing, queries
    from marketplace.catalogue.sheets.schemas import Acceptance

    actor = await _administrator(asked.provider)
    import_id = await importing.begin_import(actor, await _new(actor, asked), asked.file.name, content)
    await importing.read_import(import_id, bar.advance)
    view = await queries.my_import(actor, import_id, limit=MOST_LINES)
    if not asked.dry_run and view.counts.to_import:
        await accepting.accept(actor, import_id, Acceptance(publish_complete=asked.publish))
        await accepting.run_import(import_id, bar.advance)
        view = await queries.my_import(actor, import_id, limit=MOST_LINES)
    bad_rows = (await accepting.error_file_of(actor, import_id))[1]
    if asked.dry_run:
        await importing.discard(actor, import_id)
    return view, bad_rows


async def _new(actor: "Actor", asked: Asked) -> "NewImport":
    from marketplace.catalogue.sheets.schemas import NewImport
    from marketplace.catalogue.sheets.states import SheetKind
    from marketplace.catalogue.sheets.uploads import asked_organiser

    return NewImport(
        kind=SheetKind(asked.kind),
        organiser_id=await asked_organiser(actor, asked.organiser),
        service_class=asked.service_class,
        valid_from=asked.valid_from,
    )


async def _administrator(business_id: str) -> "Actor":
    from marketplace.catalogue.sheets.queries import provider_with
    from marketplace.kernel.actors import Actor, Role

    provider_id = await provider_with(business_id.strip())
    return Actor(role=Role.PROVIDER_ADMIN, provider_id=provider_id, language=Language.EN)


def _lines(view: "ImportView") -> list[dict[str, Any]]:
    offers = [
        {
            "offer": each.name.in_language(Language.EN) or each.content.service_class, "action": each.action.value,
            "status": each.status.value, "valid_from": each.valid_from, "rows": list(each.rows),
            "problems": _words(each.problems),
        }
        for each in view.items
    ]  # fmt: skip
    rows = [{"row": each.number, "column": each.column, "problems": _words(each.words)} for each in view.refused]
    return [*offers, *rows]


def _words(texts: tuple[Text, ...]) -> list[str]:
    return [each.in_language(Language.EN) for each in texts]


def _write(kind: str, file: Path, provider: str) -> None:
    ending = file.suffix.removeprefix(".").lower()
    if ending not in {"csv", "xlsx"}:
        raise click.ClickException("FILE must end in .csv or .xlsx.")
    content = with_database(lambda: _exported(kind, ending, provider))
    file.write_bytes(content)
    tell({"written": str(file), "bytes": len(content)}, as_json=False)


async def _exported(kind: str, ending: str, provider: str) -> bytes:
    from marketplace.catalogue.sheets.exporting import own_offers, own_prices

    export = own_prices if kind == "prices" else own_offers
    return (await export(await _administrator(provider), "csv" if ending == "csv" else "xlsx")).content


@import_group.command(name="products")
@file_argument
@click.option("--organiser", default=None, help="The organiser's business ID, if not in FILE.")
@dry_run_option
@as_json_option
def import_products(file: Path, organiser: str | None, *, dry_run: bool, as_json: bool) -> None:
    """Take in an organiser's voucher products and the fees of its own services from FILE (YAML or JSON)."""
    taken = with_database(lambda: _take_products(file.read_bytes(), organiser, dry_run=dry_run))
    for what in ("added", "versions", "known", "own_services"):
        for code in taken[what]:
            tell({"done": what, "code": code}, as_json=as_json)
    counts = {what: len(codes) for what, codes in taken.items()}
    tell({**counts, "dry_run": dry_run}, as_json=as_json)


async def _take_products(data: bytes, business_id: str | None, *, dry_run: bool) -> dict[str, tuple[str, ...]]:
    from marketplace.kernel.actors import SYSTEM
    from marketplace.kernel.errors import NotFound
    from marketplace.kernel.i18n import message
    from marketplace.organisers.organisers import list_organisers
    from marketplace.organisers.product_files import read_products, take_in, try_out

    content = read_products(data)
    wanted = (business_id or content.organiser).strip()
    found = next((each for each in await list_organisers() if each.business_id == wanted), None)
    if found is None:
        raise NotFound(message("No organiser has the business ID {business_id}.", business_id=wanted))
    taken = await (try_out if dry_run else take_in)(SYSTEM, found.id, content)
    return {"added": taken.added, "versions": taken.versions, "known": taken.known, "own_services": taken.own_services}
