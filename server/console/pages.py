"""Owns the pages' shells: who may open which page, the import map with its nonce. Holds nothing about patients."""

import json
import re
from functools import cache, partial
from typing import cast

from flask import Blueprint, Response, make_response, redirect, render_template, request
from werkzeug.wrappers import Response as BaseResponse

from server.domain.access.rights import PAGES
from server.domain.errors import HallError
from server.protocol.assets import shared_assets
from server.protocol.terms import StaffRole
from server.protocol.texts import Texts, chain, languages, preferred
from server.services.access.staff import SHORTEST_PASSWORD
from server.services.core.principal import Principal
from server.web.authorise import principal_of
from server.web.cookies import LANGUAGE
from server.web.guard import page_policy
from server.web.routes import web

HOME = {StaffRole.NURSE: "/nurse", StaffRole.DOCTOR: "/doctor", StaffRole.ADMIN: "/admin"}
TEXTS = Texts("console")
USUAL_LANGUAGE = "zh"
BACK_TO = re.compile(r"/(nurse|doctor|board|admin)(\?[A-Za-z0-9_&=.-]{0,100})?")
"""Where a login may lead: a page of ours and nothing else, so no link can send staff away after signing in."""


def pages() -> Blueprint:
    """The routes of the pages, their modules and their texts."""
    routes = Blueprint(
        "console", __name__, template_folder="templates", static_folder="web", static_url_path="/console/web"
    )
    routes.add_url_rule("/", "home", _home)
    routes.add_url_rule("/login", "login", _login)
    for name in PAGES:
        routes.add_url_rule(f"/{name}", name, _page, defaults={"name": name})
    return routes


def _who() -> Principal | None:
    """The member of staff who opens the page; None for nobody, or for a session that ended."""
    try:
        who = principal_of(web().tokens)
    except HallError:
        return None
    return who if who.kind == "staff" else None


def _home() -> BaseResponse:
    who = _who()
    return redirect("/login" if who is None else _home_of(who), 303)


def _home_of(who: Principal) -> str:
    return HOME[cast(StaffRole, who.role)]


def _login() -> BaseResponse:
    who = _who()
    if who is not None:
        return redirect(_home_of(who), 303)
    wanted = request.args.get("next", "/")
    back_to = wanted if BACK_TO.fullmatch(wanted) else "/"
    return _shell("login", back_to=back_to, shortest_password=SHORTEST_PASSWORD)


def _page(name: str) -> BaseResponse:
    who = _who()
    if who is None:
        wanted = request.full_path.rstrip("?")
        return redirect(f"/login?next={wanted}" if BACK_TO.fullmatch(wanted) else "/login", 303)
    if who.role not in PAGES[name]:
        return redirect(_home_of(who), 303)
    return _shell(name)


def _shell(name: str, **more: str | int) -> Response:
    nonce, policy = page_policy()
    language = wanted_language()
    page = render_template(
        "login.html" if name == "login" else "live.html",
        name=name,
        nonce=nonce,
        import_map=import_map(),
        language=language,
        lang=languages()[language].tag,
        languages=[languages()[code] for code in TEXTS.languages()],
        t=partial(_text, language),
        **more,
    )
    response = make_response(page)
    response.headers["Content-Security-Policy"] = policy
    return response


def wanted_language() -> str:
    """The reader's language: the one chosen on a page before, else the browser's, else Chinese."""
    chosen = request.cookies.get(LANGUAGE)
    known = TEXTS.languages()
    if chosen in known:
        return chosen
    language = preferred((tag for tag, quality in request.accept_languages if quality), default=USUAL_LANGUAGE)
    return next((code for code in chain(language) if code in known), USUAL_LANGUAGE)


@cache
def import_map() -> dict[str, dict[str, str]]:
    """Names of libraries to addresses, as the build listed them; empty where the build has not run."""
    listing = shared_assets() / "vendor" / "vendor.json"
    named = json.loads(listing.read_text(encoding="utf-8"))["imports"] if listing.is_file() else {}
    return {"imports": {name: f"/shared/vendor/{file}" for name, file in named.items()}}


def _text(language: str, key: str, **values: int) -> str:
    return TEXTS.text(key, language, **values)
