"""``marketplace rulebook``: rulebooks from the command line."""

from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from marketplace.cli_tools import as_json_option, tell, with_database
from marketplace.kernel.errors import NotFound
from marketplace.kernel.i18n import message
from marketplace.kernel.progress import progress

if TYPE_CHECKING:
    from onboarding.approvals.impact import AffectedProvider, Impact


@click.group()
def rulebook() -> None:
    """Rulebooks of organisers."""


@rulebook.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--organiser", required=True, help="The organiser's business ID.")
@click.option(
    "--from", "first_day", type=click.DateTime(["%Y-%m-%d"]), default=None, help="First day; today if left out."
)
@as_json_option
def impact(file: Path, organiser: str, first_day: datetime | None, *, as_json: bool) -> None:
    """Tell which approved providers the rulebook in FILE (YAML or JSON) would concern. Changes nothing."""
    day = first_day.date() if first_day else None
    with progress("Judging providers", as_json=as_json) as bar:
        found = with_database(lambda: _impact(file.read_bytes(), organiser, day, bar.advance))
    for provider in found.affected:
        for line in _lines(provider):
            tell(line, as_json=as_json)
    counts = {"checked": found.checked, "no_longer_comply": found.failing, "to_answer": found.to_answer}
    tell({**counts, "already": found.already, "on": found.day}, as_json=as_json)


async def _impact(data: bytes, business_id: str, day: date | None, advance: Callable[[int, int], None]) -> "Impact":
    from marketplace.kernel.clock import today
    from marketplace.organisers.organisers import list_organisers
    from onboarding.approvals.impact_check import impact_of
    from onboarding.rulebooks.exchange import import_rulebook

    content = import_rulebook(data)
    found = next((each for each in await list_organisers() if each.business_id == business_id.strip()), None)
    if found is None:
        raise NotFound(message("No organiser has the business ID {business_id}.", business_id=business_id))
    return await impact_of(content, found.id, day or today(), advance)


def _lines(provider: "AffectedProvider") -> list[dict[str, Any]]:
    """One for each thing that concerns the provider, in Finnish: that is the language every rulebook is written in."""
    return [
        {
            "provider": provider.name, "business_id": provider.business_id or "", "kind": each.kind.value,
            "slot": each.slot, "question": each.question.fi, "answer": each.answer.fi, "problem": each.problem.fi,
        }
        for each in provider.findings
    ]  # fmt: skip
