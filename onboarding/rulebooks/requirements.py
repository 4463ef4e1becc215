"""What an organiser requires, as data, and what it means: the one door for other rooms. Pure.

``language`` has the words of it, ``asking`` says what is asked of whom, ``answering`` judges answers and
``contradictions`` says what keeps a rulebook from being published.
"""

from onboarding.rulebooks.answering import (
    attachment_problem,
    missing_answers,
    months_before,
    oldest_acceptable,
    read_answer,
)
from onboarding.rulebooks.asking import (
    GroupOfSlots,
    Slot,
    Subject,
    shown_answers,
    slot_key,
    slots_for,
    split_slot,
)
from onboarding.rulebooks.contradictions import contradictions
from onboarding.rulebooks.language import (
    ATTRIBUTES,
    PER_NAMES,
    QUESTION_TYPE_NAMES,
    Answer,
    Answers,
    Choice,
    Condition,
    DecisionTerms,
    Key,
    Per,
    Question,
    QuestionGroup,
    QuestionType,
    Reason,
    RulebookContent,
    ServicePart,
    ServiceTerms,
    groups_for,
    questions_for,
)

__all__ = [
    "ATTRIBUTES",
    "PER_NAMES",
    "QUESTION_TYPE_NAMES",
    "Answer",
    "Answers",
    "Choice",
    "Condition",
    "DecisionTerms",
    "GroupOfSlots",
    "Key",
    "Per",
    "Question",
    "QuestionGroup",
    "QuestionType",
    "Reason",
    "RulebookContent",
    "ServicePart",
    "ServiceTerms",
    "Slot",
    "Subject",
    "attachment_problem",
    "contradictions",
    "groups_for",
    "missing_answers",
    "months_before",
    "oldest_acceptable",
    "questions_for",
    "read_answer",
    "shown_answers",
    "slot_key",
    "slots_for",
    "split_slot",
]
