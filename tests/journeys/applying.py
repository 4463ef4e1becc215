"""What a provider does on its way from the first visit to a sent application."""

from datetime import date, timedelta
from pathlib import Path

from marketplace.kernel.clock import today
from tests.factories.accounts import PASSWORD
from tests.factories.onboarding import BUSINESS_ID, CLASS, OTHER_CLASS, PDF
from tests.journeys.speaking import Speaker

COMPANY = "Stadin Arkiapu Oy"
PROFILE = "/provider/profile"
PLAN = "https://example.org/omavalvonta"
TURKU, RAISIO, HELSINKI = "853", "680", "091"


def days_ago(days: int) -> date:
    return today() - timedelta(days=days)


def typed(day: date) -> str:
    return f"{day.day}.{day.month}.{day.year}"


def a_file(folder: Path, name: str) -> Path:
    path = folder / name
    path.write_bytes(PDF)
    return path


async def registers(provider: Speaker) -> None:
    """A spaced business id with the country's letters is understood; the rest comes from the business register."""
    await provider.open("/provider")
    await provider.press("Register as a provider")
    await provider.follow("I have no account yet: create one")
    await provider.fill(name="Aino Yrittäjä", email="aino@example.org", password=PASSWORD)
    await provider.press("Create the account")
    await provider.fill(business_id="FI " + BUSINESS_ID.replace("-", ""))
    await provider.press("Look up")
    await provider.sees(COMPANY, BUSINESS_ID)
    await provider.fill(contact_name="Aino Yrittäjä", contact_email="aino@example.org", contact_phone="040 123 4567")
    await provider.press("Register")
    await provider.sees(COMPANY)


async def fills_the_profile(provider: Speaker, folder: Path) -> None:
    """Once, for every application. The tax certificate is left for the application."""
    await adds(provider, "units", name="Kallion tiimi", soteri_id="S-123456", self_monitoring_url=PLAN,
               self_monitoring_on=typed(days_ago(30)), staff="6", is_open=True)  # fmt: skip
    for kind in ("liability", "patient"):
        await adds(provider, "insurance", kind=kind, insurer="Turva", valid_to=typed(days_ago(-400)))
    for kind in ("pension", "liability_insurance"):
        file = a_file(folder, f"{kind}.pdf")
        await adds(provider, "certificates", file, kind=kind, issued_on=typed(days_ago(20)))
    await saves(provider, "staff", registered_nurses="2", practical_nurses="4")
    await saves(provider, "soteri", soteri_id="1.2.246.10.12345678.10.0")
    await provider.open(f"{PROFILE}/languages")
    await provider.tick("languages=fi", "languages=sv")
    await provider.press("Save")
    await provider.open(f"{PROFILE}/subcontractors")
    await provider.press("We use no subcontractors")


async def adds(provider: Speaker, section: str, file: Path | None = None, **answers: str | bool) -> None:
    """Adds one row to a list of the profile."""
    await provider.open(f"{PROFILE}/{section}")
    await provider.press("Add")
    await provider.answer(**answers)
    if file:
        await provider.page.set_input_files("[name=file]", file)
    await provider.press("Save")
    assert not await provider.has_errors(), await provider.page.locator(".govuk-error-summary").inner_text()


async def saves(provider: Speaker, section: str, **answers: str | bool) -> None:
    await provider.open(f"{PROFILE}/{section}")
    await provider.answer(**answers)
    await provider.press("Save")


async def begins(provider: Speaker, *organisers: str) -> None:
    """One application to all of these organisers, with the services and the area."""
    await provider.open("/provider/applications")
    await provider.press("New application")
    for name in organisers:
        await provider.page.get_by_label(name).check()
    await provider.press("Begin")
    await provider.tick(f"service_classes={CLASS}", f"service_classes={OTHER_CLASS}")
    await ticks_municipalities(provider, *((TURKU, HELSINKI) if len(organisers) > 1 else (TURKU,)))
    for unit in await provider.page.locator("[name=units]").all():
        await unit.check()
    await provider.press("Save and go on")


async def ticks_municipalities(provider: Speaker, *codes: str) -> None:
    """Opens the county of each, where there are several."""
    for code in codes:
        box = provider.page.locator(f"[name=municipalities][value='{code}']")
        if not await box.is_visible():
            await provider.page.locator("details", has=box).locator("summary").click()
        await box.check()


async def adds_a_tax_certificate(provider: Speaker, file: Path, issued: date, field: str = "tax_certificate") -> None:
    await provider.page.set_input_files(f"[name={field}]", file)
    await provider.answer(**{f"{field}-issued": typed(issued)})
    await provider.page.locator(f"button[name=attach][value={field}]").click()
    await provider.page.wait_for_load_state("load")
    await provider.look()


def two_months_before(day: date) -> date:
    """The oldest date that the stricter organiser takes."""
    month = day.month - 2
    year, month = (day.year, month) if month > 0 else (day.year - 1, month + 12)
    while True:
        try:
            return day.replace(year=year, month=month)
        except ValueError:
            day -= timedelta(days=1)


async def declares_and_sends(provider: Speaker, button: str = "Send the application") -> None:
    await provider.tick("declared")
    await provider.press(button)
