"""A month before it happens: weekly visits become the visits of one month, and those become totals.

The days and bands of a month are worked out once (``month_plan``) and then priced by as many price lists as there are
(``estimate``, or ``months.MonthPricer`` for very many), each as exactly as the visits themselves will be: every visit is
rounded on its own. The door to ``weeks`` and ``months``.
"""

from marketplace.pricing.months import EstimateLine, MonthEstimate, MonthPricer, estimate
from marketplace.pricing.weeks import (
    MAX_EVERY_WEEKS,
    MOST_UNITS,
    DatedVisit,
    MonthPlan,
    Pause,
    PlannedVisits,
    Weekday,
    WeeklyVisit,
    check_pauses,
    check_schedule,
    month_plan,
    month_visits,
    plan_of,
    units_plan,
    visit_days,
    weekly_count,
    whole_month_plan,
)

__all__ = [
    "MAX_EVERY_WEEKS",
    "MOST_UNITS",
    "DatedVisit",
    "EstimateLine",
    "MonthEstimate",
    "MonthPlan",
    "MonthPricer",
    "Pause",
    "PlannedVisits",
    "Weekday",
    "WeeklyVisit",
    "check_pauses",
    "check_schedule",
    "estimate",
    "month_plan",
    "month_visits",
    "plan_of",
    "units_plan",
    "visit_days",
    "weekly_count",
    "whole_month_plan",
]
