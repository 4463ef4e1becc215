"""The next version while it is written: one draft, several writers, nothing lost."""

import asyncio
from datetime import timedelta
from uuid import UUID

import pytest

from marketplace.accounts.memberships import actor_for
from marketplace.kernel.actors import Actor, Role
from marketplace.kernel.clock import today
from marketplace.kernel.db import fetch_value
from marketplace.kernel.errors import Conflict, DomainError, Invalid, NotFound
from marketplace.kernel.i18n import Language, Text, translate
from onboarding.rulebooks.drafts import MAX_BYTES, begin_draft, discard_draft, draft_of, publish_draft, save_draft
from onboarding.rulebooks.versions import default_rulebook, rulebook_in_force
from tests.factories.accounts import a_hat, a_person, an_actor, audited, epoch_of
from tests.factories.onboarding import make_accepting_organiser, small_rulebook
from tests.factories.organisers import make_organiser
from tests.factories.rulebooks import group, question, rulebook, when, yes_no

FAULTY = rulebook(yes_no("a", shown_if=when("z", True)))
SOUND = rulebook(yes_no("a"))


async def an_admin(organiser_id: UUID, name: str = "Hanna") -> Actor:
    someone = await a_person(name)
    hat = await a_hat(someone, Role.ORGANISER_ADMIN, scope_id=organiser_id)
    actor = await actor_for(someone.id, hat, await epoch_of(someone.id), is_strong=True)
    assert actor is not None
    return actor


async def test_draft_begins_as_a_copy_of_the_newest_version(database: str) -> None:
    organiser = await make_accepting_organiser()
    admin = await an_admin(organiser.id)
    draft = await begin_draft(admin)
    in_force = await rulebook_in_force(organiser.id)
    assert (draft.content, draft.based_on, draft.edit, draft.saved_by) == (in_force.content, in_force.id, 1, "Hanna")
    assert await begin_draft(admin) == draft


async def test_first_draft_begins_as_the_rulebook_to_begin_with(database: str) -> None:
    draft = await begin_draft(await an_admin((await make_organiser()).id))
    assert (draft.content, draft.based_on) == (default_rulebook(), None)


async def test_draft_may_contradict_itself_until_it_is_published(database: str) -> None:
    organiser = await make_accepting_organiser()
    admin = await an_admin(organiser.id)
    draft = await save_draft(admin, FAULTY, 0)
    with pytest.raises(Invalid) as refused:
        await publish_draft(admin, draft.edit, today())
    assert [each.field for each in refused.value.fields] == ["general.0.questions.0.shown_if"]
    assert (await draft_of(admin)).content == FAULTY
    assert (await rulebook_in_force(organiser.id)).number == 1


async def test_published_draft_is_closed(database: str) -> None:
    organiser = await make_accepting_organiser()
    admin = await an_admin(organiser.id)
    draft = await save_draft(admin, SOUND, 0)
    published = await publish_draft(admin, draft.edit, today() + timedelta(days=3))
    assert (published.number, published.content) == (2, SOUND)
    with pytest.raises(NotFound):
        await draft_of(admin)
    assert (await begin_draft(admin)).based_on == published.id


async def test_second_of_two_writers_is_told_and_nothing_is_lost(database: str) -> None:
    organiser = await make_accepting_organiser()
    hanna, pekka = await an_admin(organiser.id), await an_admin(organiser.id, "Pekka")
    seen = await begin_draft(hanna)
    await save_draft(hanna, SOUND, seen.edit)
    with pytest.raises(Conflict) as told:
        await save_draft(pekka, FAULTY, seen.edit)
    assert "Hanna saved this draft on" in translate(told.value.message, Language.EN)
    assert (await draft_of(pekka)).content == SOUND
    assert (await save_draft(pekka, FAULTY, seen.edit + 1)).saved_by == "Pekka"


async def test_forgotten_window_never_fits_a_later_draft(database: str) -> None:
    admin = await an_admin((await make_accepting_organiser()).id)
    seen = await begin_draft(admin)
    await discard_draft(admin, seen.edit)
    with pytest.raises(Conflict) as told:
        await save_draft(admin, SOUND, seen.edit)
    assert "published or discarded" in translate(told.value.message, Language.EN)
    assert (await begin_draft(admin)).edit > seen.edit


async def test_draft_that_somebody_changed_is_not_published_or_discarded(database: str) -> None:
    admin = await an_admin((await make_accepting_organiser()).id)
    seen = await save_draft(admin, SOUND, 0)
    await save_draft(admin, small_rulebook(), seen.edit)
    for refused in (
        publish_draft(admin, seen.edit, today()),
        discard_draft(admin, seen.edit),
        save_draft(admin, SOUND, 0),
    ):
        with pytest.raises(Conflict):
            await refused
    assert (await draft_of(admin)).content == small_rulebook()


async def test_two_at_once_save_one_after_the_other(database: str) -> None:
    organiser = await make_accepting_organiser()
    writers = [await an_admin(organiser.id, f"Kirjoittaja {n}") for n in range(4)]
    seen = await begin_draft(writers[0])
    saved = await asyncio.gather(
        *(save_draft(each, SOUND, seen.edit) for each in writers), return_exceptions=True
    )  # fmt: skip
    assert sum(isinstance(each, Conflict) for each in saved) == 3
    assert (await draft_of(writers[0])).edit == seen.edit + 1


async def test_two_at_once_publish_one_version(database: str) -> None:
    organiser = await make_accepting_organiser()
    admin = await an_admin(organiser.id)
    draft = await save_draft(admin, SOUND, 0)
    done = await asyncio.gather(*(publish_draft(admin, draft.edit, today()) for _ in range(3)), return_exceptions=True)
    assert sum(isinstance(each, DomainError) for each in done) == 2
    assert await fetch_value("select count(*) from rulebook_version") == 2


async def test_nothing_to_discard_or_publish_is_not_found(database: str) -> None:
    admin = await an_admin((await make_accepting_organiser()).id)
    for refused in (discard_draft(admin, 0), publish_draft(admin, 0, today()), draft_of(admin)):
        with pytest.raises(NotFound):
            await refused


async def test_what_cannot_be_kept_is_refused(database: str) -> None:
    admin = await an_admin((await make_organiser()).id)
    with pytest.raises(Invalid) as refused:
        await save_draft(admin, rulebook(yes_no("a"), title=Text("a\x00")), 0)
    assert [each.field for each in refused.value.fields] == ["title.fi"]
    pages = tuple(
        group(*(question(f"q{n}_{m}", hint=Text("x" * 4000)) for m in range(20)), key=f"p{n}") for n in range(10)
    )
    with pytest.raises(Invalid) as refused:
        await save_draft(admin, rulebook(general=pages), 0)
    assert [each.field for each in refused.value.fields] == ["content"]
    assert MAX_BYTES < 20 * 10 * 4000


async def test_draft_belongs_to_one_organiser(database: str) -> None:
    organiser, other = await make_accepting_organiser(), await make_organiser(business_id="0000105-4")
    await save_draft(await an_admin(organiser.id), SOUND, 0)
    with pytest.raises(NotFound):
        await draft_of(await an_admin(other.id))


@pytest.mark.parametrize("role", [Role.REVIEWER, Role.FINANCE, Role.PROVIDER_ADMIN])
async def test_only_the_administrator_writes(database: str, role: Role) -> None:
    organiser = await make_accepting_organiser()
    actor = await an_actor(role, scope_id=organiser.id)
    for refused in (
        begin_draft(actor),
        save_draft(actor, SOUND, 0),
        discard_draft(actor, 1),
        publish_draft(actor, 1, today()),
    ):
        with pytest.raises(NotFound):
            await refused


async def test_each_step_leaves_a_trace(database: str) -> None:
    admin = await an_admin((await make_accepting_organiser()).id)
    draft = await begin_draft(admin)
    draft = await save_draft(admin, SOUND, draft.edit)
    await discard_draft(admin, draft.edit)
    assert (await audited("rulebook.draft_saved"), await audited("rulebook.draft_discarded")) == (2, 1)
