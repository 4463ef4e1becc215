"""The main job, act by act, through the HTTP API. Each act returns what was made; whatever is not as it should be raises."""

from collections.abc import Callable, Mapping
from datetime import date, datetime, time, timedelta
from typing import Any

import httpx
import msgspec

from marketplace.catalogue.sheets.price_import import import_prices, shipped_rows
from marketplace.demo.api import Api, DemoFailed, until
from marketplace.demo.applying import answers_to
from marketplace.demo.papers import certificate
from marketplace.demo.people import PASSWORD, DemoPerson
from marketplace.kernel.calendar import DayType, day_types
from marketplace.kernel.clock import HELSINKI, today
from marketplace.kernel.i18n import Text
from onboarding.rulebooks.requirements import RulebookContent, Subject

Made = Mapping[str, object]
Act = Callable[[], Made]

BUSINESS_ID = "0000104-6"
PRICE_LIST = "Kenest hoiva"
SERVICE = "V-HOMECARE-REG"
HELSINKI_CODE = "091"
UNIT = {
    "name": "Hakaniemen tiimi",
    "municipality": HELSINKI_CODE,
    "soteri_id": "S-104104",
    "self_monitoring_url": "https://hoiva.example/plan",
    "staff": 18,
}
"""The service unit that does the work; the City's rulebook asks about each."""
VOUCHER_CODE = "HKI-HOMECARE"
VALUE_PER_HOUR_CENTS = 3487
"""Helsinki's published rule for a household of one with 1,500 € a month."""
LOOK_BACK_DAYS = 13
PLAIN_DAYS = {0: DayType.WEEKDAY, 5: DayType.SATURDAY, 6: DayType.SUNDAY}


class Staff(msgspec.Struct, frozen=True):
    """What was prepared by use cases: the organiser and its people, who are let in by somebody else in real life."""

    organiser_id: str
    organiser: str
    people: dict[str, DemoPerson]


class Acts:
    """The journey's memory: who is signed in, and the ids that one act leaves to the next."""

    def __init__(self, base_url: str, stripe_url: str, staff: Staff) -> None:
        self._base_url = base_url
        self._stripe_url = stripe_url
        self._staff = staff
        self._apis: list[Api] = []
        self._public = self._api()
        self._provider = self._api()
        self._ids: dict[str, Any] = {}
        self._visits: list[Mapping[str, Any]] = []

    def close(self) -> None:
        for api in self._apis:
            api.close()

    def in_order(self) -> list[tuple[str, str, Act]]:
        """Every act as ``(step, title for people, act)``."""
        return [
            ("register_person", "A person registers", self._register_person),
            ("register_company", "A company registers with its business ID", self._register_company),
            ("apply", "It applies to the City of Helsinki", self._apply),
            ("request_information", "A reviewer asks for more information", self._request_information),
            ("answer", "The company answers", self._answer),
            ("approve", "The reviewer proposes an approval and a colleague confirms it", self._approve),
            ("register", "The public register shows the approval", self._show_in_register),
            ("payout_account", "The company opens its payout account at Stripe", self._open_payout_account),
            ("draft_offer", "It drafts an offer with a published price list", self._draft_offer),
            ("publish_offer", "It publishes the offer", self._publish_offer),
            ("search", "A client finds the offer", self._search),
            ("compare", "The client compares what a month would cost", self._compare),
            ("client", "A case manager takes the client in", self._add_client),
            ("plan", "The client's plan comes into force", self._make_plan),
            ("voucher", "A voucher is granted", self._grant_voucher),
            ("agreement", "The provider opens the voucher: an agreement", self._agree),
            ("visit_weekday", "A visit on a weekday morning", lambda: self._visit(0, time(9), 90)),
            ("visit_saturday", "A visit on a Saturday evening", lambda: self._visit(5, time(18), 60)),
            ("visit_sunday", "A visit on a Sunday", lambda: self._visit(6, time(10), 75)),
            ("duplicate_visit", "The same visit again is refused", self._refused_visit),
            ("settle", "Finance settles with the provider", self._settle),
            ("payout", "Stripe transfers the money and pays it out", self._wait_for_payout),
        ]

    @property
    def cents_of_visits(self) -> tuple[int, int]:
        """What the organiser owes for the visits, and what the client does."""
        payer = sum(visit["payer_cents"] for visit in self._visits)
        return payer, sum(visit["own_share_cents"] for visit in self._visits)

    @property
    def paid_cents(self) -> int:
        """What Stripe says was paid out to the provider's bank for the statement."""
        return self._ids.get("paid_cents", 0)

    # --- 1. a provider applies and is approved -----------------------------------------------------------------------

    def _register_person(self) -> Made:
        email = "satu@hoiva.example"
        registration = {"email": email, "password": PASSWORD, "name": "Satu Lehtonen", "language": "fi"}
        made = self._provider.post("/people", registration)
        self._provider.sign_in(email, PASSWORD)
        return {"person_id": made["person_id"], "email": email}

    def _register_company(self) -> Made:
        found = self._provider.get(f"/companies/{BUSINESS_ID}")
        contact = {
            "contact_name": "Satu Lehtonen",
            "contact_email": "satu@hoiva.example",
            "contact_phone": "040 555 0104",
        }
        made = self._provider.post("/providers", {"business_id": BUSINESS_ID, **contact})
        self._provider.put_on_hat("provider_admin")
        self._ids["provider"] = made["id"]
        facts = found["facts"] or {}
        return {"provider_id": made["id"], "business_id": made["business_id"], "name": made["name"],
                "facts_from": made["facts_source"], "prepayment_register": facts.get("prepayment_register")}  # fmt: skip

    def _apply(self) -> Made:
        rulebook = self._public.get(f"/organisers/{self._staff.organiser_id}/rulebook")
        unit = self._provider.post("/provider/units", {**UNIT, "self_monitoring_on": today().isoformat()})
        asked = {
            "organiser_id": self._staff.organiser_id,
            "service_classes": [SERVICE],
            "municipalities": [HELSINKI_CODE],
            "units": [unit["id"]],
        }
        draft = self._provider.post("/provider/applications", asked)
        content = msgspec.convert(rulebook["content"], RulebookContent)
        answers, files = answers_to(
            content,
            (SERVICE,),
            (Subject(unit["id"], Text(str(UNIT["name"]))),),
            {"care_staff": 18, "self_monitoring_plan": "https://hoiva.example/plan"},
        )
        path = f"/provider/applications/{draft['id']}"
        self._provider.patch(f"{path}/answers", {"answers": answers})
        for question in files:
            self._provider.upload(
                f"{path}/attachments",
                {"question": question, "issued_on": today().isoformat()},
                f"{question}.pdf",
                certificate(question),
            )
        receipt = self._provider.post(f"{path}/submit", {"declared": True})
        self._ids["application"] = draft["id"]
        return {"application_id": draft["id"], "reference": receipt["reference"], "status": receipt["status"],
                "answers": len(answers), "attachments": len(files)}  # fmt: skip

    def _request_information(self) -> Made:
        reviewer = self._ids["reviewer"] = self._signed_in("reviewer")
        waiting = [each["id"] for each in reviewer.get("/organiser/applications")["items"]]
        if self._ids["application"] not in waiting:
            raise DemoFailed("the application is not in the reviewer's queue")
        path = f"/organiser/applications/{self._ids['application']}"
        reviewer.post(f"{path}/claim", {})
        words = {"text": "Please tell how the service goes on when a carer is ill."}
        return {"status": reviewer.post(f"{path}/request-information", words)["status"], "asked": words["text"]}

    def _answer(self) -> Made:
        words = {"text": "Two carers know each client, and a substitute pool covers the rest."}
        receipt = self._provider.post(f"/provider/applications/{self._ids['application']}/answer", words)
        return {"status": receipt["status"], "answer": words["text"]}

    def _approve(self) -> Made:
        since = today() - timedelta(days=LOOK_BACK_DAYS + 1)
        path = f"/organiser/applications/{self._ids['application']}"
        self._ids["reviewer"].post(f"{path}/propose", {"valid_from": since.isoformat()})
        colleague = self._signed_in("admin")
        waiting = colleague.get(f"{path}/proposals")["items"][0]
        receipt = colleague.post(f"{path}/proposal/confirm", {"proposal_id": waiting["id"]})
        return {"status": receipt["status"], "valid_from": since.isoformat()}

    def _show_in_register(self) -> Made:
        found = self._public.get("/register", business_id=BUSINESS_ID)["items"]
        if [(each["business_id"], each["service_classes"]) for each in found] != [(BUSINESS_ID, [SERVICE])]:
            raise DemoFailed(f"the register should show {BUSINESS_ID} for {SERVICE}, and shows {found}")
        return {name: found[0][name] for name in ("business_id", "name", "organiser", "service_classes")}

    def _open_payout_account(self) -> Made:
        """The double's page stands for Stripe's own: one button completes it, and Stripe tells us by a webhook."""
        self._provider.post("/provider/payout-account")
        account = until("the account at Stripe", lambda: self._account("stripe_account_id"))
        link = self._provider.post("/provider/payout-account/link")
        httpx.post(link["url"], trust_env=False, timeout=10)
        ready = until("an account that can receive money", lambda: self._account("can_receive"))
        return {"stripe_account_id": account["stripe_account_id"], "state": ready["state"]}

    def _account(self, wanted: str) -> Mapping[str, Any] | None:
        account = self._provider.get("/provider/payout-account")
        return account if account and account[wanted] else None

    # --- 2. and 3. an offer with prices, found and compared ------------------------------------------------------------

    def _draft_offer(self) -> Made:
        imported = import_prices(shipped_rows(PRICE_LIST), SERVICE, label=PRICE_LIST)
        words = {
            "name_fi": "Kotihoitoa tutulta hoitajalta",
            "name_sv": "Hemvård av en bekant vårdare",
            "name_en": "Home care by a carer you know",
            "description_fi": "Autamme peseytymisessä, ruokailussa ja lääkkeissä, myös iltaisin ja viikonloppuisin.",
            "description_sv": "Vi hjälper med tvätt, mat och mediciner, också på kvällar och veckoslut.",
            "description_en": "We help with washing, meals and medicines, in the evening and at the weekend too.",
        }
        prices = msgspec.to_builtins({"calendar": imported.calendar, "prices": imported.prices})
        where = {
            "organiser_id": self._staff.organiser_id,
            "municipality_codes": [HELSINKI_CODE],
            "languages": ["fi", "en"],
        }
        saved = self._provider.post("/provider/offers", {"service_class": SERVICE, **where, **words, **prices})
        self._ids["offer"] = saved["id"]
        by_band = {each.band: each.price_cents for each in imported.prices.band_prices}
        return {"offer_id": saved["id"], "prices_from": PRICE_LIST, "prices_cents": by_band}

    def _publish_offer(self) -> Made:
        saved = self._provider.post(f"/provider/offers/{self._ids['offer']}/publish")
        return {"offer_id": saved["id"], "version": saved["version"], "status": saved["status"]}

    def _search(self) -> Made:
        asked = {"q": "kotihoitoa", "municipality": "Helsinki", "service_class": SERVICE}
        found = until("the offer in the search results", lambda: self._found(asked))
        card = next(hit for hit in found["hits"] if hit["id"] == self._ids["offer"])
        return {"query": asked, "total": found["total"], "engine": found["engine"], "provider": card["provider_name"],
                "from_cents": card["price_from_cents"]}  # fmt: skip

    def _found(self, asked: Mapping[str, str]) -> Mapping[str, Any] | None:
        answer = self._public.get("/offers", **asked)
        return answer if self._ids["offer"] in [hit["id"] for hit in answer["hits"]] else None

    def _compare(self) -> Made:
        products = self._public.get("/voucher-products", organiser_id=self._staff.organiser_id)["items"]
        self._ids["product"] = next(each["id"] for each in products if each["code"] == VOUCHER_CODE)
        week = [
            {"weekday": "mon", "start": "09:00", "minutes": 90},
            {"weekday": "sun", "start": "10:00", "minutes": 75},
        ]
        asked = {"offer_ids": [self._ids["offer"]], "visits": week, "product": self._ids["product"],
                 "household_size": 1, "gross_income_cents": 150_000}  # fmt: skip
        compared = self._public.post("/comparisons", asked)
        column = compared["items"][0]
        if (
            column["problem"]
            or column["total_cents"] != column["voucher_cents"] + column["own_share_cents"] + column["overrun_cents"]
        ):
            raise DemoFailed(f"the month's cost does not add up: {column}")
        return {
            "month": compared["month"],
            **{name: column[name] for name in ("visits", "total_cents", "voucher_cents", "own_share_cents")},
        }

    # --- 4. and 5. plan, voucher, agreement, visits -------------------------------------------------------------------

    def _add_client(self) -> Made:
        manager = self._ids["manager"] = self._signed_in("manager")
        details = {
            "given_names": "Helmi", "family_name": "Koivisto", "municipality_code": HELSINKI_CODE,
            "identity_code": "140238-912V", "household_size": 1, "gross_income_cents": 150_000,
        }  # fmt: skip
        made = manager.post("/organiser/clients", details)
        self._ids["client"] = made["id"]
        return {"client_id": made["id"], "identity_code": made["identity_masked"], "household_size": 1,
                "gross_income_cents": made["gross_income_cents"]}  # fmt: skip

    def _make_plan(self) -> Made:
        plan = {"client_id": self._ids["client"], "goals": "Asuu kotona turvallisesti.", "valid_from": self._first_day().isoformat(),
                "services": [{"service_class": SERVICE, "minutes_per_month": 1200}], "activate": True}  # fmt: skip
        made = self._ids["manager"].post("/organiser/plans", plan)
        self._ids["plan_service"] = made["services"][0]["id"]
        return {"plan_id": made["id"], "status": made["status"], "minutes_per_month": 1200}

    def _grant_voucher(self) -> Made:
        asked = {"client_id": self._ids["client"], "product_id": self._ids["product"],
                 "plan_service_id": self._ids["plan_service"], "valid_from": self._first_day().isoformat(),
                 "valid_to": (today() + timedelta(days=90)).isoformat(),
                 "reasons": "Needs help with washing and medicines, 20 hours a month."}  # fmt: skip
        made = self._ids["manager"].post("/organiser/vouchers", asked)
        if made["unit_value_cents"] != VALUE_PER_HOUR_CENTS:
            raise DemoFailed(
                f"the voucher should be worth {VALUE_PER_HOUR_CENTS} cents an hour, not {made['unit_value_cents']}"
            )
        self._ids["number"] = made["number"]
        return {"voucher_id": made["id"], "number": made["number"], "product": VOUCHER_CODE,
                "value_per_hour_cents": made["unit_value_cents"], "reserved_cents": made["reserved_cents"]}  # fmt: skip

    def _agree(self) -> Made:
        asked = {
            "voucher_number": self._ids["number"],
            "offer_id": self._ids["offer"],
            "starts_on": self._first_day().isoformat(),
        }
        made = self._provider.post("/provider/agreements", asked)
        self._ids["agreement"] = made["id"]
        return {"agreement_id": made["id"], "starts_on": made["starts_on"], "status": made["status"]}

    def _visit(self, weekday: int, start: time, minutes: int) -> Made:
        begins = datetime.combine(_latest(weekday), start, HELSINKI)
        asked = {"agreement_id": self._ids["agreement"], "start": begins.isoformat(),
                 "end": (begins + timedelta(minutes=minutes)).isoformat()}  # fmt: skip
        made = self._provider.post("/provider/visits", asked)
        if made["price_cents"] != made["payer_cents"] + made["own_share_cents"]:
            raise DemoFailed(f"price and shares do not add up: {made}")
        self._visits.append(made)
        self._ids["asked"] = asked
        bands = {line["band"]["en"]: line["minutes"] for line in made["lines"] if line["band"]}
        return {"visit_id": made["id"], "day": begins.date().isoformat(), "minutes_by_band": bands,
                **{name: made[name] for name in ("price_cents", "payer_cents", "own_share_cents")}}  # fmt: skip

    def _refused_visit(self) -> Made:
        problem = self._provider.refusal_of("/provider/visits", self._ids["asked"])
        if problem.get("code") != "duplicate_visit":
            raise DemoFailed(f"the refusal should be duplicate_visit: {problem}")
        return {"refused": True, "code": problem["code"], "reason": problem["detail"]}

    # --- 6. settlement and payment -----------------------------------------------------------------------------------

    def _settle(self) -> Made:
        finance = self._ids["finance"] = self._signed_in("finance")
        settled = finance.post("/organiser/settlements", {"until_day": today().isoformat()})
        statements = settled["statements"]
        if len(statements) != 1 or settled["total_cents"] != self.cents_of_visits[0]:
            raise DemoFailed(f"one statement over {self.cents_of_visits[0]} cents should have come: {settled}")
        self._ids["statement"] = statements[0]["id"]
        return {"statement": statements[0]["number"], "statement_id": statements[0]["id"], "provider": statements[0]["provider_name"],
                "visits": statements[0]["line_count"], "amount_cents": statements[0]["amount_cents"]}  # fmt: skip

    def _wait_for_payout(self) -> Made:
        """The worker transfers, Stripe pays out, and its webhook brings the status to paid. Then Stripe itself is asked."""
        paid = until("a payment that has reached the bank", self._paid)
        at_stripe = httpx.get(f"{self._stripe_url}/_double/state", trust_env=False, timeout=10).json()["payouts"]
        sent = [each["body"]["amount"] for each in at_stripe.values() if each["body"]["status"] == "paid"]
        if sent != [paid["amount_cents"]]:
            raise DemoFailed(f"Stripe should have paid {paid['amount_cents']} cents once, and paid {sent}")
        self._ids["paid_cents"] = sum(sent)
        return {name: paid[name] for name in ("status", "amount_cents", "transfer_id", "stripe_payout_id", "rail")}

    def _paid(self) -> Mapping[str, Any] | None:
        payout = self._ids["finance"].get(f"/organiser/statements/{self._ids['statement']}")["summary"]["payout"]
        if payout["status"] == "failed":
            raise DemoFailed(f"the payment failed: {payout['failure_code']} {payout['failure_text']}")
        return payout if payout["status"] == "paid" else None

    # --- shared ------------------------------------------------------------------------------------------------------

    def _api(self) -> Api:
        self._apis.append(Api(self._base_url))
        return self._apis[-1]

    def _signed_in(self, who: str) -> Api:
        person, api = self._staff.people[who], self._api()
        api.sign_in(person.email, PASSWORD, person.secret)
        return api

    def _first_day(self) -> date:
        return min(_latest(weekday) for weekday in PLAIN_DAYS)


def _latest(weekday: int) -> date:
    """The last such day before today that is nothing else as well, no holiday and no eve; else the last one at all."""
    days = [today() - timedelta(days=ago) for ago in range(1, LOOK_BACK_DAYS + 1)]
    wanted = [day for day in days if _week_part(day) is PLAIN_DAYS[weekday]]
    return next((day for day in wanted if len(day_types(day)) == 1), wanted[0])


def _week_part(day: date) -> DayType:
    return PLAIN_DAYS.get(day.weekday(), DayType.WEEKDAY)
