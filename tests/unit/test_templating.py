from collections.abc import Iterator
from datetime import date
from typing import Any
from uuid import uuid4

import msgspec
import pytest
from bs4 import BeautifulSoup
from jinja2 import UndefinedError
from litestar import Request
from markupsafe import Markup

from marketplace.kernel.actors import Actor, Role
from marketplace.kernel.i18n import Language, message
from marketplace.web.forms import Form, empty_form
from marketplace.web.navigation import Desk, _links, add_to_navigation, navigation
from marketplace.web.templating import (
    HAT_NAME,
    FlashKind,
    environment,
    flash,
    page,
    redirect,
    static_address,
    with_query,
)

CLIENT = Actor(person_id=uuid4(), role=Role.CLIENT, client_id=uuid4())


class Answers(msgspec.Struct):
    name: str
    kind: str
    places: list[str]
    agreed: bool = False


def request(path: str = "/", query: str = "", actor: Actor | None = None, **session: Any) -> Request[Any, Any, Any]:
    return Request(
        {
            "type": "http", "method": "GET", "path": path, "raw_path": path.encode(), "query_string": query.encode(),
            "headers": [], "server": ("testserver", 80), "scheme": "http", "root_path": "",
            "session": session, "user": actor or Actor(), "state": {"language": Language.EN},
        }
    )  # type: ignore[arg-type]  # fmt: skip


def shown(asked: Request[Any, Any, Any], template: str = "pages/privacy.html", **context: Any) -> BeautifulSoup:
    return BeautifulSoup(page(asked, template, **context).content, "html.parser")


def made(source: str, language: Language = Language.EN, **context: Any) -> str:
    return environment(language).from_string(source).render(**context)


def field(call: str, form: Form[Any]) -> BeautifulSoup:
    names = "error_summary, text_field, select_field, radio_field, checkboxes_field, checkbox_field, municipality_field"
    return BeautifulSoup(
        made(f'{{% from "components/forms.html" import {names} %}}{{{{ {call} }}}}', form=form), "html.parser"
    )


def sent(**answers: list[str]) -> Form[Answers]:
    form = Form(Answers, dict(answers))
    form.read()
    return form


@pytest.fixture
def own_links() -> Iterator[None]:
    kept = {desk: dict(links) for desk, links in _links.items()}
    _links[Desk.CLIENT] = {}
    yield
    _links.update(kept)


def test_what_people_write_is_escaped() -> None:
    assert made("{{ name }}", name="<script>x</script>") == "&lt;script&gt;x&lt;/script&gt;"
    assert "<b>" not in made("{{ _('Hello {who}', who=name) }}", name="<b>")
    assert "<b>" not in str(field("text_field(form, 'name', '<b>')", sent(name=["<b>"])))


def test_plain_text_mail_is_not_escaped() -> None:
    assert environment(Language.EN).get_template("email/layout.txt").render().count("&") == 0


def test_a_misspelt_name_is_an_error() -> None:
    with pytest.raises(UndefinedError):
        made("{{ no_such_thing }}")
    with pytest.raises(UndefinedError):
        made("{{ actor.no_such_thing }}", actor=CLIENT)


@pytest.mark.parametrize(
    ("source", "fi"),
    [
        ("{{ 4250|money }}", "42,50\u00a0€"),
        ("{{ 90|minutes }}", "1 h 30 min"),
        ("{{ day|date }}", "3.5.2026"),
        ("{{ text|message }}", "Kirjaudu ensin sisään."),
        ("{{ 'as it is'|message }}", "as it is"),
        ("{{ _('Page {number}', number=3) }}", "Sivu 3"),
        ("{{ ngettext('{count} chosen', '{count} chosen', 2) }}", "2 valittu"),
        ("{{ pgettext('x', '50 % {of}', of='it') }}", "50 % it"),
        ("{% trans number=3 %}Page {{ number }}{% endtrans %}", "Page 3"),
    ],
)
def test_filters_and_texts_speak_the_language(source: str, fi: str) -> None:
    assert made(source, Language.FI, day=date(2026, 5, 3), text=message("Sign in first.")) == fi


def test_a_page_has_one_heading_and_the_language_it_is_in() -> None:
    soup = shown(request())
    assert soup.html is not None
    assert soup.html["lang"] == "en"
    assert [heading.text for heading in soup.find_all("h1")] == ["Privacy"]


def test_the_language_switch_keeps_the_page_and_its_search() -> None:
    links = shown(request("/register", "q=home+care&lang=en")).select(".st-languages__link")
    assert [link["href"] for link in links] == [f"/register?q=home+care&lang={code}" for code in ("fi", "sv", "en")]
    assert [link.text for link in links if link.get("aria-current")] == ["English"]


def test_a_visitor_may_sign_in_and_a_person_may_sign_out() -> None:
    assert shown(request()).select_one('a[href="/sign-in"]')
    signed_in = shown(request(actor=CLIENT))
    assert signed_in.select_one('form[action="/sign-out"] input[name="_csrf_token"]')
    assert not signed_in.select_one('a[href="/sign-in"]')


def test_the_hat_is_shown_by_the_name_of_whom_one_acts_for() -> None:
    named = shown(request(actor=CLIENT, **{HAT_NAME: "Aino Esimerkki"}))
    assert "Aino Esimerkki" in named.select(".st-person__hat")[0].text
    assert "Client" in shown(request(actor=CLIENT)).select(".st-person__hat")[0].text


def test_a_flash_is_shown_once_and_in_the_readers_language() -> None:
    asked = request()
    flash(asked, message("Page {number}", number=2))
    flash(asked, message("Menu"), FlashKind.NOTE)
    banners = shown(asked).select(".govuk-notification-banner__heading")
    assert [banner.text.strip() for banner in banners] == ["Page 2", "Menu"]
    assert shown(asked).select(".govuk-notification-banner") == []


def test_a_redirect_after_a_write_is_303() -> None:
    assert (redirect("/x").status_code, redirect("/x").url) == (303, "/x")


def test_a_double_is_never_hidden() -> None:
    assert "no real money moves" in shown(request()).select(".st-strip")[0].text


def test_the_title_of_a_faulty_form_begins_with_error() -> None:
    soup = shown(request(), form=sent())
    assert soup.title is not None
    assert soup.title.text.startswith("Error: ")


def test_confirming_asks_before_it_posts() -> None:
    soup = shown(
        request(), "pages/confirm.html", heading=message("Menu"), text="Sure?", button="Yes", action="/do", back="/back",
        fields={"reason": "x"},
    )  # fmt: skip
    names = [field["name"] for field in soup.select('form[action="/do"] input')]
    assert names == ["_csrf_token", "_form_key", "reason"]


def test_an_error_page_tells_what_happened_and_where_to_go() -> None:
    soup = shown(
        request(), "errors/error.html", status_code=404, status=404, title="Page not found", detail="Gone", code="not_found",
        request_id="abc", errors=[],
    )  # fmt: skip
    assert soup.find("h1", string="Page not found")
    assert soup.select_one('main a[href="/"]')
    assert "abc" in soup.main.text  # type: ignore[union-attr]


def test_an_error_summary_links_to_each_faulty_field() -> None:
    links = field("error_summary(form)", sent()).select("a")
    assert [link["href"] for link in links] == ["#name", "#kind"]


def test_an_error_of_the_whole_form_is_told_without_a_link() -> None:
    form = empty_form(Answers)
    form.errors[""] = message("Menu")
    soup = field("error_summary(form)", form)
    assert "Menu" in soup.text
    assert soup.select("a") == []


def test_a_faulty_field_keeps_its_answer_and_is_described_by_its_error() -> None:
    form = sent(name=["Aino"])
    form.errors["name"] = message("Menu")
    soup = field("text_field(form, 'name', 'Name', hint='As in the passport')", form)
    entry = soup.select_one("input")
    assert entry is not None
    assert (entry["value"], entry["aria-describedby"]) == ("Aino", "name-hint name-error")
    assert soup.select_one("label[for=name]")


def test_choices_that_were_made_are_shown_again() -> None:
    form = sent(name=["x"], kind=["b"], places=["091", "049"], agreed=["true"])
    options = "[('a', 'A'), ('b', 'B', 'Hint')]"
    places = "[('County', [('091', 'Helsinki'), ('092', 'Vantaa')]), ('Other', [('564', 'Oulu')])]"
    assert [
        one["value"] for one in field(f"radio_field(form, 'kind', 'Kind', {options})", form).select("input[checked]")
    ] == ["b"]
    assert [
        one["value"] for one in field(f"select_field(form, 'kind', 'Kind', {options})", form).select("[selected]")
    ] == ["b"]
    assert [one["value"] for one in field("checkbox_field(form, 'agreed', 'Yes')", form).select("[checked]")] == [
        "true"
    ]
    counties = field(f"municipality_field(form, 'places', 'Where', {places})", form)
    assert [one["value"] for one in counties.select("input[checked]")] == ["091"]
    assert [one.has_attr("open") for one in counties.select("details")] == [True, False]


def test_markup_in_a_summary_is_kept_and_text_is_escaped() -> None:
    source = '{% from "components/content.html" import summary_list %}{{ summary_list(rows) }}'
    html = made(source, rows=[("A", Markup("<b>bold</b>")), ("B", "<i>text</i>", "/edit")])
    assert "<b>bold</b>" in html
    assert "<i>" not in html
    assert 'href="/edit"' in html


def test_pagination_shows_the_ends_and_the_neighbours() -> None:
    source = '{% from "components/content.html" import pagination %}{{ pagination(5, 9, "/list?q=x&page=5") }}'
    soup = BeautifulSoup(made(source), "html.parser")
    assert [link.text.strip() for link in soup.select(".govuk-pagination__item a")] == ["1", "4", "5", "6", "9"]
    assert soup.select_one('a[rel="next"]')["href"] == "/list?q=x&page=6"  # type: ignore[index]
    assert made(source.replace("5, 9", "1, 1")).strip() == ""


def test_an_address_with_other_parameters() -> None:
    assert with_query("/list?q=x&page=2", page=3) == "/list?q=x&page=3"
    assert with_query("/list", lang="fi") == "/list?lang=fi"


def test_the_address_of_a_file_changes_with_the_file() -> None:
    assert static_address("logo.svg").startswith("/static/logo.svg?v=")
    assert static_address("logo.svg", versioned=False) == static_address("none.css").replace("none.css", "logo.svg")


def test_a_desks_links_are_for_those_whose_desk_it_is(own_links: None) -> None:
    add_to_navigation(Desk.CLIENT, message("Menu"), "/client/vouchers", order=2)
    add_to_navigation(Desk.CLIENT, message("Back"), "/client/proxies", order=1, roles=frozenset({Role.PROXY}))
    assert [link.href for link in navigation(CLIENT, "/client/vouchers/1")] == ["/client/vouchers"]
    everybody = ["/", "/register", "/provider"]  # Features that are loaded may have added to them.
    assert [link.href for link in navigation(Actor(), "/client") if link.href in everybody] == everybody
    assert navigation(CLIENT, "/client")[0].is_current("/client/vouchers/1")
    assert not navigation(CLIENT, "/")[0].is_current("/register")
