"""What can go wrong in the domain. Each error carries a code for machines and a message for people.

The web layer turns any of these into an RFC 9457 problem document or an error page;
a use case never thinks of HTTP beyond the ``status`` that its error family carries.
"""

from collections.abc import Iterable, Sequence

import msgspec

from marketplace.kernel.i18n import Message, message


class FieldError(msgspec.Struct, frozen=True):
    """One invalid field. ``field`` is the input's own name, with dots and indexes for nested ones: ``bands.2.price``."""

    field: str
    message: Message


class DomainError(Exception):
    """Base of every refusal. ``code`` is stable and documented, ``message`` is translated when shown."""

    status: int = 400
    code: str = "refused"
    default_message: Message = message("This cannot be done.")

    def __init__(self, text: Message | None = None, *, code: str | None = None) -> None:
        self.message = text or self.default_message
        if code is not None:
            self.code = code
        super().__init__(f"{self.code}: {self.message.text}")


class Invalid(DomainError):
    """The input breaks one or more rules; ``fields`` names every one of them at once."""

    status = 422
    code = "invalid"
    default_message = message("Check the answers: something is missing or wrong.")

    def __init__(
        self, fields: Iterable[FieldError] = (), text: Message | None = None, *, code: str | None = None
    ) -> None:
        self.fields: Sequence[FieldError] = tuple(fields)
        super().__init__(text, code=code)

    @classmethod
    def field(cls, name: str, text: Message, *, code: str | None = None) -> "Invalid":
        return cls([FieldError(name, text)], code=code)


class NotSignedIn(DomainError):
    status = 401
    code = "not_signed_in"
    default_message = message("Sign in first.")


class Forbidden(DomainError):
    """The caller may know of the thing but may not do this to it. What must not be known is ``NotFound``."""

    status = 403
    code = "forbidden"
    default_message = message("You do not have the right to do this.")


class NotFound(DomainError):
    status = 404
    code = "not_found"
    default_message = message("This was not found.")


class Conflict(DomainError):
    """The thing is no longer in a state in which this can be done, or somebody was faster."""

    status = 409
    code = "conflict"
    default_message = message("Something changed in the meantime. Look at the page again.")


class IllegalTransition(Conflict):
    code = "illegal_transition"


class Refused(DomainError):
    """A rule says no. The message says which rule, and what can be done."""

    status = 409
    code = "refused"


class TooManyAttempts(DomainError):
    status = 429
    code = "too_many_attempts"
    default_message = message("Too many attempts. Wait a while and try again.")

    def __init__(self, text: Message | None = None, *, retry_after_seconds: int = 60) -> None:
        self.retry_after_seconds = retry_after_seconds
        super().__init__(text)


class Unavailable(DomainError):
    """An outside system did not answer. Nothing was changed; trying again is safe."""

    status = 503
    code = "unavailable"
    default_message = message("A service that we need does not answer right now. Try again in a moment.")
