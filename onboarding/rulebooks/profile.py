"""Which facts of a provider's profile can answer which type of question."""

from collections.abc import Mapping
from typing import Final

from onboarding.rulebooks.language import QuestionType

UNIT: Final = "unit."
"""Facts whose code begins so are of each service unit, all others of the provider."""

FACT_TYPES: Final[Mapping[str, QuestionType]] = {
    "registers.prepayment": QuestionType.YES_NO,
    "registers.employer": QuestionType.YES_NO,
    "registers.vat": QuestionType.YES_NO,
    "registers.trade": QuestionType.YES_NO,
    "soteri.provider_id": QuestionType.TEXT,
    "insurance.liability": QuestionType.YES_NO,
    "insurance.liability.valid_to": QuestionType.DATE,
    "insurance.patient": QuestionType.YES_NO,
    "insurance.patient.valid_to": QuestionType.DATE,
    "certificates.tax": QuestionType.ATTACHMENT,
    "certificates.pension": QuestionType.ATTACHMENT,
    "certificates.accident": QuestionType.ATTACHMENT,
    "certificates.liability": QuestionType.ATTACHMENT,
    "certificates.patient": QuestionType.ATTACHMENT,
    "staff.total": QuestionType.NUMBER,
    "staff.qualified": QuestionType.NUMBER,
    "languages": QuestionType.TEXT,
    "subcontractors.used": QuestionType.YES_NO,
    "premises.accessible": QuestionType.YES_NO,
    "unit.soteri_id": QuestionType.TEXT,
    "unit.self_monitoring_url": QuestionType.TEXT,
    "unit.self_monitoring_on": QuestionType.DATE,
    "unit.staff": QuestionType.NUMBER,
}
