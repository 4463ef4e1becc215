"""Which passwords are refused, how they are kept, where a caller's address comes from."""

import pytest

from marketplace.accounts import addresses
from marketplace.accounts.passwords import hash_password, is_common, needs_new_hash, password_matches, weaknesses
from marketplace.kernel.config import get_config


@pytest.mark.parametrize(
    "guessable",
    [
        "password1234", "Salasana2026!", "salasanasalasana", "S4l4s4n4!2345", "qwertyuiopå1", "qwertyuiop[]12",
        "aaaaaaaaaaaa", "abababababab", "123456789012", "abcdefghijkl", "lkjihgfedcba", "lösenord!!!!!", "setelitori123",
        "palveluseteli", "hyvinvointi99", "LÖSENORD 2026", "helsinki#2026", "passwordpassword",
    ],
)  # fmt: skip
def test_guessable_passwords_are_common(guessable):
    assert is_common(guessable)


@pytest.mark.parametrize(
    "good", ["hevonen paristo niitti oikea", "kissa-lampi-7-ukkonen", "xK9#mP2$vL5q", "Mummon mökillä sataa"]
)
def test_passphrases_are_good(good):
    assert weaknesses(good, field="password", email="aino@esimerkki.fi", name="Aino Testaaja") == []


@pytest.mark.parametrize(
    ("password", "words"),
    [
        ("lyhyt", "at least"), ("x1Y" * 100, "at most"), ("aino.virtanen26", "name or e-mail"),
        ("Aino Virtanen 1980", "name or e-mail"), ("salasana12345", "easy to guess"),
    ],
)  # fmt: skip
def test_each_weakness_is_told(password, words):
    found = weaknesses(password, field="password", email="aino.virtanen@esimerkki.fi", name="Aino Virtanen")
    assert [words in each.message.text for each in found] == [True]


async def test_only_the_right_password_matches_and_nobodys_matches_nothing():
    kept = await hash_password("hevonen paristo niitti")
    assert await password_matches("hevonen paristo niitti", kept)
    assert not await password_matches("hevonen paristo niittu", kept)
    assert not await password_matches("hevonen paristo niitti", None)
    assert not await password_matches("hevonen paristo niitti", "not a hash")


async def test_one_password_typed_in_two_unicode_forms_is_the_same():
    assert await password_matches("mo\u0308killa\u0308 sataa aina", await hash_password("mökillä sataa aina"))


def test_a_hash_of_other_parameters_needs_renewal():
    assert needs_new_hash("$argon2id$v=19$m=1024,t=2,p=1$c29tZXNhbHRzYWx0$Gfq0uoVR7EqPzbzzIyGzgQ")


@pytest.fixture
def behind_proxy(monkeypatch):
    monkeypatch.setenv("TRUSTED_PROXIES", "10.0.0.0/8, 127.0.0.1")
    get_config.cache_clear()
    yield
    monkeypatch.undo()
    get_config.cache_clear()


@pytest.mark.parametrize(
    ("peer", "header", "caller"),
    [
        ("203.0.113.9", "1.2.3.4", "203.0.113.9"),
        ("10.1.1.1", "203.0.113.9", "203.0.113.9"),
        ("10.1.1.1", "6.6.6.6, 203.0.113.9, 10.2.2.2", "203.0.113.9"),
        ("10.1.1.1", "", "10.1.1.1"),
        ("127.0.0.1", "nonsense", "nonsense"),
        ("", "203.0.113.9", ""),
    ],
)
def test_the_header_counts_only_from_our_own_proxies(behind_proxy, peer, header, caller):
    assert addresses.caller_address(peer, header) == caller
