"""What the catalogue takes from sheets."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from litestar.types import ControllerRouterHandler

from marketplace.catalogue.sheets import api, pages
from marketplace.catalogue.sheets.accepting import run_import
from marketplace.catalogue.sheets.importing import read_import
from marketplace.catalogue.sheets.topics import SHEET_ACCEPTED, SHEET_UPLOADED, SheetJob
from marketplace.kernel.jobs import Handler, Periodic, Topic


async def on_sheet_uploaded(job: SheetJob) -> None:
    """A large file is read into its dry run."""
    await read_import(job.import_id)


async def on_sheet_accepted(job: SheetJob) -> None:
    """What a dry run proposed is done."""
    await run_import(job.import_id)


ROUTES: list[ControllerRouterHandler] = [*api.ROUTES, *pages.ROUTES]
HANDLERS: Final[Mapping[Topic[Any], Handler]] = {SHEET_UPLOADED: on_sheet_uploaded, SHEET_ACCEPTED: on_sheet_accepted}
ROUNDS: Final[Sequence[Periodic]] = ()
