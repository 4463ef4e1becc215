"""Pictures of the main pages for the README: ``make screenshots``.

Starts the product with its demo data in a scratch folder, or takes one that already runs (``--address``), and looks at
it as the people of the demonstration do. A picture is named after its page and language, and its width if it is not
the desktop's.
"""

import argparse
import tempfile
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec
from playwright.sync_api import Browser, Page, sync_playwright

from marketplace.demo.people import PASSWORD, code_now
from marketplace.kernel.config import Config
from marketplace.run import Stack, scratch_config
from tests.browser.browser_finder import ensure_browser
from tests.browser.serving import free_port

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "docs" / "screenshots"
DESKTOP, PHONE = 1280, 320
TALLEST = 1400
COMPARED = 3
LARGEST_BYTES = 200_000


class Scene(msgspec.Struct, frozen=True):
    """A page to show: who looks, where they begin, and what they click to come to it."""

    name: str
    path: str
    person: str = ""
    steps: tuple[Callable[[Page], object], ...] = ()
    languages: tuple[str, ...] = ("fi",)
    widths: tuple[int, ...] = (DESKTOP,)


def follow(selector: str) -> Callable[[Page], object]:
    def step(page: Page) -> None:
        page.locator(f"main {selector}").first.click()
        page.wait_for_load_state()

    return step


def compare_three(page: Page) -> None:
    """Three providers side by side, with help every weekday morning and a voucher."""
    chosen: set[str] = set()
    for card in page.locator(".st-offer").all():
        provider = card.locator(".st-offer__provider").inner_text().split(" · ")[0]
        if provider not in chosen and len(chosen) < COMPARED:
            chosen.add(provider)
            card.locator("[name=offers]").check()
    follow("#compare-form button")(page)
    follow("a.govuk-button")(page)
    follow(".st-preset >> nth=2")(page)
    page.locator("input[name=pays]").first.check()
    page.locator("form:has(input[name=pays]) button").click()
    page.wait_for_load_state()
    page.evaluate("scrollTo(0, 0)")


SEARCH = "/?text=kotihoito&municipality=091"
LANGUAGES, WIDTHS = ("fi", "sv", "en"), (DESKTOP, PHONE)
SCENES = (
    Scene("start", "/", languages=LANGUAGES, widths=WIDTHS),
    Scene("search", SEARCH),
    Scene(
        "compare", f"{SEARCH}&service_class=V-HOMECARE-REG", steps=(compare_three,), languages=LANGUAGES, widths=WIDTHS
    ),
    Scene("offer", f"{SEARCH}&service_class=V-HOMECARE-REG", steps=(follow(".st-card__title a"),)),
    Scene("register", "/register?municipality=091"),
    Scene("provider-desk", "/provider", "provider"),
    Scene("provider-application", "/provider/applications", "provider", (follow("td a, th a"),)),
    Scene("provider-offer-edit", "/provider/offers", "provider", (follow("th a"), follow("a[href$='/prices']"))),
    Scene("provider-visit", "/provider/clients", "worker", (follow(".st-card__title a"),)),
    Scene("organiser-queue", "/organiser/applications", "reviewer"),
    Scene("organiser-application", "/organiser/applications", "reviewer", (follow("th a"),)),
    Scene("organiser-client", "/organiser/clients", "manager", (follow("th a >> text=Koivisto"),)),
    Scene("organiser-settlement", "/organiser/settlements", "finance", (follow("th a"),)),
    Scene("client-desk", "/client", "client"),
)


def shoot(address: str, data: Path, wanted: set[str], folder: Path = FOLDER) -> Iterator[Path]:
    """Takes every wanted picture (all, where none is named)."""
    folder.mkdir(parents=True, exist_ok=True)
    options = ensure_browser()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(**options)
        for person in dict.fromkeys(scene.person for scene in SCENES):
            scenes = [each for each in SCENES if each.person == person and (not wanted or each.name in wanted)]
            if scenes:
                page = _arrive(browser, address, data, person)
                for scene in scenes:
                    yield from _take(page, scene, folder)
                page.context.close()
        browser.close()


def _arrive(browser: Browser, address: str, data: Path, person: str) -> Page:
    """A browser of this person, signed in if they have a name."""
    page = browser.new_context(base_url=address, viewport={"width": DESKTOP, "height": 900}).new_page()
    if person:
        email = f"{person}@demo.example"
        page.goto("/sign-in")
        page.fill("[name=email]", email)
        page.fill("[name=password]", PASSWORD)
        page.locator("main [type=submit]").click()
        if code := code_now(data, email):
            page.fill("[name=code]", code)
            page.locator("main [type=submit]").click()
        page.wait_for_load_state()
    return page


def _take(page: Page, scene: Scene, folder: Path) -> Iterator[Path]:
    for language in scene.languages:
        page.set_viewport_size({"width": DESKTOP, "height": 900})
        page.goto(f"{scene.path}{'&' if '?' in scene.path else '?'}lang={language}")
        for step in scene.steps:
            step(page)
        for width in scene.widths:
            suffix = "" if width == DESKTOP else f"-{width}"
            yield _save(page, width, folder / f"{scene.name}-{language}{suffix}.png")


def _save(page: Page, width: int, target: Path) -> Path:
    """Saves the page as it stands, when its typeface has come and nothing is being fetched; of a long page the top."""
    page.set_viewport_size({"width": width, "height": 900})
    page.wait_for_load_state("networkidle")
    page.evaluate("document.fonts.ready")
    page.set_viewport_size(
        {"width": width, "height": min(TALLEST, page.evaluate("document.documentElement.scrollHeight"))}
    )
    taken = page.screenshot(animations="disabled")
    target.write_bytes(taken)
    if (size := target.stat().st_size) > LARGEST_BYTES:
        raise RuntimeError(f"{target.name} has {size} bytes")
    return target


@contextmanager
def demo_product() -> Generator[tuple[str, Path]]:
    """The product with demo data, run from a scratch folder and stopped afterwards: its address and the folder."""
    with tempfile.TemporaryDirectory(prefix="setelitori-screenshots-") as folder:
        data = Path(folder)
        data.chmod(0o755)  # The database's own user must pass through it.
        with Stack(scratch_config(Config(), data), port=free_port(), fast=True) as stack:
            stack.run("migrate")
            stack.serve()
            stack.run("seed")
            yield stack.local_url, data


def main() -> None:
    parser = argparse.ArgumentParser(description="Make the pictures of the README.")
    parser.add_argument("--address", help="a running product; without it one is started with demo data")
    parser.add_argument("--data-dir", type=Path, help="the data folder of that product, for its sign-ins")
    parser.add_argument("--folder", type=Path, default=FOLDER, help="where the pictures go")
    parser.add_argument("names", nargs="*", help="only these, for example: start compare")
    given = parser.parse_args()
    if given.address:
        for path in shoot(given.address, given.data_dir, set(given.names), given.folder):
            print(path)
        return
    with demo_product() as (address, data):
        for path in shoot(address, data, set(given.names), given.folder):
            print(path)


if __name__ == "__main__":
    main()
