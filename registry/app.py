"""The factory: named one-line steps, no logic."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any  # options of the engine are of many types

import orjson
import sqlalchemy as sa
import structlog
from flask import Flask, current_app, g, request, session
from flask_babel import get_locale
from flask_login import LoginManager, current_user
from flask_wtf.csrf import CSRFError, CSRFProtect
from werkzeug.middleware.proxy_fix import ProxyFix

from registry import navigation
from registry.accounts import access, post
from registry.accounts.access import get_actor
from registry.accounts.models import User
from registry.accounts.sessions import ABSOLUTE, SEEN_AFTER, find_session, touch_session
from registry.accounts.views import accounts, resume
from registry.administration.views import administration
from registry.api.operations import operations
from registry.api.views import api
from registry.applications.views import applications
from registry.applications.views.amend import amendments_of
from registry.approval.views import approval
from registry.approval.views.beside import count_transfers
from registry.config import MEBIBYTE, Settings
from registry.core import (
    clock,
    error_pages,
    headers,
    kept,
    language,
    large_bodies,
    log,
    metrics,
    sections,
    templating,
    transactions,
    unchanged,
    wire,
)
from registry.core.database import REPLICA, db, open_database, set_may_write
from registry.core.errors import Occupied
from registry.core.language import LANGUAGES, is_chinese
from registry.core.rendering import Templates
from registry.entries.views import entries
from registry.importing.views import importing
from registry.notices.service import tell
from registry.open_data.views import open_data
from registry.programme.models import Programme
from registry.programme.queries import find_programme
from registry.releases.beside import note_release
from registry.releases.views import releases
from registry.sampling.views import sampling
from registry.sampling.views.beside import checks_beside, count_waiting_checks
from registry.sampling.words import OUTCOMES
from registry.standing.views import standing
from registry.standing.views.beside import beside_entry, count_waiting_for
from registry.tally import geometry
from registry.tally.queries import public_figures
from registry.tally.samples import sample_charts
from registry.tally.views import show_counting, tally

ROOT = Path(__file__).resolve().parent.parent
BLUEPRINTS = (
    accounts,
    applications,
    approval,
    tally,
    entries,
    importing,
    administration,
    standing,
    open_data,
    releases,
    sampling,
    api,
    operations,
)
FORM_PARTS_MAX = 20_000
ENGINE_OPTIONS = {
    "pool_pre_ping": True,
    "hide_parameters": True,
    "json_deserializer": orjson.loads,  # several times as fast as Python's own
}
COLUMNS_OF_PROGRAMME = tuple(Programme.__table__.columns.keys())


def create_app(settings: Settings) -> Flask:
    """Return the application for these settings."""
    app = Flask(
        "registry",
        root_path=str(ROOT / "registry"),
        template_folder=str(ROOT / "templates"),
        static_folder=str(ROOT / "static"),
    )
    app.jinja_environment = Templates
    wire.init_app(app)
    _configure(app, settings)
    open_database(app)
    log.init_app(app)
    metrics.init_app(app)
    transactions.init_app(app)
    large_bodies.init_app(app)
    CSRFProtect(app)
    post.use(tell)
    _know_people(app)
    app.before_request(access.admit)
    language.init_app(app, select=_select_language)
    templating.init_app(app)
    kept.init_app(app)
    sections.init_app(app)
    app.jinja_env.globals.update(
        public_figures=public_figures,
        sample_charts=sample_charts,
        count_entry=show_counting,
        beside_entry=beside_entry,
        amendments_of=amendments_of,
        proposals_waiting=count_waiting_for,
        transfers_waiting=count_transfers,
        note_release=note_release,
        trend_path=geometry.draw_path,
        trend_x=geometry.chart_x,
        trend_y=geometry.chart_y,
        checks_of=checks_beside,
        checks_waiting=count_waiting_checks,
        check_outcomes=OUTCOMES,
    )
    app.context_processor(_page_context)
    unchanged.init_app(app, frame=_frame_key)
    error_pages.init_app(app)
    headers.init_app(app)
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    return app


def _configure(app: Flask, settings: Settings) -> None:
    app.config.update(
        SETTINGS=settings,
        SECRET_KEY=settings.secret_key,
        TESTING=settings.testing,
        SQLALCHEMY_DATABASE_URI=settings.database_url,
        SQLALCHEMY_ENGINE_OPTIONS=ENGINE_OPTIONS,
        SQLALCHEMY_BINDS=_replica(settings),
        SESSION_COOKIE_NAME="__Host-registry" if settings.is_https else "registry",
        SESSION_COOKIE_SECURE=settings.is_https,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        PERMANENT_SESSION_LIFETIME=ABSOLUTE,
        SEND_FILE_MAX_AGE_DEFAULT=timedelta(days=365),
        MAX_CONTENT_LENGTH=settings.upload_limit_bytes + MEBIBYTE,
        MAX_FORM_MEMORY_SIZE=8 * MEBIBYTE,
        MAX_FORM_PARTS=FORM_PARTS_MAX,
        WTF_CSRF_TIME_LIMIT=None,
        BABEL_DEFAULT_LOCALE="zh_CN",
        BABEL_DEFAULT_TIMEZONE="Asia/Shanghai",
        BABEL_TRANSLATION_DIRECTORIES=str(ROOT / "registry" / "translations"),
    )
    if settings.proxies:
        count = settings.proxies
        app.wsgi_app = ProxyFix(  # type: ignore[method-assign]  # Flask's documented way
            app.wsgi_app, x_for=count, x_proto=count, x_host=0
        )


def _replica(settings: Settings) -> dict[str | None, Any]:
    """Name the replica that answers what only reads, where one is set."""
    if not settings.database_read_url:
        return {}
    return {REPLICA: {"url": settings.database_read_url, **ENGINE_OPTIONS}}


def _know_people(app: Flask) -> None:
    manager = LoginManager(app)
    manager.session_protection = None  # the session itself stands on the server
    manager.user_loader(_load_user)
    manager.unauthorized_handler(resume.unauthorized)
    app.register_error_handler(CSRFError, resume.stale_token)
    app.register_error_handler(Occupied, resume.occupied)
    app.teardown_request(_note_seen)


def _load_user(key: str) -> User | None:
    found = find_session(key, at=clock.now())
    if found is None:
        return None
    if found.seen_at < clock.now() - SEEN_AFTER:
        g.touch_session = key
    found.user.session_key = key
    return found.user


def _note_seen(error: BaseException | None) -> None:
    key = g.pop("touch_session", None)
    if key is None or error is not None:
        return
    db.session.remove()
    set_may_write(True)
    try:
        touch_session(key, at=clock.now())
    except (sa.exc.DBAPIError, Occupied):
        structlog.get_logger().warning("session not touched")


def _select_language() -> str:
    chosen = session.get("language") or getattr(current_user, "language", None)
    return chosen if chosen in LANGUAGES else LANGUAGES[0]


def _page_context() -> dict[str, object]:
    """Give every page menu, programme and language; nothing of it where all is failing."""
    if g.get("failing"):
        return {"locale": LANGUAGES[0]}
    programme = find_programme()
    role = current_user.role if current_user.is_authenticated else None
    return {
        "locale": str(get_locale()),
        "navigation": navigation.list_tabs(role),
        "programme": programme,
        "programme_name": _named(programme, "name"),
        "programme_subtitle": _named(programme, "city"),
        "programme_contact": _named(programme, "contact"),
        "demonstration": _settings().demonstration,
        "path": request.full_path.rstrip("?"),
        "today": clock.today(),
    }


def _frame_key() -> list[object]:
    """Name all that stands around a page of this request beside its address and session."""
    programme = find_programme()
    shown = [getattr(programme, name) for name in COLUMNS_OF_PROGRAMME] if programme else []
    frame: list[object] = [clock.today(), str(get_locale()), _settings().demonstration, *shown]
    if current_user.is_authenticated:
        person = get_actor()
        frame += [person.id, person.name, person.role, person.place_label]
    return frame


def _named(programme: object, what: str) -> str:
    return getattr(programme, f"{what}_{'zh' if is_chinese() else 'en'}", "") if programme else ""


def _settings() -> Settings:
    return current_app.config["SETTINGS"]  # type: ignore[no-any-return]  # Flask's own dict
