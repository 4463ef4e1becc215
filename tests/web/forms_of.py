"""Forms for tests without a request: what was sent, read as a page reads it."""

from collections.abc import Mapping, Sequence
from typing import TypeVar

import msgspec

from marketplace.web.forms import Form

T = TypeVar("T", bound=msgspec.Struct)


def form_of(struct: type[T], sent: Mapping[str, Sequence[str]]) -> Form[T]:
    """A form that was sent, read."""
    form = Form(struct, {name: [*values] for name, values in sent.items() if values})
    form.read()
    return form
