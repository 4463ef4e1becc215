"""Makes odd requests: bodies near to what the API's own description asks for, with something in them that nobody means."""

import json
from collections.abc import Iterator, Mapping, Sequence
from random import Random
from typing import Any

Schema = Mapping[str, Any]

ODD_TEXTS: Sequence[str] = (
    "", " ", "\x00", "a" * 10_000, "\ud800", "\u202egnirts", "=1+1", "@SUM(A1)", "<script>alert(1)</script>", "{0.__class__}",
    "%s%n%", "' or 1=1 --", "0001-01-01", "9999-12-31", "2026-02-30", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:00-12:00",
    "0001-01-01T00:00:00Z", "2026-11-30T08:00:00", "00000000-0000-0000-0000-000000000000", "../../etc/passwd", "１２", "1e999999",
    "NaN", "\N{GRINNING FACE}" * 300, "23:60", "-1", "9" * 5_000, "a@b", "FI2112345600000785", "2617416-4",
)  # fmt: skip
ODD_VALUES: Sequence[Any] = (
    None, True, False, -1, 0, 1, 2**31, 2**63, 2**64, 10**400, -(10**19), 1.5, -0.0, 1e308, float("nan"), [], {}, [None],
    [[]] * 50, {"a": {"b": []}}, ["x"] * 2_000,
)  # fmt: skip
EDGES = {"date": ("0001-01-01", "9999-12-31"), "date-time": ("0001-01-01T00:00:00Z", "9999-12-31T23:59:00Z")}
DEEP = "[" * 20_000 + "]" * 20_000


class Fuzzer:
    """Draws values from schemas of one OpenAPI document. ``ids`` are those that exist, by the name of a parameter."""

    def __init__(self, document: Mapping[str, Any], ids: Mapping[str, Sequence[str]], seed: int) -> None:
        self.schemas = document.get("components", {}).get("schemas", {})
        self.ids = ids
        self.random = Random(seed)

    def sample(self, schema: Schema, name: str = "", depth: int = 0) -> Any:
        """A value that the schema allows, or nearly."""
        schema = self._resolved(schema)
        if choices := schema.get("oneOf") or schema.get("anyOf"):
            return self.sample(self.random.choice(choices), name, depth)
        if "enum" in schema:
            return self.random.choice(schema["enum"])
        if "const" in schema:
            return schema["const"]
        kind = schema.get("type")
        if isinstance(kind, list):
            kind = self.random.choice(kind)
        if kind == "object" or "properties" in schema:
            return self._object(schema, depth)
        if kind == "array":
            return [self.sample(schema.get("items", {}), name, depth + 1) for _ in range(self.random.choice((0, 1, 2)))]
        return self._plain(schema, kind, name)

    def odd(self, schema: Schema) -> Any:
        """A value with one oddity somewhere in it."""
        value = self.sample(schema)
        if not isinstance(value, dict) or not value or self.random.random() < 0.1:
            return self._oddity()
        names = self.random.sample(sorted(value), min(len(value), self.random.choice((1, 1, 2))))
        return {**value, **{name: self._odd_inside(value[name]) for name in names}}

    def _odd_inside(self, value: Any) -> Any:
        if isinstance(value, dict) and value and self.random.random() < 0.7:
            name = self.random.choice(sorted(value))
            return {**value, name: self._odd_inside(value[name])}
        if isinstance(value, list) and value and self.random.random() < 0.7:
            return [self._odd_inside(value[0]), *value[1:]]
        if isinstance(value, str) and value in {edge for edges in EDGES.values() for edge in edges}:
            return value
        return self._oddity()

    def _oddity(self) -> Any:
        return self.random.choice((*ODD_TEXTS, *ODD_VALUES))

    def path_value(self, name: str) -> str:
        """An id that exists, mostly; else something that is no id, or another's."""
        known = self.ids.get(name, ())
        if known and self.random.random() < 0.8:
            return self.random.choice(known)
        every = [each for ids in self.ids.values() for each in ids]
        return self.random.choice([*every, "x", "0", "\N{GRINNING FACE}", "a" * 300])

    def body(self, schema: Schema) -> bytes:
        """The bytes of a body: JSON as a rule."""
        chance = self.random.random()
        if chance < 0.02:
            return DEEP.encode()
        if chance < 0.05:
            return self.random.choice((b"", b"{", b"\xff\xfe", b'{"a":1', b"null", b'"\xc3\x28"'))
        value = self.sample(schema) if chance < 0.25 else self.odd(schema)
        return json.dumps(value).encode()

    def _object(self, schema: Schema, depth: int) -> dict[str, Any]:
        needed = set(schema.get("required", ()))
        chosen = {
            name: inner
            for name, inner in schema.get("properties", {}).items()
            if name in needed or (depth < 4 and self.random.random() < 0.6)
        }
        return {name: self.sample(inner, name, depth + 1) for name, inner in chosen.items()}

    def _plain(self, schema: Schema, kind: str | None, name: str) -> Any:
        if kind == "integer":
            low, high = int(schema.get("minimum", 0)), int(schema.get("maximum", 10_000))
            return self.random.choice((low, high, self.random.randint(low, max(low, high))))
        if kind == "number":
            return self.random.choice((0, 1, 12.5))
        if kind == "boolean":
            return self.random.random() < 0.5
        if kind == "null":
            return None
        return self._text(schema, name)

    def _text(self, schema: Schema, name: str) -> str:
        if known := self.ids.get(name):
            return self.random.choice(known)
        shape = schema.get("format")
        if shape == "uuid":
            return self.random.choice([each for ids in self.ids.values() for each in ids])
        if shape in EDGES:
            usual = {"date": ("2026-12-01", "2026-11-20"), "date-time": ("2026-11-30T08:00:00+02:00",)}[shape]
            return self.random.choice((*usual, *EDGES[shape]))
        return self.random.choice(("Kotihoito", "091", "V-HOMECARE-REG", "fi", "12:30", "a"))

    def _resolved(self, schema: Schema) -> Schema:
        while "$ref" in schema:
            schema = self.schemas[schema["$ref"].rpartition("/")[2]]
        return schema


def operations(document: Mapping[str, Any]) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    """Path template, method and description of everything that can be asked."""
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield path, method.upper(), operation


def body_schema(operation: Mapping[str, Any]) -> Schema | None:
    content = operation.get("requestBody", {}).get("content", {})
    return content.get("application/json", {}).get("schema")
