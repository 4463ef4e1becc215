"""What an application asks for: service classes and municipalities, held against what the organiser takes."""

from collections.abc import Iterable, Sequence

from marketplace.kernel.errors import FieldError
from marketplace.kernel.i18n import message
from marketplace.organisers.reference import is_municipality, is_service_class, municipality, service_class
from marketplace.organisers.schemas import Organiser
from onboarding.rulebooks.requirements import RulebookContent


def scope_problems(
    content: RulebookContent, organiser: Organiser, service_classes: Sequence[str], municipalities: Sequence[str]
) -> list[FieldError]:
    """What is unknown, or not this organiser's to approve. An empty scope has no problem here: a draft may have one."""
    return [*_class_problems(content, service_classes), *_municipality_problems(organiser, municipalities)]


def _class_problems(content: RulebookContent, codes: Sequence[str]) -> Iterable[FieldError]:
    for n, code in enumerate(codes):
        if not is_service_class(code):
            text = message("There is no service class with the code {code}.", code=code[:40])
            yield FieldError(f"service_classes.{n}", text)
        elif code not in content.service_classes:
            text = message("This organiser does not take applications for {name}.", name=service_class(code).name)
            yield FieldError(f"service_classes.{n}", text)


def _municipality_problems(organiser: Organiser, codes: Sequence[str]) -> Iterable[FieldError]:
    for n, code in enumerate(codes):
        if not is_municipality(code):
            text = message("There is no municipality with the code {code}.", code=code[:20])
            yield FieldError(f"municipalities.{n}", text)
        elif not organiser.serves(code):
            text = message("{name} is not in this organiser's area.", name=municipality(code).name)
            yield FieldError(f"municipalities.{n}", text)


def missing_scope(service_classes: Sequence[str], municipalities: Sequence[str]) -> list[FieldError]:
    """What a scope must have before the application is sent."""
    missing: list[FieldError] = []
    if not service_classes:
        missing.append(FieldError("service_classes", message("Choose at least one service.")))
    if not municipalities:
        missing.append(FieldError("municipalities", message("Choose at least one municipality.")))
    return missing
