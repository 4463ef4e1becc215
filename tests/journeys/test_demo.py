"""`marketplace demo`: the main job from the first visit to money in the bank, told step by step."""

import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import msgspec
import pytest

from marketplace.demo import journey
from marketplace.demo.acts import Acts
from marketplace.demo.api import Api, DemoFailed, until
from marketplace.kernel.config import Config, get_config
from tests.journeys.machine import ROOT, environment, eventually, processes_over

STEPS = [
    "start", "register_person", "register_company", "apply", "request_information", "answer", "approve", "register",
    "payout_account", "draft_offer", "publish_offer", "search", "compare", "client", "plan", "voucher", "agreement",
    "visit_weekday", "visit_saturday", "visit_sunday", "duplicate_visit", "settle", "payout", "verify_ledger",
    "trial_balance",
]  # fmt: skip


@pytest.fixture(scope="module")
def told() -> dict[str, dict]:
    """The lines of a whole demonstration, by step."""
    done = subprocess.run(
        [sys.executable, "-m", "marketplace", "demo", "--json"], cwd=ROOT, env=environment(), capture_output=True,
        text=True, check=False, timeout=110,
    )  # fmt: skip
    lines = [msgspec.json.decode(line) for line in done.stdout.splitlines()]
    assert done.returncode == 0, done.stdout + done.stderr
    assert [line["step"] for line in lines] == STEPS
    return {line["step"]: line for line in lines}


def test_every_step_is_good_and_names_what_it_made(told: dict[str, dict]) -> None:
    assert all(line["ok"] is True for line in told.values())
    assert all(len(line) > 2 for line in told.values())


def test_input_is_real(told: dict[str, dict]) -> None:
    assert told["draft_offer"]["prices_from"] == "Kenest hoiva"
    assert told["draft_offer"]["prices_cents"]["weekday_day"] == 3855
    assert told["draft_offer"]["prices_cents"]["sunday_holiday"] == 7710
    assert told["voucher"]["value_per_hour_cents"] == 3487
    assert told["search"]["query"]["municipality"] == "Helsinki"


def test_visits_cost_what_price_list_and_voucher_say(told: dict[str, dict]) -> None:
    """The organiser pays 34.87 an hour at most; every visit has a fee of 4.90 that no voucher pays."""
    visits = {day: told[f"visit_{day}"] for day in ("weekday", "saturday", "sunday")}
    assert visits["weekday"]["payer_cents"] == 5231  # 1.5 h
    assert visits["saturday"]["payer_cents"] == 3487  # 1 h
    assert visits["sunday"]["payer_cents"] == 4359  # 1.25 h
    assert visits["sunday"]["price_cents"] == 9638 + 490
    for visit in visits.values():
        assert visit["price_cents"] == visit["payer_cents"] + visit["own_share_cents"]


def test_refusal_gives_its_reason(told: dict[str, dict]) -> None:
    assert told["duplicate_visit"]["code"] == "duplicate_visit"
    assert told["duplicate_visit"]["reason"]


def test_money_is_the_same_from_visit_to_bank(told: dict[str, dict]) -> None:
    last = told["trial_balance"]
    assert list(last) == ["step", "ok", "debits_cents", "credits_cents", "paid_cents", "own_share_cents"]
    visits = [told[f"visit_{day}"] for day in ("weekday", "saturday", "sunday")]
    assert last["debits_cents"] == last["credits_cents"] > 0
    assert last["paid_cents"] == sum(visit["payer_cents"] for visit in visits) == told["payout"]["amount_cents"]
    assert last["own_share_cents"] == sum(visit["own_share_cents"] for visit in visits)
    assert told["payout"]["status"] == "paid"


# --- for people, and when something is wrong -------------------------------------------------------------------------


@pytest.fixture
def scratch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Scratch folders of this test only, and afterwards the settings of the test run again."""
    folder = Path(tempfile.mkdtemp(prefix="setelitori-test-demo-"))
    folder.chmod(0o755)
    before = dict(os.environ)
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    yield folder
    os.environ.clear()
    os.environ.update(before)
    get_config.cache_clear()
    assert list(folder.iterdir()) == []
    folder.rmdir()


def test_people_read_lines_with_ticks_and_what_failed(
    scratch: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """As JSON the same is told by the whole demonstration above and by the interrupted one."""

    def breaks(self: Acts) -> dict[str, object]:
        raise DemoFailed("no company today")

    monkeypatch.setattr(Acts, "_register_company", breaks)
    assert journey.run_demo(Config(), as_json=False) == 1
    lines = capsys.readouterr().out
    assert lines.count("✓") == STEPS.index("register_company")
    assert "✗" in lines
    assert lines.rstrip().endswith("no company today")
    assert processes_over(scratch) == []


def test_people_read_sums_in_euros(capsys: pytest.CaptureFixture[str]) -> None:
    journey.Narrator(as_json=False).trial_balance({"paid_cents": 123_45})
    assert "paid: 123.45 €" in capsys.readouterr().out


def test_interrupted_demonstration_leaves_nothing(tmp_path: Path) -> None:
    with tempfile.TemporaryDirectory(prefix="setelitori-test-demo-") as folder:
        Path(folder).chmod(0o755)
        with subprocess.Popen(
            [sys.executable, "-m", "marketplace", "demo", "--json"], cwd=ROOT, stdout=subprocess.PIPE, text=True,
            env={**environment(), "TMPDIR": folder}, start_new_session=True,
        ) as process:  # fmt: skip
            assert process.stdout is not None
            assert msgspec.json.decode(process.stdout.readline())["step"] == "start"
            process.send_signal(signal.SIGINT)
            assert msgspec.json.decode(process.stdout.read().splitlines()[-1])["ok"] is False
            assert process.wait(timeout=30) == 1
        assert eventually(lambda: processes_over(Path(folder)) == [])
        assert list(Path(folder).iterdir()) == []


def test_unbalanced_sums_are_a_failure() -> None:
    class Proof:
        debits_cents, credits_cents = 100, 100

    class Told:
        cents_of_visits, paid_cents = (60, 40), 60

    assert journey._sums(Proof(), Told())["paid_cents"] == 60
    Told.paid_cents = 59
    with pytest.raises(Exception, match="59 were paid"):
        journey._sums(Proof(), Told())
    Proof.credits_cents = 99
    with pytest.raises(Exception, match="differ"):
        journey._sums(Proof(), Told())


def test_waiting_in_vain_is_a_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("marketplace.demo.api.PATIENCE_SECONDS", 0.05)
    with pytest.raises(DemoFailed, match="a miracle"):
        until("a miracle", lambda: None)


def test_refusal_that_does_not_come_is_a_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    import httpx

    api = Api("http://127.0.0.1:1")
    monkeypatch.setattr(api, "_http", httpx.Client(base_url="http://x", transport=httpx.MockTransport(lambda _: httpx.Response(200, json={}))))  # fmt: skip
    with pytest.raises(DemoFailed, match="should have been refused"):
        api.refusal_of("/provider/visits", {})
    api.close()
