"""What Stripe still wants of a provider, in plain words. A name that we do not know is shown as Stripe writes it."""

from collections.abc import Iterable, Mapping
from typing import Final

from marketplace.kernel.i18n import Message, message

_TERMS = message("Acceptance of Stripe's terms")
_ADDRESS = message("Address of the company")
_IDS = message("Business ID or other register number of the company")
_BANK = message("Bank account to which money is paid")
_DOCUMENT = message("Document that proves the company's existence")
_NAME = message("Registered name of the company")
_PHONE = message("Telephone number of the company")
_PERSON_NAME = message("First and last name of a person")
_PERSON_BORN = message("Date of birth of a person")
_PERSON_ADDRESS = message("Home address of a person")
_PERSON_PHONE = message("Telephone number of a person")
_PERSON_MAIL = message("E-mail address of a person")
_PERSON_DOCUMENT = message("Proof of a person's identity")
_REPRESENTATIVE = message("Person who represents the company")
_OWNERS = message("Owners of the company")
_DIRECTORS = message("Members of the board")
_EXECUTIVES = message("Managers of the company")
_WEBSITE = message("Website or description of what is sold")
_FIELD = message("Line of business")

_WORDS: Final[Mapping[str, Message]] = {
    "identity.attestations.terms_of_service": _TERMS,
    "tos_acceptance": _TERMS,
    "identity.business_details.address": _ADDRESS,
    "company.address": _ADDRESS,
    "identity.business_details.id_numbers": _IDS,
    "company.tax_id": _IDS,
    "company.vat_id": _IDS,
    "identity.business_details.documents": _DOCUMENT,
    "company.verification.document": _DOCUMENT,
    "identity.business_details.registered_name": _NAME,
    "company.name": _NAME,
    "identity.business_details.phone": _PHONE,
    "company.phone": _PHONE,
    "configuration.recipient.default_outbound_destination": _BANK,
    "configuration.merchant.default_outbound_destination": _BANK,
    "external_account": _BANK,
    "identity.individual.given_name": _PERSON_NAME,
    "identity.individual.surname": _PERSON_NAME,
    "individual.first_name": _PERSON_NAME,
    "individual.last_name": _PERSON_NAME,
    "identity.individual.date_of_birth": _PERSON_BORN,
    "individual.dob": _PERSON_BORN,
    "identity.individual.address": _PERSON_ADDRESS,
    "individual.address": _PERSON_ADDRESS,
    "identity.individual.phone": _PERSON_PHONE,
    "individual.phone": _PERSON_PHONE,
    "identity.individual.email": _PERSON_MAIL,
    "individual.email": _PERSON_MAIL,
    "identity.individual.documents": _PERSON_DOCUMENT,
    "individual.verification": _PERSON_DOCUMENT,
    "individual.id_number": _PERSON_DOCUMENT,
    "identity.representative": _REPRESENTATIVE,
    "representative": _REPRESENTATIVE,
    "identity.owners": _OWNERS,
    "identity.attestations.ownership_declaration": _OWNERS,
    "identity.attestations.persons_provided.owners": _OWNERS,
    "owners": _OWNERS,
    "company.owners_provided": _OWNERS,
    "identity.attestations.directorship_declaration": _DIRECTORS,
    "identity.attestations.persons_provided.directors": _DIRECTORS,
    "directors": _DIRECTORS,
    "company.directors_provided": _DIRECTORS,
    "identity.attestations.persons_provided.executives": _EXECUTIVES,
    "executives": _EXECUTIVES,
    "company.executives_provided": _EXECUTIVES,
    "defaults.profile.business_url": _WEBSITE,
    "defaults.profile.product_description": _WEBSITE,
    "business_profile.url": _WEBSITE,
    "business_profile.product_description": _WEBSITE,
    "configuration.merchant.mcc": _FIELD,
    "business_profile.mcc": _FIELD,
}


def requirements_in_words(names: Iterable[str]) -> list[Message | str]:
    """What is missing, each thing once: in words where we know the name, else the name itself."""
    found = [_in_words(name) for name in names]
    return [words for place, words in enumerate(found) if words not in found[:place]]


def _in_words(name: str) -> Message | str:
    """A longer name is a part of a shorter one: ``company.address.city`` belongs to ``company.address``."""
    parts = name.split(".")
    known = (_WORDS.get(".".join(parts[:length])) for length in range(len(parts), 0, -1))
    return next((words for words in known if words is not None), name)
