"""One call of the interface: which path it has, which parameters it knows, and what it does."""

import re
from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from marketplace.stripe.double.schema import Group
from marketplace.stripe.double.world import PLATFORM, Json, World


class Call(msgspec.Struct, frozen=True, kw_only=True):
    """A request that passed the checks. ``account`` is whose balance it is about (the ``Stripe-Account`` header)."""

    world: World
    params: Mapping[str, Any]
    path: tuple[str, ...] = ()
    account: str = PLATFORM
    base_url: str = ""


class Route(msgspec.Struct, frozen=True):
    method: str
    pattern: str
    accepts: Group
    act: Callable[[Call], Json]

    @property
    def is_v2(self) -> bool:
        return self.pattern.startswith("/v2/")

    def match(self, method: str, path: str) -> tuple[str, ...] | None:
        """The ids in the path, or None when this route is not meant."""
        if method != self.method:
            return None
        found = re.fullmatch(self.pattern.replace("{id}", "([A-Za-z0-9_]+)"), path)
        return found.groups() if found else None


def listed(found: list[Json], params: Mapping[str, Any], url: str) -> Json:
    """One page, newest first, in Stripe's list form."""
    newest_first = [body for body in reversed(found) if _created_within(body["created"], params.get("created", {}))]
    ids = [body["id"] for body in newest_first]
    start = ids.index(params["starting_after"]) + 1 if params.get("starting_after") in ids else 0
    limit = min(params.get("limit", 10), 100)
    page = newest_first[start : start + limit]
    return {"object": "list", "data": page, "has_more": len(newest_first) > start + limit, "url": url}


def _created_within(created: int, bounds: Mapping[str, int]) -> bool:
    return (
        created > bounds.get("gt", -1)
        and created >= bounds.get("gte", 0)
        and created < bounds.get("lt", created + 1)
        and created <= bounds.get("lte", created)
    )
