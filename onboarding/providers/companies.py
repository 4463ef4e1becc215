"""Looking a company up: facts where the business register answers, and a way on by hand where it does not."""

from functools import cache
from typing import Protocol

from marketplace.kernel.config import get_config
from onboarding.providers.business_ids import read_business_id
from onboarding.providers.schemas import CompanyFacts, LookUp
from onboarding.providers.ytj import HttpCompanyRegister, YtjError
from onboarding.providers.ytj_double import double_register


class CompanyRegister(Protocol):
    """Where company facts come from."""

    @property
    def is_double(self) -> bool:
        """True when the local double answers: pages say so."""
        ...

    async def look_up(self, business_id: str) -> CompanyFacts | None:
        """The facts of a company, or None where the register knows none with this business id.

        Raises:
            YtjError: no usable answer.
        """
        ...


@cache
def company_register() -> CompanyRegister:
    """The register that serves: YTJ itself where ``YTJ_URL`` is set, the local double otherwise."""
    address = get_config().ytj_url
    return HttpCompanyRegister(address) if address else double_register()


async def look_up(text: str, *, register: CompanyRegister | None = None) -> LookUp:
    """Looks a company up by what a person typed. Never called inside a transaction: it waits for the outside.

    Raises:
        Invalid: the business id is none; that YTJ is down is no error but an answer without facts.
    """
    business_id = read_business_id(text)
    try:
        return LookUp(await (register or company_register()).look_up(business_id))
    except YtjError:
        return LookUp(is_answered=False)
