"""Finds a browser for the tests, or gets one: ``python -m tests.browser.browser_finder``, part of ``make test``.

In this order: an installed Chromium or Chrome; the one that Playwright downloaded earlier; Playwright's own download;
the system's package manager when we are root; else a message that says what to do.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

from playwright.sync_api import Error as PlaywrightError
from playwright.sync_api import sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome", "chrome", "microsoft-edge-stable")
ELSEWHERE = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
)
PACKAGE_MANAGERS = {
    "apt-get": (("apt-get", "update", "-q"), ("apt-get", "install", "-y", "-q", "--no-install-recommends", "chromium")),
    "dnf": (("dnf", "install", "-y", "chromium"),),
    "apk": (("apk", "add", "chromium"),),
    "pacman": (("pacman", "-Sy", "--noconfirm", "chromium"),),
}
ADVICE = """No browser was found, and none could be fetched. Do one of these and try again:
  - install Chromium or Google Chrome (Debian: apt install chromium), or
  - run: .venv/bin/playwright install --with-deps chromium, or
  - set BROWSER_EXECUTABLE to the path of a Chromium."""


class NoBrowserError(Exception):
    """There is no usable browser; the text says what to do."""


@cache
def launch_options() -> dict[str, Any]:
    """What Playwright's ``chromium.launch`` needs on this machine.

    Raises:
        NoBrowserError: none is installed; ``python -m tests.browser.browser_finder`` gets one.
    """
    for executable in _candidates():
        for sandboxed in (True, False):
            options = _options(executable, sandboxed=sandboxed)
            if not (sandboxed and _is_root()) and _starts(options):
                return options
    raise NoBrowserError(ADVICE)


def ensure_browser() -> dict[str, Any]:
    """The same, getting a browser if there is none.

    Raises:
        NoBrowserError: none could be got.
    """
    for get in (None, _download, _install_from_system):
        if get is not None and not get():
            continue
        try:
            return launch_options()
        except NoBrowserError:
            continue
    raise NoBrowserError(ADVICE)


def _candidates() -> Iterator[str]:
    named = os.environ.get("BROWSER_EXECUTABLE")
    if named:
        yield named
        return
    yield from (path for path in map(shutil.which, NAMES) if path)
    yield from (path for path in ELSEWHERE if Path(path).exists())
    with sync_playwright() as playwright:
        downloaded = playwright.chromium.executable_path
    if Path(downloaded).exists():
        yield downloaded


def _options(executable: str, *, sandboxed: bool) -> dict[str, Any]:
    """Only pages of our own are opened, so that the sandbox may go where the system has none to offer."""
    return {"executable_path": executable, "args": [] if sandboxed else ["--no-sandbox"]}


def _starts(options: dict[str, Any]) -> bool:
    """Whether it really runs: a launcher may be a stub, or miss a library."""
    try:
        with sync_playwright() as playwright:
            playwright.chromium.launch(**options, timeout=30_000).close()
    except PlaywrightError:
        return False
    return True


def _download() -> bool:
    with_libraries = ["--with-deps"] if _is_root() and shutil.which("apt-get") else []
    return _run(sys.executable, "-m", "playwright", "install", *with_libraries, "chromium")


def _install_from_system() -> bool:
    manager = next((name for name in PACKAGE_MANAGERS if shutil.which(name)), None)
    return bool(_is_root() and manager and all(_run(*command) for command in PACKAGE_MANAGERS[manager]))


def _run(*command: str) -> bool:
    print("browser:", " ".join(command), flush=True)
    return subprocess.run(command, check=False, env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"}).returncode == 0


def _is_root() -> bool:
    effective: Callable[[], int] | None = getattr(os, "geteuid", None)
    return effective is not None and effective() == 0


def main() -> int:
    try:
        options = ensure_browser()
    except NoBrowserError as error:
        print(error, file=sys.stderr)
        return 1
    print(f"browser: {options['executable_path']}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
