"""A stand-in for YTJ: answers in its v3 format, inside this process, where no address of YTJ is configured.

It knows one real company, from YTJ's open data (PRH and Tax Administration, CC BY 4.0), and a handful of made-up ones
whose business ids are of a kind that was never given out (they begin with four zeros). Any other id is unknown to it.
Every page that shows its facts says where they come from.
"""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final

import httpx
import msgspec
import yaml

from onboarding.providers.schemas import FactsSource
from onboarding.providers.ytj import HttpCompanyRegister

DATA: Final = Path(__file__).parent / "data"
DOUBLE_URL: Final = "https://ytj.double.invalid"
_REGISTERS: Final = {"trade": "1", "prepayment": "5", "vat": "6", "employer": "7"}
_FORMS: Final = {
    "company": ("16", "Osakeyhtiö", "Aktiebolag", "Limited company"),
    "association": ("6", "Aatteellinen yhdistys", "Ideell förening", "Non-profit association"),
    "foundation": ("18", "Säätiö", "Stiftelse", "Foundation"),
    "sole_trader": ("26", "Yksityinen elinkeinonharjoittaja", "Enskild näringsidkare", "Private trader"),
}


def double_register() -> HttpCompanyRegister:
    """The register that serves while ``YTJ_URL`` is empty."""
    return HttpCompanyRegister(DOUBLE_URL, transport=httpx.MockTransport(answer), source=FactsSource.YTJ_DOUBLE)


def answer(request: httpx.Request) -> httpx.Response:
    """What YTJ would say to ``GET /companies?businessId=…``."""
    found = companies().get(request.url.params.get("businessId", ""))
    listed = [found] if found else []
    return httpx.Response(200, json={"totalResults": len(listed), "companies": listed})


@cache
def companies() -> Mapping[str, Mapping[str, Any]]:
    """Every company that the double knows, by business id, in YTJ's own format."""
    real = msgspec.json.decode((DATA / "ytj_samples.json").read_bytes())["companies"]
    made_up = yaml.safe_load((DATA / "demo_companies.yaml").read_text())
    known = [*real, *(_as_ytj_writes(company) for company in made_up)]
    return {company["businessId"]["value"]: company for company in known}


def _as_ytj_writes(company: Mapping[str, Any]) -> Mapping[str, Any]:
    registered = company["registered"]
    code, *names = _FORMS[company.get("kind", "company")]
    return {
        "businessId": {"value": company["business_id"], "registrationDate": registered, "source": "3"},
        "names": [{"name": company["name"], "type": "1", "registrationDate": registered, "version": 1, "source": "1"}],
        "mainBusinessLine": {"type": "88101", "descriptions": _described(company["line"]), "source": "2"},
        "companyForms": [{"type": code, "descriptions": _described(names), "registrationDate": registered}],
        "companySituations": [{"type": code, "registrationDate": registered} for code in company.get("situations", ())],
        "registeredEntries": [
            {"type": "1", "register": _REGISTERS[name], "authority": "1", "registrationDate": registered}
            for name in company.get("registers", _REGISTERS)
        ],
        "addresses": [_address(company)],
        "tradeRegisterStatus": "1",
        "status": "2",
        "registrationDate": registered,
    }


def _described(texts: list[str]) -> list[Mapping[str, str]]:
    return [{"languageCode": str(n), "description": text} for n, text in enumerate(texts, start=1)]


def _address(company: Mapping[str, Any]) -> Mapping[str, Any]:
    street, postal_code, city, municipality = company["address"]
    office = {"city": city.upper(), "languageCode": "1", "municipalityCode": municipality}
    return {"type": 1, "street": street, "postCode": postal_code, "postOffices": [office]}
