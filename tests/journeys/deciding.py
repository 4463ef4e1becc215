"""What reviewers do with an application, and what the provider and the public see of it."""

from tests.factories.accounts import Someone
from tests.factories.onboarding import BUSINESS_ID, OTHER_CLASS
from tests.journeys.applying import COMPANY, PLAN, TURKU
from tests.journeys.speaking import Speaker

QUEUE = "/organiser/applications"
QUESTIONS = ("Kuka sijaistaa vastuuhenkilöä?", "Tarkenna, mitä juhlapyhinä tapahtuu.")
PDF_BEGINS = b"%PDF-"


async def checks_and_asks(staff: Speaker, someone: Someone) -> None:
    """The reviewer sees what the machine checked, and asks two things."""
    await staff.sign_in(someone)
    await staff.open(QUEUE)
    await staff.follow(COMPANY)
    await staff.sees("Automatic checks", BUSINESS_ID, "Sjukskötare, tio år")
    await staff.press("Take it to handle")
    await staff.press("Ask for more information")
    await staff.fill(**{f"items.{n}.text": text for n, text in enumerate(QUESTIONS)})
    await staff.page.locator("[name='items.1.slot']").select_option(index=1)
    await staff.press("Send the questions")
    await staff.sees(*QUESTIONS)


async def answers_item_by_item(provider: Speaker) -> None:
    """The first answer is saved and the second written later; only then both are sent."""
    await provider.open("/provider/applications")
    await provider.page.get_by_role("row").filter(has_text="Turun").get_by_role("link").first.click()
    await provider.press("Answer the organiser")
    await provider.sees(*QUESTIONS)
    boxes = provider.page.locator("main textarea[name^='text.']")
    await boxes.nth(0).fill("En annan sjukskötare.")
    await provider.press("Save and continue later")
    await provider.sees("{answered} of {count} answered.", answered=1, count=2)
    await boxes.nth(1).fill("Besöken görs som vanligt.")
    await provider.press("Send the answer")
    await provider.sees("Your answer was sent.")


async def proposes_a_part(staff: Speaker) -> None:
    """Home care is approved and cleaning is not. Who proposes cannot confirm."""
    await staff.page.reload()
    await staff.sees("En annan sjukskötare.", "Besöken görs som vanligt.")
    await staff.press("Decide")
    await staff.tick("choice=part")
    await staff.press("Continue")
    await staff.page.locator(f"[name=cells][value='{OTHER_CLASS}:{TURKU}']").uncheck()
    await staff.press("Continue")
    await staff.tick("reasons=price_above_ceiling")
    await staff.press("Continue")
    await staff.press("Continue")
    await staff.press("Propose the decision")
    await staff.sees("You proposed this decision. Somebody else has to confirm it or give it back.")
    assert await staff.page.locator("button[value=confirm]").count() == 0


async def confirms(second: Speaker, someone: Someone) -> None:
    """The decision is then in the applicant's language."""
    await second.sign_in(someone)
    await second.open(f"{QUEUE}?status=decision_proposed")
    await second.follow(COMPANY)
    await second.press("Read the proposed decision")
    await second.press("Confirm the decision")
    await second.sees("Beslut: tjänsteproducenten godkänns delvis", COMPANY)


async def reads_the_decision(provider: Speaker) -> str:
    """On the page and as a PDF; gives the code by which anybody can verify it."""
    await provider.open("/provider/applications")
    await provider.page.get_by_role("row").filter(has_text="Turun").get_by_role("link").first.click()
    await provider.press("Read the decision")
    await provider.sees(COMPANY)
    async with provider.page.expect_download() as coming:
        await provider.page.get_by_role("button", name=provider.said("Download the document (PDF)")).click()
    path = await (await coming.value).path()
    assert path.read_bytes().startswith(PDF_BEGINS)
    link = await provider.page.locator("a[href^='/verify/']").first.get_attribute("href")
    return (link or "").removeprefix("/verify/")


async def verifies(public: Speaker, code: str) -> None:
    """By the code as it is typed from paper."""
    await public.open("/verify")
    await public.fill(code=code.lower())
    await public.press("Verify")
    await public.sees("This document is genuine", "Approved now", COMPANY)


async def reads_the_register(public: Speaker) -> None:
    await public.open("/register")
    await public.follow(COMPANY)
    await public.sees(BUSINESS_ID, "Turku", "Kallion tiimi")
    assert await public.page.locator(f"a[href='{PLAN}']").count() == 1
