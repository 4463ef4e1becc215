"""Configuration: every problem at once, and production that refuses each default and each double."""

import pytest

from marketplace.kernel.config import Config, ConfigProblems, Environment, load

PRODUCTION = {
    "ENVIRONMENT": "production", "BASE_URL": "https://setelitori.example", "SECRET_KEY": "x" * 40,
    "ENCRYPTION_KEYS": "k", "DATABASE_URL": "postgresql://db/s", "MEILISEARCH_URL": "http://m:7700",
    "STRIPE_API_KEY": "sk_live_x", "STRIPE_WEBHOOK_SECRET": "a", "STRIPE_CONNECT_WEBHOOK_SECRET": "b",
    "STRIPE_ACCOUNT_WEBHOOK_SECRET": "c", "YTJ_URL": "https://ytj.example", "FILES_URL": "s3://bucket",
    "SMTP_URL": "smtp://mail.example:587",
}  # fmt: skip


def problems(**changes: str) -> str:
    with pytest.raises(ConfigProblems) as caught:
        load({**PRODUCTION, **changes})
    return str(caught.value)


def test_development_needs_nothing() -> None:
    assert load({}) == Config()


def test_production_with_everything_starts() -> None:
    assert load(PRODUCTION).environment is Environment.PRODUCTION


@pytest.mark.parametrize("name", sorted(set(PRODUCTION) - {"ENVIRONMENT"}))
def test_production_refuses_to_start_without(name: str) -> None:
    assert name in problems(**{name: ""})


def test_production_refuses_a_stripe_double() -> None:
    assert "double" in problems(STRIPE_API_URL="http://127.0.0.1:9")


def test_all_problems_are_told_at_once() -> None:
    told = problems(DATABASE_POOL_SIZE="many", LOG_LEVEL="loud", OIDC_PROVIDERS="{", MEILISEARCH_URL="ftp://m")
    assert all(name in told for name in ("DATABASE_POOL_SIZE", "LOG_LEVEL", "OIDC_PROVIDERS", "MEILISEARCH_URL"))


def test_cookies_are_secure_behind_https_only() -> None:
    assert load(PRODUCTION).secure_cookies
    assert not load({}).secure_cookies
