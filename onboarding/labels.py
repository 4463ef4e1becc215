"""Names and tones for pages: of service classes, municipalities, statuses."""

from collections.abc import Iterable, Sequence

from marketplace.kernel.i18n import Language
from marketplace.organisers.reference import is_service_class, municipality, service_class

Groups = list[tuple[str, list[tuple[str, str]]]]


def class_names(codes: Iterable[str], language: Language) -> list[str]:
    return [service_class(code).name.in_language(language) if is_service_class(code) else code for code in codes]


def municipality_names(codes: Iterable[str], language: Language) -> list[str]:
    """In the order of the alphabet."""
    return sorted(municipality(code).name.in_language(language) for code in codes)


def class_options(codes: Sequence[str], language: Language) -> list[tuple[str, str]]:
    return list(zip(codes, class_names(codes, language), strict=True))


def municipality_groups(name: str, codes: Sequence[str], language: Language) -> Groups:
    """One organiser's municipalities under its name, in the order of the alphabet, for ticking."""
    pairs = sorted(((code, municipality(code).name.in_language(language)) for code in codes), key=lambda pair: pair[1])
    return [(name, pairs)]
