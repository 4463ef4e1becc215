"""Automatic checks of an application: what a machine can see, with its evidence and its day. People decide.

Pure functions over facts that were loaded before, one file for each group of checks: the same facts and the same rulebook
always give the same findings, today and in ten years.
"""

from onboarding.review.checks import answered, company, documents, others, units
from onboarding.review.checks.facts import CheckFacts, FileFacts
from onboarding.review.schemas import Check
from onboarding.rulebooks.requirements import RulebookContent

__all__ = ["CheckFacts", "FileFacts", "run_checks"]

GROUPS = (company.checks, documents.checks, units.checks, answered.checks, others.checks)


def run_checks(facts: CheckFacts, content: RulebookContent) -> list[Check]:
    """Every check of an application, in the order in which a reviewer reads them."""
    return [check for group in GROUPS for check in group(facts, content)]
