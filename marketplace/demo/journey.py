"""``marketplace demo``: the main job from the first visit to money in the bank, on a scratch stack of real processes."""

import asyncio
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Mapping
from contextlib import closing
from pathlib import Path
from typing import TypeVar

import click
import msgspec

from marketplace.accounts.passwords import hash_password
from marketplace.demo.acts import Acts, Staff
from marketplace.demo.organisers import make_organiser, make_staff
from marketplace.demo.people import PASSWORD, SHOWN, describe
from marketplace.kernel import db
from marketplace.kernel.config import Config, get_config
from marketplace.kernel.embedded_postgres import free_port
from marketplace.kernel.migrations import migrate
from marketplace.ledger.proof import Proof, verify
from marketplace.run import Stack, StackError, scratch_config

T = TypeVar("T")
ORGANISER = "helsinki"


class Narrator:
    """Tells each step: one JSON object a line, or a line with a tick for people."""

    def __init__(self, *, as_json: bool) -> None:
        self._as_json = as_json
        self._began = time.monotonic()

    def done(self, step: str, title: str, made: Mapping[str, object]) -> None:
        if self._as_json:
            self._line({"step": step, "ok": True, **made})
            return
        facts = "  ".join(f"{name}: {_short(value)}" for name, value in made.items())
        click.echo(f"{time.monotonic() - self._began:5.1f} s  ✓ {title}\n            {facts}")

    def failed(self, step: str, title: str, error: BaseException) -> None:
        words = "interrupted" if isinstance(error, KeyboardInterrupt) else str(error) or type(error).__name__
        if self._as_json:
            self._line({"step": step, "ok": False, "error": words})
        else:
            click.echo(f"{time.monotonic() - self._began:5.1f} s  ✗ {title}\n            {words}")

    def trial_balance(self, sums: Mapping[str, int]) -> None:
        if self._as_json:
            self._line({"step": "trial_balance", "ok": True, **sums})
            return
        euros = {name.removesuffix("_cents").replace("_", " "): f"{cents / 100:,.2f} €" for name, cents in sums.items()}
        self.done("trial_balance", "The books balance", euros)

    def _line(self, line: Mapping[str, object]) -> None:
        click.echo(msgspec.json.encode(line).decode())
        sys.stdout.flush()


def run_demo(config: Config, *, as_json: bool) -> int:
    """Walks the whole job and returns the exit status: 0 only where every step did what it should."""
    narrator = Narrator(as_json=as_json)
    scratch = Path(tempfile.mkdtemp(prefix="setelitori-demo-"))
    scratch.chmod(0o755)
    step, title = "start", "A scratch stack starts: database, Stripe double, web, worker"
    try:
        with Stack(scratch_config(config, scratch), port=free_port(), fast=True) as stack:
            staff = _start(stack)
            narrator.done(step, title, {"address": stack.local_url, "organiser": staff.organiser})
            with closing(Acts(stack.local_url, stack.environment["STRIPE_API_URL"], staff)) as acts:
                for step, title, act in acts.in_order():
                    narrator.done(step, title, act())
            step, title = "verify_ledger", "The ledger is proven entry by entry"
            proof = _proven()
            narrator.done(step, title, {"transactions": proof.transactions, "entries": proof.entries})
            step, title = "trial_balance", "The books balance"
            narrator.trial_balance(_sums(proof, acts))
    except (Exception, KeyboardInterrupt) as error:
        narrator.failed(step, title, error)
        return 1
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    return 0


def _start(stack: Stack) -> Staff:
    """Brings the stack up. The organiser and its people are made by use cases: nobody registers an organiser online."""
    os.environ.update(stack.environment)
    get_config.cache_clear()
    staff = _within_database(_prepare)
    stack.serve()
    return staff


async def _prepare() -> Staff:
    await migrate()
    await db.start_pool(4)
    organiser = await make_organiser(ORGANISER)
    async with db.unit_of_work():
        await make_staff(organiser, ORGANISER, await hash_password(PASSWORD))
        people = [
            await describe(email)
            for email in SHOWN
            if email.partition("@")[0] in {"reviewer", "manager", "finance", "admin"}
        ]
    return Staff(str(organiser.id), organiser.name.fi, {person.email.partition("@")[0]: person for person in people})


def _proven() -> Proof:
    proof = _within_database(verify)
    if not proof.ok:
        raise StackError(f"the ledger does not hold: {proof.broken}")
    return proof


def _sums(proof: Proof, acts: Acts) -> Mapping[str, int]:
    """The totals; they must agree with each other, with the visits and with what Stripe paid."""
    payer, own_share = acts.cents_of_visits
    if proof.debits_cents != proof.credits_cents:
        raise StackError(f"debits {proof.debits_cents} and credits {proof.credits_cents} differ")
    if acts.paid_cents != payer:
        raise StackError(f"the visits cost the organiser {payer} cents, and {acts.paid_cents} were paid")
    return {
        "debits_cents": proof.debits_cents,
        "credits_cents": proof.credits_cents,
        "paid_cents": acts.paid_cents,
        "own_share_cents": own_share,
    }


def _within_database(work: Callable[[], Awaitable[T]]) -> T:
    async def within() -> T:
        db.use_database(get_config().database_url)
        try:
            return await work()
        finally:
            await db.stop_pool()

    return asyncio.run(within())


def _short(value: object) -> str:
    text = value if isinstance(value, str) else msgspec.json.encode(value).decode()
    return text if len(text) <= 60 else f"{text[:57]}..."
