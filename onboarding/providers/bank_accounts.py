"""A provider's bank account (IBAN), for organisers who pay by SEPA credit transfer.

The holder's name is typed and compared with the provider's. Where they differ the account is kept all the same, and
finance is shown so: companies do get paid to accounts under another of their names.
"""

import re
import unicodedata
from collections.abc import Iterable
from typing import Final
from uuid import UUID

from stdnum import bic as bic_number
from stdnum.exceptions import ValidationError
from stdnum.iban import format as iban_format
from stdnum.iban import validate as iban_validate

from marketplace.kernel import audit
from marketplace.kernel.actors import Actor
from marketplace.kernel.clock import now
from marketplace.kernel.db import Row, execute, fetch_one, new_id, transactional
from marketplace.kernel.errors import FieldError, Invalid
from marketplace.kernel.i18n import Message, message
from marketplace.notices.receivers import provider_admins
from marketplace.notices.schemas import Notice
from marketplace.notices.writing import notify
from marketplace.stripe.states import PayoutAccountState
from onboarding.providers.registration import provider_of
from onboarding.providers.schemas import BankAccount, BankAccountView, ProviderView
from onboarding.scoping import acting_provider, administered_provider
from onboarding.topics import PAYOUT_ACCOUNT_CHANGED, OfProvider

# Finance Finland's list of the banks' identifiers: the first digits of a Finnish account number name the bank.
FINNISH_BICS: Final = (
    ("405", "HELSFIHH"), ("497", "HELSFIHH"), ("713", "CITIFIHX"), ("799", "HOLVFIHH"), ("31", "HANDFIHH"),
    ("33", "ESSEFIHX"), ("34", "DABAFIHH"), ("36", "SBANFIHH"), ("38", "SWEDFIHH"), ("39", "SBANFIHH"),
    ("1", "NDEAFIHH"), ("2", "NDEAFIHH"), ("5", "OKOYFIHH"), ("6", "AABAFI22"), ("8", "DABAFIHH"),
)  # fmt: skip
OUTSIDE_EEA: Final = frozenset({"AD", "AL", "CH", "GB", "GG", "IM", "JE", "MC", "MD", "ME", "MK", "RS", "SM", "VA"})
"""Countries of SEPA, beyond the European Economic Area, to which a transfer needs the bank's BIC as well."""

_LEGAL_FORMS: Final = frozenset({"oy", "ab", "oyj", "abp", "ry", "rf", "sr", "rs", "tmi", "fma", "ky", "kb", "ltd", "osk"})  # fmt: skip

OF_PROVIDER = "select * from payout_account where provider_id = $1 and kind = 'iban'"
SAVE = """
insert into payout_account (id, provider_id, kind, state, can_receive, requirements_due, problem, attempt, iban, bic,
    holder_name, holder_differs, created_by, created_at, checked_at)
values ($1, $2, 'iban', $3, true, '{}', '', 1, $4, $5, $6, $7, $8, $9, $9)
on conflict (provider_id, kind) do update set iban = excluded.iban, bic = excluded.bic,
    holder_name = excluded.holder_name, holder_differs = excluded.holder_differs, checked_at = excluded.checked_at
"""


@transactional()
async def save_bank_account(actor: Actor, account: BankAccount) -> BankAccountView:
    """Keeps the bank account and tells the provider's administrators when its number changed.

    Raises:
        NotFound: the actor administers no provider.
        Invalid: the IBAN or the BIC is none, or the BIC is missing where a transfer needs it.
    """
    provider = await provider_of(administered_provider(actor))
    iban, bic = _read(account)
    before = await fetch_one(OF_PROVIDER + " for update", provider.id)
    differs = not is_same_holder(account.holder_name, _names_of(provider))
    await execute(
        SAVE, new_id(), provider.id, PayoutAccountState.ACTIVE.value, iban, bic, account.holder_name.strip(), differs,
        actor.person_id, now(),
    )  # fmt: skip
    await audit.record(
        actor, "payout_account.iban_saved", "provider", provider.id,
        before=_traces(before["iban"], before["holder_differs"]) if before else None, after=_traces(iban, differs),
    )  # fmt: skip
    if before is None or before["iban"] != iban:
        await _announce(provider, iban)
    await PAYOUT_ACCOUNT_CHANGED.enqueue(OfProvider(provider.id))
    return _view(await _of(provider.id))


async def my_bank_account(actor: Actor) -> BankAccountView | None:
    """The bank account of the actor's provider; None where none is kept.

    Raises:
        NotFound: the actor acts for no provider.
    """
    return await bank_account_view(acting_provider(actor))


async def bank_account_view(provider_id: UUID) -> BankAccountView | None:
    """A provider's bank account, for finance and the payouts; whom they show it to is theirs to decide."""
    row = await fetch_one(OF_PROVIDER, provider_id)
    return _view(row) if row else None


def bic_of(iban: str) -> str:
    """The BIC of a Finnish account number, where its bank is known; else empty."""
    if not iban.startswith("FI"):
        return ""
    return next((bic for digits, bic in FINNISH_BICS if iban[4:].startswith(digits)), "")


def is_same_holder(typed: str, names: Iterable[str]) -> bool:
    """Whether the name is one of the provider's. Case, punctuation and the legal form (Oy, ry …) make no difference."""
    wanted = _bare(typed)
    return bool(wanted) and any(wanted == _bare(name) for name in names if name)


def _bare(name: str) -> tuple[str, ...]:
    words = re.findall(r"\w+", unicodedata.normalize("NFKC", name).casefold())
    return tuple(word for word in words if word not in _LEGAL_FORMS) or tuple(words)


def _names_of(provider: ProviderView) -> list[str]:
    facts = provider.facts
    return [provider.name, *(facts.parallel_names if facts else ()), *(facts.auxiliary_names if facts else ())]


def _read(account: BankAccount) -> tuple[str, str]:
    """IBAN and BIC without spaces."""
    problems: list[FieldError] = []
    try:
        iban = str(iban_validate(account.iban.strip()))
    except ValidationError:
        iban = ""
        problems.append(FieldError("iban", message("This is not a valid IBAN. Check it for a typing error.")))
    known = bic_of(iban)
    bic = known or re.sub(r"\s", "", account.bic).upper()
    if problem := _bic_problem(iban, bic):
        problems.append(FieldError("bic", problem))
    if problems:
        raise Invalid(problems, code="iban")
    return iban, bic


def _bic_problem(iban: str, bic: str) -> Message | None:
    if bic and not bic_number.is_valid(bic):
        return message("This is not a valid BIC. It has 8 or 11 characters, such as NDEAFIHH.")
    if not bic and iban[:2] in OUTSIDE_EEA:
        return message("Write the BIC of the bank as well: a transfer to this country needs it.")
    return None


async def _announce(provider: ProviderView, iban: str) -> None:
    """A change of account is what a thief would do: every administrator hears of it."""
    await notify(
        await provider_admins(provider.id),
        Notice(
            kind="payout_account.iban_changed", subject=message("Your bank account for payments was changed"),
            paragraphs=[
                message("{name} is now paid to the account that ends in {ends}.", name=provider.name, ends=iban[-4:]),
                message("If none of you changed it, change it back and tell us at once."),
            ],
            path="/provider/payout-account", about="provider", about_id=provider.id, provider_id=provider.id,
        ),
    )  # fmt: skip


def _traces(iban: str, differs: bool) -> dict[str, object]:
    return {"ends": iban[-4:], "holder_differs": differs}


async def _of(provider_id: UUID) -> Row:
    row = await fetch_one(OF_PROVIDER, provider_id)
    assert row is not None
    return row


def _view(row: Row) -> BankAccountView:
    return BankAccountView(
        iban=str(iban_format(row["iban"])), bic=row["bic"], holder_name=row["holder_name"],
        holder_differs=row["holder_differs"],
    )  # fmt: skip
