"""What keeps a rulebook from being published. Each place is named by its path: ``general.2.questions.0.shown_if``. Pure."""

from collections.abc import Iterable

from marketplace.kernel.errors import FieldError
from marketplace.kernel.i18n import message
from onboarding.rulebooks.language import RulebookContent, placed_groups


def contradictions(content: RulebookContent) -> list[FieldError]:
    return [*_repeated_keys(content)]


def _repeated_keys(content: RulebookContent) -> Iterable[FieldError]:
    seen: set[str] = set()
    for path, group, _ in placed_groups(content):
        places = [(f"{path}.key", group.key)]
        places += [(f"{path}.questions.{n}.key", question.key) for n, question in enumerate(group.questions)]
        for place, key in places:
            if key in seen:
                yield FieldError(place, message("The key {key} is used twice.", key=key))
            seen.add(key)
