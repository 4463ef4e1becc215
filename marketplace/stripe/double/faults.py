"""Faults on demand: what happens to the next requests. Asked for with ``POST /_double/faults``."""

from enum import StrEnum

import msgspec

from marketplace.stripe.double.errors import ApiError


class FaultKind(StrEnum):
    RATE_LIMIT = "rate_limit"
    SERVER_ERROR = "server_error"
    LOCK_TIMEOUT = "lock_timeout"
    DROP = "drop"
    DROP_AFTER_ACTING = "drop_after_acting"
    TIMEOUT_AFTER_ACTING = "timeout_after_acting"


AFTER_ACTING = frozenset({FaultKind.DROP_AFTER_ACTING, FaultKind.TIMEOUT_AFTER_ACTING})


class Fault(msgspec.Struct, forbid_unknown_fields=True):
    """Hits the next ``times`` requests whose path starts with ``path``. ``seconds`` is how long a time-out waits."""

    kind: FaultKind
    path: str = "/v"
    method: str = ""
    times: int = 1
    seconds: float = 30


class Faults:
    def __init__(self) -> None:
        self.waiting: list[Fault] = []

    def add(self, fault: Fault) -> None:
        self.waiting.append(fault)

    def clear(self) -> None:
        self.waiting.clear()

    def take(self, method: str, path: str) -> Fault | None:
        """The fault for this request, used up by it."""
        for fault in self.waiting:
            if path.startswith(fault.path) and fault.method in ("", method):
                fault.times -= 1
                if fault.times <= 0:
                    self.waiting.remove(fault)
                return fault
        return None


def refusal(kind: FaultKind) -> ApiError | None:
    """The error answer of the kinds that have one."""
    match kind:
        case FaultKind.RATE_LIMIT:
            return ApiError(429, "Too many requests hit the API too quickly.", code="rate_limit")
        case FaultKind.LOCK_TIMEOUT:
            return ApiError(409, "This object cannot be accessed right now.", code="lock_timeout")
        case FaultKind.SERVER_ERROR:
            return ApiError(500, "An unknown error occurred.", type_="api_error")
        case _:
            return None
