"""Business registers that misbehave, over httpx's own transport: no network, the real client."""

import httpx

from onboarding.providers.ytj import HttpCompanyRegister
from onboarding.providers.ytj_double import companies


class Ytj:
    """Answers with a status and bytes, or raises; counts how often it was asked."""

    def __init__(self, *answers: httpx.Response | Exception) -> None:
        self.answers = list(answers)
        self.asked = 0

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.asked += 1
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        return answer

    def register(self) -> HttpCompanyRegister:
        return HttpCompanyRegister("https://ytj.example.org", transport=httpx.MockTransport(self))


def found(business_id: str, **changes: object) -> httpx.Response:
    company = {**companies()[business_id], **changes}
    return httpx.Response(200, json={"totalResults": 1, "companies": [company]})


def garbage(text: str = "<html>huoltokatko</html>") -> httpx.Response:
    return httpx.Response(200, text=text)


def down() -> httpx.ConnectError:
    return httpx.ConnectError("connection refused")


def slow() -> httpx.ReadTimeout:
    return httpx.ReadTimeout("no answer in three seconds")
