"""Refusals in the form in which Stripe writes them."""

from typing import Any


class ApiError(Exception):
    """``is_about_parameters``: found before anything was done, so no idempotent answer is kept for it."""

    def __init__(
        self, status: int, message: str, *, type_: str = "invalid_request_error", code: str = "", param: str = ""
    ) -> None:
        self.status = status
        self.type = type_
        self.code = code
        self.param = param
        self.message = message
        self.is_about_parameters = False
        super().__init__(message)

    def body(self) -> dict[str, Any]:
        error = {"type": self.type, "code": self.code, "param": self.param, "message": self.message}
        return {"error": {name: value for name, value in error.items() if value}}


def bad_parameter(code: str, param: str, message: str) -> ApiError:
    error = ApiError(400, message, code=code, param=param)
    error.is_about_parameters = True
    return error


def missing(kind: str, id_: str, param: str = "id", status: int = 404) -> ApiError:
    return ApiError(status, f"No such {kind}: '{id_}'", code="resource_missing", param=param)


def insufficient_balance() -> ApiError:
    return ApiError(400, "You have insufficient available funds in your Stripe account.", code="balance_insufficient")
