"""Figures as a page of Markdown: each beside its limit, with what it ran on."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from tests.benchmarks.load import Figure
from tests.benchmarks.machine import Machine


@dataclass(frozen=True)
class Pair:
    """A figure of ours and the limit that it is held against, with the same number of clients in the same run."""

    ours: Figure
    limit: Figure

    @property
    def share(self) -> float:
        """Our rate as a part of the limit's."""
        return self.ours.rate / self.limit.rate if self.limit.rate else 0.0


@dataclass(frozen=True)
class Chapter:
    title: str
    about: str
    pairs: Sequence[Pair]


def page(machine: Machine, day: date, chapters: Sequence[Chapter], *, runs: int, seconds: float) -> str:
    """The whole page."""
    loop = (
        "Closed loop (each client sends the next request when it has the last answer), a warm-up that does not count, then "
        f"the median of {runs} runs of {seconds:g} seconds, each beside a run of its limit; the range stands in brackets."
    )
    head = [
        "# Benchmarks",
        "",
        f"Made by `make bench` on {day.isoformat()}: {machine.in_words()}. Server, database and client share the machine.",
        loop,
        "One web process serves. `share` is our rate as a part of the limit's in the same run.",
    ]
    return "\n".join([*head, *(line for chapter in chapters for line in _chapter(chapter))]) + "\n"


def _chapter(chapter: Chapter) -> list[str]:
    columns = "| | clients | per second | p50 ms | p95 ms | failed | share |"
    rows = [line for pair in chapter.pairs for line in (_row(pair.ours, f"{pair.share:.0%}"), _row(pair.limit, ""))]
    return ["", f"## {chapter.title}", "", chapter.about, "", columns, "|---|--:|--:|--:|--:|--:|--:|", *rows]


def _row(each: Figure, share: str) -> str:
    rate = f"{each.rate:,.0f} ({each.slowest_rate:,.0f}–{each.fastest_rate:,.0f})"
    return f"| {each.name} | {each.clients} | {rate} | {each.p50:.1f} | {each.p95:.1f} | {each.failed} | {share} |"
