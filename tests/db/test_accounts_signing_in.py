"""Signing in: what is told, what is limited, what a second factor and API tokens do."""

import asyncio
from datetime import timedelta

import pytest

from marketplace.accounts import limits, second_factors, tokens
from marketplace.accounts.hats_on import SecondFactorMissing
from marketplace.accounts.passwords import hasher
from marketplace.accounts.schemas import SecondFactorNeeded, SignedIn
from marketplace.accounts.signing_in import authenticate, authenticate_code
from marketplace.kernel.actors import Role
from marketplace.kernel.clock import clock_set_to, now
from marketplace.kernel.db import execute, fetch_value, new_id
from marketplace.kernel.errors import Conflict, Invalid, NotFound, NotSignedIn, TooManyAttempts
from tests.factories.accounts import PASSWORD, a_hat, a_person, audited, code_of, epoch_of, with_second_factor


async def wrong(email: str, address: str = "") -> Exception:
    try:
        await authenticate(email, "arvaus", address=address)
    except (NotSignedIn, TooManyAttempts) as error:
        return error
    raise AssertionError


async def test_right_password_signs_in_whatever_the_case_of_the_address(database):
    someone = await a_person()
    done = await authenticate(f" {someone.email.upper()} ", PASSWORD)
    assert isinstance(done, SignedIn)
    assert (done.person_id, done.is_strong) == (someone.id, False)
    assert await audited("person.signed_in") == 1


async def test_unknown_address_and_wrong_password_are_told_alike(database):
    someone = await a_person()
    known, unknown = await wrong(someone.email), await wrong("kukaan@esimerkki.fi")
    assert known.code == unknown.code == "wrong_sign_in"
    assert known.message == unknown.message


async def test_the_sixth_wrong_password_waits_and_so_does_the_right_one(database):
    someone = await a_person()
    for _ in range(5):
        assert isinstance(await wrong(someone.email), NotSignedIn)
    with pytest.raises(TooManyAttempts) as refusal:
        await authenticate(someone.email, PASSWORD)
    assert 890 <= refusal.value.retry_after_seconds <= 900


async def test_after_a_quarter_of_an_hour_the_door_opens_again(database):
    someone = await a_person()
    for _ in range(5):
        await wrong(someone.email)
    with clock_set_to(now() + timedelta(minutes=15, seconds=1)):
        assert isinstance(await authenticate(someone.email, PASSWORD), SignedIn)
        assert await limits.forget_old_attempts() == 0


async def test_a_hundred_guesses_at_once_are_no_more_than_five(database):
    someone = await a_person()
    results = await asyncio.gather(*(wrong(someone.email) for _ in range(30)))
    assert sum(isinstance(result, NotSignedIn) for result in results) == 5


async def test_one_address_may_fail_for_twenty_people_and_no_more(database):
    results = [await wrong(f"n{number}@esimerkki.fi", "203.0.113.9") for number in range(21)]
    assert [type(result) for result in results[18:]] == [NotSignedIn, NotSignedIn, TooManyAttempts]
    assert isinstance(await wrong("n0@esimerkki.fi", "203.0.113.10"), NotSignedIn)


async def test_success_forgives_earlier_failures(database):
    someone = await a_person()
    for _ in range(3):
        for _ in range(4):
            await wrong(someone.email)
        await authenticate(someone.email, PASSWORD)
    assert await fetch_value("select count(*) from sign_in_attempt") == 0


async def test_neither_address_nor_email_is_kept_readable(database):
    await wrong("aino@esimerkki.fi", "203.0.113.9")
    row = await fetch_value("select row_to_json(a)::text from sign_in_attempt a")
    assert "aino" not in row
    assert "203.0" not in row


async def test_a_hash_of_old_parameters_is_renewed_at_sign_in(database):
    someone = await a_person()
    weaker = type(hasher())(time_cost=2, memory_cost=16, parallelism=1).hash(PASSWORD)
    await execute("update person set password_hash = $2 where id = $1", someone.id, weaker)
    await authenticate(someone.email, PASSWORD)
    assert await fetch_value("select password_hash from person where id = $1", someone.id) != weaker


async def test_with_a_second_factor_the_password_is_half_the_way(database):
    someone = await with_second_factor(await a_person())
    half = await authenticate(someone.email, PASSWORD)
    assert isinstance(half, SecondFactorNeeded)
    done = await authenticate_code(half, someone.code())
    assert done.is_strong
    assert await fetch_value("select count(*) from sign_in_attempt") == 0


async def test_password_and_code_in_one_go(database):
    someone = await with_second_factor(await a_person())
    done = await authenticate(someone.email, PASSWORD, someone.code())
    assert isinstance(done, SignedIn)
    assert done.is_strong


async def test_a_code_works_once(database):
    someone = await with_second_factor(await a_person())
    code = someone.code()
    await authenticate(someone.email, PASSWORD, code)
    with pytest.raises(Invalid):
        await authenticate(someone.email, PASSWORD, code)


async def test_of_ten_uses_of_a_code_at_once_one_gets_through(database):
    someone = await with_second_factor(await a_person())
    code = someone.code()
    assert sorted(await asyncio.gather(*(second_factors.spend_code(someone.id, code) for _ in range(8)))) == [
        False
    ] * 7 + [True]


async def test_an_older_code_does_not_work_after_a_newer_one(database):
    someone = await with_second_factor(await a_person())
    assert await second_factors.spend_code(someone.id, someone.code(+1))
    assert not await second_factors.spend_code(someone.id, someone.code())


async def test_codes_far_off_in_time_are_wrong(database):
    someone = await with_second_factor(await a_person())
    assert not await second_factors.spend_code(someone.id, someone.code(+2))
    assert not await second_factors.spend_code(someone.id, "abc")
    assert not await second_factors.spend_code(new_id(), someone.code())


async def test_guessing_codes_is_limited_even_with_the_right_password_between(database):
    someone = await with_second_factor(await a_person())
    for _ in range(5):
        with pytest.raises(Invalid):
            await authenticate(someone.email, PASSWORD, "000000")
    with pytest.raises(TooManyAttempts):
        await authenticate(someone.email, PASSWORD, someone.code())


async def test_a_recovery_code_works_once_however_it_is_typed(database):
    someone = await with_second_factor(await a_person())
    typed = someone.recovery_codes[0].upper().replace("-", " ")
    assert await second_factors.spend_code(someone.id, typed)
    assert not await second_factors.spend_code(someone.id, typed)
    assert await second_factors.spend_code(someone.id, someone.recovery_codes[1])


async def test_secrets_are_not_readable_in_the_database(database):
    someone = await with_second_factor(await a_person())
    assert someone.secret not in await fetch_value("select secret from second_factor")
    kept = await fetch_value("select string_agg(code_hash, ' ') from recovery_code")
    assert not any(code in kept for code in someone.recovery_codes)


async def test_a_second_factor_in_use_is_not_replaced_but_removed_on_proof(database):
    someone = await with_second_factor(await a_person())
    with pytest.raises(Conflict):
        await second_factors.start_second_factor(someone.actor)
    with pytest.raises(Invalid):
        await second_factors.remove_second_factor(someone.actor, "000000")
    before = await epoch_of(someone.id)
    assert await second_factors.remove_second_factor(someone.actor, someone.code()) == before + 1
    assert not await second_factors.has_second_factor(someone.id)


async def test_a_waiting_secret_is_shown_again_and_needs_its_own_code(database):
    someone = await a_person()
    with pytest.raises(NotFound):
        await second_factors.pending_second_factor(someone.actor)
    with pytest.raises(NotFound):
        await second_factors.confirm_second_factor(someone.actor, "123456")
    offer = await second_factors.start_second_factor(someone.actor)
    assert await second_factors.pending_second_factor(someone.actor) == offer
    with pytest.raises(Invalid):
        await second_factors.confirm_second_factor(someone.actor, code_of(offer.secret, +5))
    assert not await second_factors.spend_code(someone.id, code_of(offer.secret))


async def test_ended_sessions_end_a_half_done_sign_in(database):
    someone = await with_second_factor(await a_person())
    half = SecondFactorNeeded(person_id=someone.id, epoch=await epoch_of(someone.id) + 1)
    with pytest.raises(NotSignedIn):
        await authenticate_code(half, someone.code())
    with pytest.raises(Invalid):
        await authenticate_code(SecondFactorNeeded(person_id=new_id(), epoch=0), "123456")


async def test_a_token_wears_the_only_hat_and_is_kept_as_a_hash(database):
    someone = await a_person()
    hat = await a_hat(someone, Role.PROVIDER_ADMIN)
    issued = await tokens.issue_token(await authenticate(someone.email, PASSWORD))
    assert issued.hat == hat
    actor = await tokens.actor_of_token(issued.token)
    assert (actor.person_id, actor.role) == (someone.id, Role.PROVIDER_ADMIN)
    assert issued.token not in await fetch_value("select row_to_json(t)::text from api_token t")


async def test_another_hat_gives_another_token_of_the_same_lifetime(database):
    someone = await a_person()
    await a_hat(someone, Role.PROVIDER_ADMIN)
    client = await a_hat(someone, Role.CLIENT)
    first = await tokens.issue_token(await authenticate(someone.email, PASSWORD))
    assert (first.hat, (await tokens.actor_of_token(first.token)).role) == (None, None)
    second = await tokens.token_for_hat(first.token, client)
    assert second.expires_at == first.expires_at
    assert (await tokens.actor_of_token(second.token)).role is Role.CLIENT


async def test_an_organisers_hat_needs_a_strong_sign_in(database):
    someone = await with_second_factor(await a_person())
    hat = await a_hat(someone, Role.FINANCE)
    weak = SignedIn(person_id=someone.id, epoch=await epoch_of(someone.id), is_strong=False, language="fi")
    issued = await tokens.issue_token(weak)
    assert issued.hat is None
    with pytest.raises(SecondFactorMissing):
        await tokens.token_for_hat(issued.token, hat)
    await tokens.keep_token(issued.token, is_strong=True)
    assert (await tokens.token_for_hat(issued.token, hat)).hat == hat


async def test_a_hat_of_somebody_else_is_not_found(database):
    other, someone = await a_person(), await a_person()
    hat = await a_hat(other, Role.CLIENT)
    issued = await tokens.issue_token(await authenticate(someone.email, PASSWORD))
    with pytest.raises(NotFound):
        await tokens.token_for_hat(issued.token, hat)


async def test_signing_out_ends_every_token_of_the_sign_in(database):
    someone = await a_person()
    hat = await a_hat(someone, Role.CLIENT)
    first = await tokens.issue_token(await authenticate(someone.email, PASSWORD))
    second = await tokens.token_for_hat(first.token, hat)
    await tokens.end_token(second.token)
    assert await tokens.actor_of_token(first.token) is None
    await tokens.end_token(second.token)
    with pytest.raises(NotSignedIn):
        await tokens.token_for_hat(first.token, hat)


async def test_a_token_ends_after_twelve_hours(database):
    someone = await a_person()
    issued = await tokens.issue_token(await authenticate(someone.email, PASSWORD))
    with clock_set_to(now() + timedelta(hours=12, seconds=1)):
        assert await tokens.actor_of_token(issued.token) is None
        assert await tokens.forget_old_tokens() == 1


async def test_a_weakened_token_loses_its_hat(database):
    someone = await with_second_factor(await a_person())
    await a_hat(someone, Role.REVIEWER)
    issued = await tokens.issue_token(await authenticate(someone.email, PASSWORD, someone.code()))
    assert (await tokens.actor_of_token(issued.token)).role is Role.REVIEWER
    await tokens.keep_token(issued.token, is_strong=False)
    assert (await tokens.actor_of_token(issued.token)).role is None
