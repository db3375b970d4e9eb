"""Builds the host: the only module that knows all four systems."""

from __future__ import annotations

from pathlib import Path

from flask import Flask
from flask_smorest import Api
from flask_wtf import CSRFProtect
from werkzeug.middleware.proxy_fix import ProxyFix
from whitenoise import WhiteNoise

import basic_info
import duty_eval
import function_monitor
import performance
from config import Settings
from host import models as models
from host.auth import reach
from host.auth.admin_views import bp as accounts_bp
from host.auth.limiting import limiter
from host.auth.sessions import Sessions
from host.auth.views import bp as auth_bp
from host.kernel.access import merge_permission_maps, signed_in
from host.kernel.calendar.views import bp as calendar_bp
from host.kernel.db import db, engine_options
from host.kernel.files.views import bp as files_bp
from host.kernel.jobs.views import bp as jobs_bp
from host.kernel.notifications.views import bp as notifications_bp
from host.kernel.outgoing.views import bp as outgoing_bp
from host.kernel.pages import register_pages
from host.kernel.tables.views import bp as exports_bp
from host.permissions import HOST_ROLE_PERMISSIONS
from host.web.addresses import register_addresses
from host.web.audit_views import bp as audit_bp
from host.web.errors import register_errors
from host.web.guard import register_guard
from host.web.headers import register_headers, static_headers
from host.web.health import bp as health_bp
from host.web.health import register_metrics
from host.web.home import bp as home_bp
from host.web.menu import register_menu
from host.web.offline import bp as offline_bp

SYSTEMS = (basic_info.system, duty_eval.system, function_monitor.system, performance.system)
HOST_BLUEPRINTS = (
    health_bp,
    home_bp,
    offline_bp,
    auth_bp,
    accounts_bp,
    audit_bp,
    jobs_bp,
    calendar_bp,
    files_bp,
    exports_bp,
    notifications_bp,
    outgoing_bp,
)
HERE = Path(__file__).parent

csrf = CSRFProtect()


def create_app(settings: Settings, *, process: str = "web") -> Flask:
    """The host with its four systems. ``settings.database_url`` must be set (see ``host.running``)."""
    app = Flask("host", root_path=str(HERE), static_folder="static", static_url_path="/static")
    app.config.from_mapping(
        SECRET_KEY=settings.secret_key,
        SQLALCHEMY_DATABASE_URI=settings.database_url,
        SQLALCHEMY_ENGINE_OPTIONS=engine_options(
            schema=settings.schema,
            queue_schema=settings.queue_schema,
            pool_size=max(settings.web_threads, 2),
            application=f"lvzhi-{process}",
        ),
        MAX_CONTENT_LENGTH=settings.upload_limit_mib * 1024 * 1024,
        MAX_FORM_MEMORY_SIZE=2 * 1024 * 1024,
        TESTING=settings.testing,
        WTF_CSRF_TIME_LIMIT=None,
        WTF_I18N_ENABLED=False,
        API_TITLE="履职平台接口",
        API_VERSION="v1",
        OPENAPI_VERSION="3.1.0",
        OPENAPI_URL_PREFIX="/api",
        OPENAPI_JSON_PATH="openapi.json",
        JSON_SORT_KEYS=False,
    )
    register_addresses(app)
    app.url_map.strict_slashes = False
    app.session_interface = Sessions()
    app.extensions["settings"] = settings
    app.extensions["systems"] = SYSTEMS
    app.extensions["reach"] = reach
    app.extensions["permission_map"] = merge_permission_maps(
        [HOST_ROLE_PERMISSIONS, *(system.role_permissions for system in SYSTEMS)]
    )
    db.init_app(app)
    register_headers(app)
    register_metrics(app)
    register_guard(app)  # before CSRF: while the database is away nobody's token can be known, which is no stale form
    csrf.init_app(app)
    limiter.init_app(app)
    register_pages(app)
    register_menu(app)
    _mount(app)
    register_errors(app)  # after the API, which would answer every HTTP error its own way
    _serve_static(app)
    if settings.trusted_proxies:
        hops = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]
    return app


def _mount(app: Flask) -> None:
    for blueprint in HOST_BLUEPRINTS:
        app.register_blueprint(blueprint)
    api = Api(app)
    for system in SYSTEMS:
        app.register_blueprint(system.blueprint)
        for api_blueprint in system.apis:
            api.register_blueprint(api_blueprint)
            csrf.exempt(api_blueprint)  # the API takes keys, no cookies: there is nothing to forge
    description = "api-docs.openapi_json"
    app.view_functions[description] = signed_in(app.view_functions[description])  # type: ignore[assignment]


def _serve_static(app: Flask) -> None:
    """The built front end: hashed names, kept by browsers for good."""
    served = WhiteNoise(
        app.wsgi_app,
        prefix="static/",
        immutable_file_test=r"^/static/build/.+-[0-9A-Za-z]{8,}\.\w+$",
        add_headers_function=static_headers,
        mimetypes={".webmanifest": "application/manifest+json"},
    )
    static = HERE / "static"
    if static.is_dir():
        served.add_files(str(static), prefix="static/")
    app.wsgi_app = served  # type: ignore[method-assign]
