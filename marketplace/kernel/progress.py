"""Progress of long work: a bar on a terminal, plain lines elsewhere, JSON lines where asked."""

import sys
from collections.abc import Generator
from contextlib import contextmanager

import msgspec
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

LINES = 10


class Bar:
    """Counts steps done. ``advance(done, total)`` may be called as often as there is something to tell."""

    def __init__(self, title: str, progress: Progress | None, *, as_json: bool) -> None:
        self.title = title
        self.as_json = as_json
        self._progress = progress
        self._task: TaskID | None = progress.add_task(title, total=None) if progress else None
        self._told = -1

    def advance(self, done: int, total: int) -> None:
        if self._progress is not None and self._task is not None:
            self._progress.update(self._task, completed=done, total=total)
            return
        tenth = done * LINES // max(total, 1)
        if tenth > self._told:
            self._told = tenth
            self._say(done, total)

    def _say(self, done: int, total: int) -> None:
        if self.as_json:
            line = msgspec.json.encode({"progress": self.title, "done": done, "total": total}).decode()
        else:
            line = f"{self.title}: {done}/{total}"
        print(line, file=sys.stderr, flush=True)  # noqa: T201 - this is the terminal's own voice


@contextmanager
def progress(title: str, *, as_json: bool = False) -> Generator[Bar]:
    """A bar for the time of a block, on standard error so that results can be piped."""
    console = Console(stderr=True)
    if as_json or not console.is_terminal:
        yield Bar(title, None, as_json=as_json)
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console) as shown:
        yield Bar(title, shown, as_json=False)
