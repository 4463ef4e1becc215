"""Pictures of the main pages for the README: ``make screenshots``.

Starts the product with its demo data in a scratch folder, or takes one that already runs (``--address``), and looks at
it as a visitor. A page's picture is named after it, and its width if it is not the desktop's.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
from playwright.sync_api import Browser, Page, sync_playwright

from tests.browser.browser_finder import ensure_browser
from tests.browser.serving import free_port

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "docs" / "screenshots"
PUBLIC = {"start": "/?lang=fi", "results": "/?text=siivous&lang=fi", "register": "/register?lang=fi"}
DESKTOP, PHONE = 1280, 360
START_SECONDS = 180


def take(page: Page, name: str, *, folder: Path = FOLDER, full: bool = True) -> Path:
    """Saves the page as it stands, when its typeface has come and nothing is being fetched."""
    page.wait_for_load_state("networkidle")
    page.evaluate("document.fonts.ready")
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / f"{name}.png"
    page.screenshot(path=target, full_page=full, animations="disabled")
    return target


def take_all(browser: Browser, address: str, pages: dict[str, str], folder: Path = FOLDER) -> list[Path]:
    """Every page at the width of a desk and of a phone."""
    made = []
    for width, suffix in ((DESKTOP, ""), (PHONE, "-phone")):
        context = browser.new_context(base_url=address, viewport={"width": width, "height": 860})
        for name, path in pages.items():
            page = context.new_page()
            page.goto(path)
            made.append(take(page, name + suffix, folder=folder))
            page.close()
        context.close()
    return made


@contextmanager
def demo_product() -> Iterator[str]:
    """The address of the product with demo data, run from a scratch folder and stopped afterwards."""
    port = free_port()
    with tempfile.TemporaryDirectory(prefix="setelitori-screenshots-") as data:
        Path(data).chmod(0o755)
        command = [sys.executable, "-m", "marketplace", "run", "--port", str(port), "--data-dir", data]
        running = subprocess.Popen(command, cwd=ROOT, env={**os.environ, "BASE_URL": f"http://127.0.0.1:{port}"})
        try:
            _wait_until_ready(f"http://127.0.0.1:{port}", running)
            yield f"http://127.0.0.1:{port}"
        finally:
            running.terminate()
            running.wait(timeout=60)


def _wait_until_ready(address: str, running: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and running.poll() is None:
        try:
            if httpx.get(f"{address}/health/ready").is_success:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.5)
    raise RuntimeError("the product did not start")


def shoot(address: str) -> None:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(**ensure_browser())
        for path in take_all(browser, address, PUBLIC):
            print(path.relative_to(ROOT))
        browser.close()


def main() -> None:
    parser = argparse.ArgumentParser(description="Make the pictures of the README.")
    parser.add_argument("--address", help="a running product; without it one is started with demo data")
    given = parser.parse_args()
    if given.address:
        shoot(given.address)
        return
    with demo_product() as address:
        shoot(address)


if __name__ == "__main__":
    main()
