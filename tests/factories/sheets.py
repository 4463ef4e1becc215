"""Sheets of prices for tests, and providers who send them."""

from uuid import UUID

from marketplace.catalogue.sheets.importing import begin_import
from marketplace.catalogue.sheets.queries import my_import
from marketplace.catalogue.sheets.schemas import ImportView, NewImport
from marketplace.catalogue.sheets.states import SheetKind
from marketplace.kernel.actors import Actor
from marketplace.organisers.schemas import Organiser

MESSY = (
    "Hoivapalvelu Oy – Hinnasto;;;;\n;;;;\nPalvelu;Arki klo 7-18;Arki-ilta 18–22;Arki klo 22–7;La;Su ja pyhät\n"
    "Kotihoito;39,50 €;45,30 €/h;54;49,20;77,00 €\nSiivous;abc;;;40;\n"
)
"""Home care by the standard bands, and a row that cannot be read."""


async def sent(
    actor: Actor, organiser: Organiser, text: str | bytes, kind: SheetKind = SheetKind.PRICES, **more
) -> ImportView:
    """A file that its provider has sent, as its dry run shows it."""
    new = NewImport(kind=kind, organiser_id=organiser.id, **more)
    content = text.encode() if isinstance(text, str) else text
    import_id: UUID = await begin_import(actor, new, "hinnasto.csv", content)
    return await my_import(actor, import_id)
