"""The same key brings the same answer; the same key with other parameters is refused."""

import hashlib
from collections.abc import Mapping
from typing import Any

import msgspec

from marketplace.stripe.double.errors import ApiError
from marketplace.stripe.double.world import Json, KeptAnswer, World


def fingerprint(method: str, path: str, params: Mapping[str, Any]) -> str:
    content = msgspec.json.encode([method, path, params], order="deterministic")
    return hashlib.sha256(content).hexdigest()


def kept_answer(world: World, account: str, key: str, asked: str) -> KeptAnswer | None:
    """The answer kept for a key.

    Raises:
        ApiError: the key was used for another request.

    """
    kept = world.kept_answers.get(f"{account}:{key}")
    if kept is not None and kept.fingerprint != asked:
        text = (
            "Keys for idempotent requests can only be used with the same parameters they were first used with. "
            f"Try using a key other than '{key}' if you meant to execute a different request."
        )
        raise ApiError(400, text, type_="idempotency_error")
    return kept


def keep(world: World, account: str, key: str, asked: str, answer: tuple[int, Json], *, is_v2: bool) -> None:
    """v1 keeps refusals too; v2 keeps only what succeeded and tries a refused request again."""
    status, body = answer
    if is_v2 and status >= 400:
        return
    world.kept_answers[f"{account}:{key}"] = KeptAnswer(asked, status, body)
