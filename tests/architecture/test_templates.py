"""Templates keep the frame, the content security policy and the reader's privacy.

A page extends a layout. Parts that htmx fetches, and templates that others include, begin with ``_`` or stand in
``components/``; e-mails stand in an ``email/`` folder.
"""

import re
from pathlib import Path

import pytest
from jinja2 import nodes

from marketplace.kernel.i18n import Language
from marketplace.web.templating import environment

ROOT = Path(__file__).parents[2]
FOLDERS = [ROOT / "marketplace" / "templates"]
FOLDERS += sorted(
    {
        *ROOT.glob("marketplace/*/templates"),
        *ROOT.glob("marketplace/*/*/templates"),
        *ROOT.glob("onboarding/*/templates"),
        *ROOT.glob("search/**/templates"),
    }
)
TEMPLATES = [(folder, path) for folder in FOLDERS for path in sorted(folder.rglob("*.html"))]
STATIC = ROOT / "marketplace" / "static"

INLINE_SCRIPT = re.compile(r"<script(?![^>]*\ssrc=)", re.IGNORECASE)
INLINE_STYLE = re.compile(r"<style|\sstyle\s*=", re.IGNORECASE)
HANDLER = re.compile(r"\s(on[a-z]+|hx-on\S*)\s*=\s*[\"']|[\"']js:|javascript:", re.IGNORECASE)
FETCHED = re.compile(r"""(?:<link[^>]*\shref|\ssrc|\ssrcset|url\()\s*=?\s*["']?\s*(?:https?:)?//""", re.IGNORECASE)
POST = re.compile(r"<form[^>]*method=\"post\".*?</form>", re.IGNORECASE | re.DOTALL)
COMMENT = re.compile(r"\{#.*?#\}", re.DOTALL)
CHECKS = {
    "inline script": INLINE_SCRIPT,
    "inline style": INLINE_STYLE,
    "script in an attribute": HANDLER,
    "another host": FETCHED,
}


def _source(path: Path) -> str:
    return COMMENT.sub("", path.read_text())


def _is_page(folder: Path, path: Path) -> bool:
    inside = path.relative_to(folder)
    return not ({"components", "layouts", "email"} & set(inside.parts[:-1]) or inside.name.startswith("_"))


def _parent(name: str) -> str | None:
    made = environment(Language.EN)
    assert made.loader is not None
    parsed = made.parse(made.loader.get_source(made, name)[0])
    extended = next(parsed.find_all(nodes.Extends), None)
    return extended.template.value if extended and isinstance(extended.template, nodes.Const) else None


def _chain(name: str) -> list[str]:
    parent = _parent(name)
    return [name] if parent is None else [name, *_chain(parent)]


def test_every_template_can_be_read() -> None:
    """In one language: words are looked up when a page is drawn."""
    names = {str(path.relative_to(folder)) for folder, path in TEMPLATES}
    assert {environment(Language.FI).get_template(name).name for name in names} == names


def test_a_feature_keeps_its_templates_under_its_own_name() -> None:
    """Two features with a ``list.html`` at the root would hide one another."""
    stray = [path for folder, path in TEMPLATES if folder != FOLDERS[0] and path.parent == folder]
    assert stray == []


EMBEDDED = {"register/embedded.html"}
"""Pages for a frame on somebody else's site: no header, no script."""


def test_every_page_extends_the_layout() -> None:
    pages = {str(path.relative_to(folder)): path for folder, path in TEMPLATES if _is_page(folder, path)}
    assert pages.keys() >= EMBEDDED
    others = [name for name in pages if _chain(name)[-1] != "layouts/page.html"]
    assert [(name, _chain(name)[-1]) for name in others] == [
        (name, "layouts/embedded.html") for name in sorted(EMBEDDED)
    ]


def test_every_mail_extends_its_layout() -> None:
    mails = [
        str(path.relative_to(folder))
        for folder, path in TEMPLATES
        if path.parent.name == "email" and folder != FOLDERS[0]
    ]
    assert [name for name in mails if not _chain(name)[-1].startswith("email/layout")] == []


@pytest.mark.parametrize("rule", list(CHECKS))
def test_templates_hold_nothing_that_the_policy_forbids(rule: str) -> None:
    assert [str(path.relative_to(ROOT)) for _, path in TEMPLATES if CHECKS[rule].search(_source(path))] == []


def test_posting_forms_carry_the_token() -> None:
    bare = [
        str(path.relative_to(ROOT))
        for _, path in TEMPLATES
        for form in POST.findall(_source(path))
        if "csrf" not in form
    ]
    assert bare == []


def test_scripts_and_styles_of_our_own_fetch_from_nowhere_else() -> None:
    own = [
        path
        for path in STATIC.rglob("*")
        if path.suffix in {".js", ".scss", ".css", ".svg"} and "vendor" not in path.parts
    ]
    hosts = {path.name: re.findall(r"https?://[^\s\"']+", path.read_text()) for path in own}
    assert {name: found for name, found in hosts.items() if set(found) - {"http://www.w3.org/2000/svg"}} == {}


def test_the_rules_are_not_blind() -> None:
    assert INLINE_SCRIPT.search("<script>x()</script>")
    assert not INLINE_SCRIPT.search('<script type="module" src="/static/x.js"></script>')
    assert INLINE_STYLE.search('<p style="color: red">')
    assert HANDLER.search('<a onclick="x()">')
    assert FETCHED.search('<img src="https://elsewhere.example/x.png">')
    assert FETCHED.search('<link rel="stylesheet" href="//elsewhere.example/x.css">')
