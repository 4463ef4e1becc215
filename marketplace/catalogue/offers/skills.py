"""Special skills of a service: those that many clients look for, by one name each, and others in the provider's words. Pure.

A known skill is stored by its Finnish name, whatever language it was written in, so that search and comparison count
it once.
"""

from collections.abc import Iterable, Mapping
from functools import cache
from typing import Final

from marketplace.kernel.i18n import Text

KNOWN_SKILLS: Final = (
    Text("Muistisairaudet", "Minnessjukdomar", "Memory disorders"),
    Text("Tulkkaus", "Tolkning", "Interpretation"),
    Text("Opaskoira sopii", "Ledarhund går bra", "Guide dogs welcome"),
    Text("Viittomakieli", "Teckenspråk", "Sign language"),
    Text("Näkövammat", "Synskador", "Visual impairments"),
    Text("Kuulovammat", "Hörselskador", "Hearing impairments"),
    Text("Kehitysvammat", "Intellektuella funktionsnedsättningar", "Intellectual disabilities"),
    Text("Liikuntavammat", "Rörelsehinder", "Physical disabilities"),
    Text("Mielenterveys", "Psykisk hälsa", "Mental health"),
    Text("Päihteet", "Missbruk", "Substance abuse"),
    Text("Parkinsonin tauti", "Parkinsons sjukdom", "Parkinson's disease"),
    Text("Aivohalvaus", "Stroke", "Stroke"),
    Text("Diabetes", "Diabetes", "Diabetes"),
    Text("Haavanhoito", "Sårvård", "Wound care"),
    Text("Saattohoito", "Vård i livets slutskede", "End-of-life care"),
    Text("Hengityslaitteet", "Andningsapparater", "Breathing equipment"),
    Text("Lapset ja perheet", "Barn och familjer", "Children and families"),
    Text("Saamelainen kulttuuri", "Samisk kultur", "Sámi culture"),
)
"""In the order in which they are offered."""

ALIASES: Final[Mapping[str, str]] = {
    "muistisairaus": "Muistisairaudet",
    "dementia": "Muistisairaudet",
    "demens": "Muistisairaudet",
    "alzheimer": "Muistisairaudet",
    "tulkki": "Tulkkaus",
    "opaskoira": "Opaskoira sopii",
    "guide dog": "Opaskoira sopii",
    "ledarhund": "Opaskoira sopii",
    "haavat": "Haavanhoito",
    "parkinson": "Parkinsonin tauti",
}


@cache
def _by_name() -> Mapping[str, Text]:
    named = {name.casefold(): skill for skill in KNOWN_SKILLS for name in (skill.en, skill.sv, skill.fi)}
    return named | {alias: named[name.casefold()] for alias, name in ALIASES.items()}


def skill_name(skill: str) -> Text:
    """A skill in the reader's language where it is a known one; otherwise the provider's own words."""
    return _by_name().get(_plain(skill)) or Text(skill)


def is_known(skill: str) -> bool:
    return _plain(skill) in _by_name()


def tidy_skills(skills: Iterable[str]) -> tuple[str, ...]:
    """Each skill once, in the order given: known ones by their Finnish name, others without needless space."""
    return tuple(dict.fromkeys(skill_name(skill).fi for each in skills if (skill := " ".join(each.split()))))


def _plain(skill: str) -> str:
    return " ".join(skill.split()).casefold()
