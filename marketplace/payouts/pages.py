"""The pages of settlement and payment: the organiser's finance settles and follows, the provider sees what comes when."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Annotated, Any, Final
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.params import FromPath, QueryParameter

from marketplace.kernel.actors import Actor, Role
from marketplace.kernel.clock import today
from marketplace.kernel.errors import DomainError
from marketplace.kernel.i18n import Message, counted, message
from marketplace.kernel.money import Money
from marketplace.payouts import by_hand, statements
from marketplace.payouts.schemas import BankPayment, PayoutView, SettlementOrder, SettlementResult, StatementView
from marketplace.payouts.settlements import run_settlement
from marketplace.payouts.statement_csv import file_name, statement_csv
from marketplace.payouts.states import FINANCE as BY_FINANCE
from marketplace.payouts.states import Capability, PayoutAction, may
from marketplace.payouts.words import STATUS_WORDS, TONES, explain, explain_to_provider
from marketplace.web.forms import Form, empty_form, filled_form, read_form
from marketplace.web.idempotency import idempotent
from marketplace.web.navigation import Desk, add_to_navigation
from marketplace.web.security import Caller, allow
from marketplace.web.templating import flash, redirect
from marketplace.web.templating import page as show

AnyRequest = Request[Any, Any, Any]
PageNumber = Annotated[int, QueryParameter(ge=1, le=100_000)]
FINANCE = allow(Role.FINANCE)
ORGANISER = allow(Role.FINANCE, Role.ORGANISER_ADMIN)
PROVIDER = allow(Role.PROVIDER_ADMIN)
SETTLEMENTS: Final = "/organiser/settlements"
PAYMENTS: Final = "/provider/payments"

add_to_navigation(
    Desk.ORGANISER, message("Settlements"), SETTLEMENTS, order=70, roles=frozenset({Role.FINANCE, Role.ORGANISER_ADMIN})
)
add_to_navigation(Desk.PROVIDER, message("Payments"), PAYMENTS, order=70, roles=frozenset({Role.PROVIDER_ADMIN}))


@get(SETTLEMENTS, guards=[ORGANISER], include_in_schema=False)
async def show_settlements(request: AnyRequest, actor: Caller, page: PageNumber = 1) -> Response[str]:
    """What is owed and paid, the form that settles, and all statements."""
    end_of_last_month = today().replace(day=1) - timedelta(days=1)
    return await _settlements(request, actor, filled_form(SettlementOrder(until_day=end_of_last_month)), number=page)


@post(SETTLEMENTS, guards=[FINANCE], include_in_schema=False)
async def send_settlement(request: AnyRequest, actor: Caller) -> Response[Any]:
    """Settles up to the day that was given."""
    form = await read_form(request, SettlementOrder)
    if form.ok:
        try:
            result = await idempotent(
                request,
                lambda: run_settlement(actor, statements.paying_organiser(actor), form.data.until_day),
                SettlementResult,
            )
        except DomainError as error:
            form.failed(error)
        else:
            flash(request, _what_was_settled(result))
            return redirect(SETTLEMENTS)
    return await _settlements(request, actor, form, status_code=422)


def _what_was_settled(result: SettlementResult) -> Message:
    if result.run_id is None:
        return message("There was nothing new to settle.")
    return counted(
        "{count} statement was made, {sum} in all. It is being paid now.",
        "{count} statements were made, {sum} in all. They are being paid now.",
        count=len(result.statements),
        sum=Money(result.total_cents),
    )


async def _settlements(
    request: AnyRequest, actor: Actor, form: Form[SettlementOrder], *, number: int = 1, status_code: int = 200
) -> Response[str]:
    return show(
        request, "payouts/settlements.html", status_code=status_code, form=form, may_settle=actor.has_role(Role.FINANCE),
        sums=await statements.organiser_sums(actor), found=await statements.list_statements(actor, number),
        list=SETTLEMENTS, status_words=STATUS_WORDS, tones=TONES,
    )  # fmt: skip


@get(f"{SETTLEMENTS}/{{statement_id:uuid}}", guards=[ORGANISER], include_in_schema=False)
async def show_organiser_statement(request: AnyRequest, actor: Caller, statement_id: FromPath[UUID]) -> Response[str]:
    """A statement with its visits, how its payment stands and what can be done."""
    return await _organiser_statement(request, actor, statement_id, empty_form(BankPayment))


async def _organiser_statement(
    request: AnyRequest, actor: Actor, statement_id: UUID, form: Form[BankPayment], status_code: int = 200
) -> Response[str]:
    statement = await statements.get_statement(actor, statement_id)
    payout, is_finance = statement.summary.payout, actor.has_role(Role.FINANCE)
    return show(
        request, "payouts/organiser_statement.html", status_code=status_code, statement=statement, form=form,
        home=f"{SETTLEMENTS}/{statement_id}", list=SETTLEMENTS, status_words=STATUS_WORDS, tones=TONES,
        explanation=explain(payout), may_retry=is_finance and may(payout.status, Capability.BE_TRIED_AGAIN),
        may_record=is_finance and BY_FINANCE.allows(payout.status, PayoutAction.RECORD_BANK_PAYMENT),
    )  # fmt: skip


@post(f"{SETTLEMENTS}/{{statement_id:uuid}}/retry", guards=[FINANCE], include_in_schema=False)
async def send_retry(request: AnyRequest, actor: Caller, statement_id: FromPath[UUID]) -> Response[Any]:
    """Tries the statement's failed payment again."""
    statement = await statements.get_statement(actor, statement_id)
    await idempotent(request, lambda: by_hand.retry_payout(actor, statement.summary.payout.id), PayoutView)
    flash(request, message("The payment is being sent again."))
    return redirect(f"{SETTLEMENTS}/{statement_id}")


@post(f"{SETTLEMENTS}/{{statement_id:uuid}}/bank-payment", guards=[FINANCE], include_in_schema=False)
async def send_bank_payment(request: AnyRequest, actor: Caller, statement_id: FromPath[UUID]) -> Response[Any]:
    """Records that the statement was paid by the organiser's own bank transfer."""
    form = await read_form(request, BankPayment)
    if form.ok:
        payout = (await statements.get_statement(actor, statement_id)).summary.payout
        try:
            await idempotent(request, lambda: by_hand.record_bank_payment(actor, payout.id, form.data), PayoutView)
        except DomainError as error:
            form.failed(error)
        else:
            flash(request, message("The bank transfer was recorded."))
            return redirect(f"{SETTLEMENTS}/{statement_id}")
    return await _organiser_statement(request, actor, statement_id, form, 422)


@get(f"{SETTLEMENTS}/{{statement_id:uuid}}/visits.csv", guards=[ORGANISER], include_in_schema=False)
async def download_organiser_statement(actor: Caller, statement_id: FromPath[UUID]) -> Response[str]:
    """The visits of a statement as a file."""
    return _file(await statements.get_statement(actor, statement_id))


@get(PAYMENTS, guards=[PROVIDER], include_in_schema=False)
async def show_payments(request: AnyRequest, actor: Caller, page: PageNumber = 1) -> Response[str]:
    """What the provider has earned, what is coming when, and why something waits."""
    found = await statements.list_statements(actor, page)
    return show(
        request, "payouts/payments.html", sums=await statements.provider_sums(actor), found=found, list=PAYMENTS,
        status_words=STATUS_WORDS, tones=TONES, explain=explain_to_provider,
        waits=any(each.payout.waiting_for for each in found.statements),
    )  # fmt: skip


@get(f"{PAYMENTS}/{{statement_id:uuid}}", guards=[PROVIDER], include_in_schema=False)
async def show_provider_statement(request: AnyRequest, actor: Caller, statement_id: FromPath[UUID]) -> Response[str]:
    """A statement with its visits and how its payment stands."""
    statement = await statements.get_statement(actor, statement_id)
    return show(
        request, "payouts/provider_statement.html", statement=statement, home=f"{PAYMENTS}/{statement_id}",
        list=PAYMENTS, status_words=STATUS_WORDS, tones=TONES, explanation=explain_to_provider(statement.summary.payout),
    )  # fmt: skip


@get(f"{PAYMENTS}/{{statement_id:uuid}}/visits.csv", guards=[PROVIDER], include_in_schema=False)
async def download_provider_statement(actor: Caller, statement_id: FromPath[UUID]) -> Response[str]:
    """The visits of a statement as a file."""
    return _file(await statements.get_statement(actor, statement_id))


def _file(statement: StatementView) -> Response[str]:
    headers = {"content-disposition": f'attachment; filename="{file_name(statement)}"'}
    return Response(statement_csv(statement), media_type="text/csv", headers=headers)


ROUTES: Sequence[Any] = [
    show_settlements, send_settlement, show_organiser_statement, send_retry, send_bank_payment,
    download_organiser_statement, show_payments, show_provider_statement, download_provider_statement,
]  # fmt: skip
