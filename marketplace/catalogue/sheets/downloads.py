"""Sheets on their way out, to pages and programs alike."""

from uuid import UUID

from litestar import Response

from marketplace.catalogue.sheets.exporting import SheetFile, own_offers, own_prices, template
from marketplace.catalogue.sheets.files import MEDIA_TYPE, Format
from marketplace.catalogue.sheets.schemas import ImportSummary
from marketplace.catalogue.sheets.states import SheetKind
from marketplace.kernel.actors import Actor
from marketplace.kernel.db import new_id
from marketplace.kernel.errors import NotFound
from marketplace.kernel.files import FileFacts
from onboarding.downloads import download

FORMATS: dict[str, Format] = {"csv": "csv", "xlsx": "xlsx"}


async def export_download(actor: Actor, file_name: str, organiser_id: UUID | None) -> Response[bytes]:
    """An export or a template by the name of its file.

    Raises:
        NotFound: there is no such file.
    """
    stem, _, ending = file_name.rpartition(".")
    kind, _, rest = stem.partition("-")
    if kind not in set(SheetKind) or ending not in FORMATS or rest not in {"", "template"}:
        raise NotFound
    return _sent(await _file(actor, SheetKind(kind), FORMATS[ending], organiser_id, is_template=bool(rest)))


async def _file(
    actor: Actor, kind: SheetKind, file_format: Format, organiser_id: UUID | None, *, is_template: bool
) -> SheetFile:
    if is_template:
        if organiser_id is None:
            raise NotFound
        return await template(kind.value, file_format, organiser_id, actor.language)
    export = own_prices if kind is SheetKind.PRICES else own_offers
    return await export(actor, file_format, organiser_id)


def error_download(summary: ImportSummary, content: bytes) -> Response[bytes]:
    """The refused rows of an import, named after its file."""
    stem = summary.file_name.rpartition(".")[0] or summary.file_name
    return _sent(SheetFile(f"{stem}-errors.{summary.format}", content))


def _sent(file: SheetFile) -> Response[bytes]:
    media_type = MEDIA_TYPE[file.name.rpartition(".")[2]]
    facts = FileFacts(id=new_id(), name=file.name, media_type=media_type, size_bytes=len(file.content), sha256="")
    return download(facts, file.content)
