"""What ``docs/api.md`` tells of is there: its addresses are routes, and its examples are JSON."""

import json
import re
from pathlib import Path

import pytest

from marketplace.app import create_app
from marketplace.web.openapi import api_operations

DOC = (Path(__file__).parents[2] / "docs" / "api.md").read_text()
ADDRESS = re.compile(r"/api/v1(/[a-z/{}_$A-Z-]+)")
NAMED = re.compile(r"`(GET|POST|PUT|PATCH|DELETE)\s+(/api/v1/[^`?\s]+)`")


def shape(path: str) -> str:
    """The address with every variable alike, whether written ``$LIKE_THIS``, ``{like_this}`` or ``{it:uuid}``."""
    return "/".join("*" if part.startswith(("$", "{")) else part for part in path.rstrip("/").split("/"))


@pytest.fixture(scope="module")
def routes() -> set[tuple[str, str]]:
    return {(method, shape(path)) for path, method, _ in api_operations(create_app())}


def test_every_address_of_an_example_exists(routes) -> None:
    known = {path for _, path in routes}
    told = {shape(f"/api/v1{found}") for found in ADDRESS.findall(DOC)}
    assert len(told) > 20
    assert not told - known


def test_every_method_named_with_its_address_exists(routes) -> None:
    told = {(method, shape(path)) for method, path in NAMED.findall(DOC)}
    assert len(told) > 10
    assert not told - routes


def test_every_answer_shown_is_json() -> None:
    lines = [line for block in re.findall(r"```json\n(.*?)```", DOC, re.DOTALL) for line in block.strip().splitlines()]
    assert len([json.loads(line) for line in lines]) > 0
