"""Pages from templates: one Jinja environment per language, and what every template may use.

A feature owns its templates (``<feature>/templates/<feature>/*.html``); they are found without being registered.
Then come the shared layouts and components of ``marketplace/templates`` and the GOV.UK macros.
"""

import hashlib
from collections.abc import Callable, MutableMapping
from datetime import date, datetime
from enum import StrEnum
from functools import cache, lru_cache, partial
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from jinja2 import (
    ChoiceLoader,
    Environment,
    FileSystemLoader,
    PackageLoader,
    PrefixLoader,
    StrictUndefined,
    Template,
    select_autoescape,
)
from litestar import MediaType, Request, Response
from litestar.response import Redirect
from litestar.status_codes import HTTP_200_OK, HTTP_303_SEE_OTHER
from markupsafe import Markup

from marketplace.kernel.actors import Actor
from marketplace.kernel.config import get_config
from marketplace.kernel.db import new_id
from marketplace.kernel.i18n import (
    Language,
    Message,
    catalog,
    fill,
    show_date,
    show_datetime,
    show_minutes,
    translate,
)
from marketplace.kernel.money import Money, format_money
from marketplace.web.language import language_of
from marketplace.web.navigation import DESK_NAMES, ROLE_NAMES, desk_of, navigation, own_desk
from marketplace.web.security import CHOOSE_ROLE_PATH, SIGN_IN_PATH, csrf_token

MARKETPLACE = Path(__file__).parents[1]
STATIC = MARKETPLACE / "static"
COMPONENTS = "govuk_frontend_jinja/"
FLASHES = "flashes"
HAT_NAME = "hat_name"
"""Key of the session under which sign-in keeps the name of the company, organiser or client acted for."""

UNREAD_NOTICES = "unread_notices"
"""Key of the request's state under which the number of the reader's unread notices stands, where it was counted."""

SIGN_OUT_PATH = "/sign-out"
"""Where accounts takes the form that ends a session."""

AnyRequest = Request[Any, Any, Any]


class FlashKind(StrEnum):
    SUCCESS = "success"
    NOTE = "note"


def page(request: AnyRequest, template: str, *, status_code: int = HTTP_200_OK, **context: Any) -> Response[str]:
    """Answers with a page in the reader's language. ``context`` is what the template shows."""
    language = language_of(request)
    html = render(template, language, **_around(request, language), **context)
    return Response(html, media_type=MediaType.HTML, status_code=status_code)


def redirect(path: str) -> Redirect:
    """Sends the browser to another page after a write, so that reloading does not write again (303)."""
    return Redirect(path, status_code=HTTP_303_SEE_OTHER)


def flash(request: AnyRequest, text: Message, kind: FlashKind = FlashKind.SUCCESS) -> None:
    """Shows a message on the next page that this visitor sees."""
    session = request.scope.get("session")
    if isinstance(session, dict):
        shown = translate(text, language_of(request))
        session[FLASHES] = [*session.get(FLASHES, ()), {"kind": kind.value, "text": shown}]


def render(template: str, language: Language, **context: Any) -> str:
    """The text of a template outside a request: the body of an e-mail, a letter.

    Raises:
        jinja2.UndefinedError: the template names something that ``context`` lacks.
    """
    return environment(language).get_template(template).render(**context)


def _around(request: AnyRequest, language: Language) -> dict[str, Any]:
    """What a template may use of the request that it answers."""
    user = request.scope.get("user")
    actor = user if isinstance(user, Actor) else Actor(language=language)
    path = request.url.path
    return {
        "actor": actor,
        "path": path,
        "address": path + (f"?{request.url.query}" if request.url.query else ""),
        "language_links": {each: with_query(path, request.url.query, lang=each.value) for each in Language},
        "csrf_field": partial(_hidden, "_csrf_token", csrf_token(request)),
        "flashes": partial(_take_flashes, request),
        "hat_name": _hat_name(request, actor),
        "navigation": navigation(actor, path),
        "desk": desk_of(path),
        "desk_name": DESK_NAMES.get(desk_of(path)),
        "own_desk": own_desk(actor),
        "unread_notices": request.scope["state"].get(UNREAD_NOTICES, 0),
    }


def with_query(address: str, query: str = "", /, **changes: object) -> str:
    """The same address with some of its query parameters set anew, the others kept."""
    parts = urlsplit(address)
    given = parse_qsl(parts.query or query, keep_blank_values=False)
    kept = [(name, value) for name, value in given if name not in changes]
    return f"{parts.path}?{urlencode([*kept, *changes.items()])}"


def static_address(name: str, *, versioned: bool = True) -> str:
    """The address of a file in ``static``, which changes when the file does, so that browsers may keep it for long."""
    version = _version(name, (STATIC / name).stat().st_mtime_ns) if versioned and (STATIC / name).is_file() else ""
    return f"/static/{name}" + (f"?v={version}" if version else "")


@lru_cache(maxsize=256)
def _version(name: str, _changed: int) -> str:
    return hashlib.sha256((STATIC / name).read_bytes()).hexdigest()[:10]


def _hidden(name: str, value: str) -> Markup:
    return Markup('<input type="hidden" name="{}" value="{}">').format(name, value)


def _form_key() -> Markup:
    """A key that makes sending a form twice the same as sending it once."""
    return _hidden("_form_key", str(new_id()))


def _take_flashes(request: AnyRequest) -> list[dict[str, str]]:
    session = request.scope.get("session")
    return session.pop(FLASHES, []) if isinstance(session, dict) else []


def _hat_name(request: AnyRequest, actor: Actor) -> str | Message:
    session = request.scope.get("session")
    name = session.get(HAT_NAME) if isinstance(session, dict) else None
    return name or (ROLE_NAMES[actor.role] if actor.role else "")


class _Pages(Environment):
    """The environment of our own templates, strict about every name they use.

    The GOV.UK macros are written for an engine where what is left out is empty; they are read by one that agrees.
    """

    components: Environment

    def get_template(
        self,
        name: str | Template,
        parent: str | None = None,
        globals: MutableMapping[str, Any] | None = None,  # noqa: A002 - Jinja's name
    ) -> Template:
        if isinstance(name, str) and name.startswith(COMPONENTS):
            return self.components.get_template(name, parent, globals)
        return super().get_template(name, parent, globals)


@cache
def environment(language: Language) -> Environment:
    """The template environment of one language. Everything but plain text e-mail is escaped."""
    escaped = select_autoescape(disabled_extensions=("txt",), default=True, default_for_string=True)
    made = _Pages(
        loader=_loader(),
        extensions=["jinja2.ext.i18n", "jinja2.ext.do"],
        autoescape=escaped,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=not get_config().is_production,
    )
    made.components = Environment(
        loader=PrefixLoader({COMPONENTS.rstrip("/"): PackageLoader("govuk_frontend_jinja")}), autoescape=True
    )
    made.policies["ext.i18n.trimmed"] = True
    made.globals.update(_globals(language))
    made.filters.update(_filters(language))
    return made


def _globals(language: Language) -> dict[str, Any]:
    texts = _texts(language)
    return {
        **texts, "_": texts["gettext"], "language": language,
        "form_key": _form_key, "static": static_address, "with_query": with_query,
        "sign_in_path": SIGN_IN_PATH, "sign_out_path": SIGN_OUT_PATH, "choose_role_path": CHOOSE_ROLE_PATH,
        "uses_test_payments": _uses_test_payments,
    }  # fmt: skip


def _uses_test_payments() -> bool:
    return get_config().uses_stripe_double


def _loader() -> ChoiceLoader:
    root = MARKETPLACE.parent
    houses = (root / "onboarding", root / "search", MARKETPLACE)
    found = [
        folder
        for house in houses
        for depth in ("templates", "*/templates", "*/*/templates")
        for folder in house.glob(depth)
    ]
    return ChoiceLoader(
        [
            FileSystemLoader(sorted(folder for folder in found if folder.parent != MARKETPLACE)),
            FileSystemLoader(MARKETPLACE / "templates"),
        ]
    )


def _texts(language: Language) -> dict[str, Callable[..., str]]:
    """``_`` and its kin. Values fill ``{named}`` places as in Python; ``%(named)s`` is what ``{% trans %}`` makes."""
    known = catalog(language)

    def gettext(text: str, /, **values: Any) -> str:
        return fill(known.gettext(text), values, language)

    def ngettext(one: str, many: str, count: int, /, **values: Any) -> str:
        return fill(known.ngettext(one, many, count), {"count": count, **values}, language)

    def pgettext(context: str, text: str, /, **values: Any) -> str:
        return fill(known.pgettext(context, text), values, language)

    def npgettext(context: str, one: str, many: str, count: int, /, **values: Any) -> str:
        return fill(known.npgettext(context, one, many, count), {"count": count, **values}, language)

    return {"gettext": gettext, "ngettext": ngettext, "pgettext": pgettext, "npgettext": npgettext}


def _filters(language: Language) -> dict[str, Callable[..., Any]]:
    def money(amount: int | Money) -> str:
        return format_money(amount if isinstance(amount, Money) else Money(amount), language.locale)

    def text(shown: Message | str) -> str:
        return translate(shown, language) if isinstance(shown, Message) else shown

    def show_day(value: date) -> str:
        return show_date(value, language)

    def show_moment(value: datetime) -> str:
        return show_datetime(value, language)

    return {"money": money, "date": show_day, "datetime": show_moment, "minutes": show_minutes, "message": text}
