"""What Odoo itself answers on our addresses, made fit for machines.

Odoo has pages for people: 404 while PostgreSQL is away (partners take that for the end and stop
sending), 405 and 500 as HTML. A thin layer around Odoo's WSGI application looks at the answers on
``/logistics/v1/`` and ``/logistics/health`` only. What is an answer of ours passes; an error that
is not becomes a problem document, and one that only says that there is no database becomes 503 with
Retry-After. ``/logistics/health/live`` is answered here, without Odoo and its database: it says
that this process serves.

It is installed when the addon is imported, which needs no database when the addon is among the
``server_wide_modules``.
"""

import functools
import json
import logging
import re
import time
from http import HTTPStatus

import odoo.service.db
import psycopg2
from odoo import http
from odoo.sql_db import connection_info_for

from ..core.problem import CONTENT_TYPE, problem

_logger = logging.getLogger(__name__)

PREFIX = "/logistics/v1/"
HEALTH = "/logistics/health"
ALIVE = "/logistics/health/live"
RETRY_AFTER = 30  # seconds a sender shall wait while we cannot take anything
# Where our own code answers whenever there is a database with this addon.
OWN_ROUTE = re.compile(
    r"/logistics/health|"
    r"/logistics/v1/(?:in/[^/]+(?:/test)?|messages/[^/]+|(?:receipts|shipments|events|orders)(?:/.*)?)/?"
)
# https://datatracker.ietf.org/doc/html/draft-inadarei-api-health-check-06
HEALTH_TYPE = "application/health+json"
CONNECT_TIMEOUT = 3  # seconds
TRUST_ABSENCE = 10.0  # seconds for which a database that is not there is not looked for again
KEPT_HEADERS = ("allow", "www-authenticate")

_absent: dict[str, float] = {}


def install():
    """Put the layer around Odoo's application, once in a process."""
    original = http.Application.__call__
    if getattr(original, "is_logistics_gate", False):
        return

    @functools.wraps(original)
    def call(application, environ, start_response):
        path = environ.get("PATH_INFO", "")
        if path == ALIVE:
            return _alive(environ, start_response)
        if not path.startswith(PREFIX) and path != HEALTH:
            return original(application, environ, start_response)
        return _answer(functools.partial(original, application), environ, start_response)

    call.is_logistics_gate = True
    http.Application.__call__ = call


def is_installed():
    """Whether the layer is there in this process."""
    return getattr(http.Application.__call__, "is_logistics_gate", False)


def _alive(environ, start_response):
    body = b'{"status": "pass"}'
    headers = [
        ("Content-Type", HEALTH_TYPE),
        ("Content-Length", str(len(body))),
        ("Cache-Control", "no-store"),
    ]
    start_response("200 OK", headers)
    return [b"" if environ.get("REQUEST_METHOD") == "HEAD" else body]


def _answer(application, environ, start_response):
    begun = []

    def start(status, headers, exc_info=None):
        begun[:] = [status, headers]

    try:
        content = application(environ, start)
    except Exception:
        _logger.exception("no answer to a partner's call")
        return _problem(environ, start_response, 503, retry_after=RETRY_AFTER)
    status, headers = begun
    code = int(status[:3])
    if code < 400 or _is_problem(headers):
        start_response(status, headers)
        return content
    if hasattr(content, "close"):
        content.close()
    if code >= 500 or (code == 404 and _must_be_ours(environ)):
        # Odoo's own error, before any code of ours could see the message: nothing was taken.
        return _problem(environ, start_response, 503, retry_after=RETRY_AFTER)
    kept = [(name, value) for name, value in headers if name.lower() in KEPT_HEADERS]
    return _problem(environ, start_response, code, kept)


def _is_problem(headers):
    kinds = [value for name, value in headers if name.lower() == "content-type"]
    return bool(kinds) and kinds[0].startswith((CONTENT_TYPE, HEALTH_TYPE))


TEXTS = {
    404: ("Not found", "There is nothing at this address."),
    405: ("Method not allowed", "This address does not know that method."),
    413: ("Too large", "The message is larger than what is taken here."),
    503: ("Not available", "The message was not taken. Send it again later."),
}


def _problem(environ, start_response, code, headers=(), retry_after=None):
    known = HTTPStatus(code) if code in HTTPStatus._value2member_map_ else None
    phrase = known.phrase if known else "Error"
    title, detail = TEXTS.get(code, (phrase, "The request was not understood."))
    body = json.dumps(problem(code, title, detail)).encode()
    headers = [
        *headers,
        ("Content-Type", CONTENT_TYPE),
        ("Content-Length", str(len(body))),
        ("X-Content-Type-Options", "nosniff"),
    ]
    if retry_after:
        headers.append(("Retry-After", str(retry_after)))
    start_response(f"{code} {phrase}", headers)
    return [b"" if environ.get("REQUEST_METHOD") == "HEAD" else body]


def _must_be_ours(environ):
    """Whether Odoo's 404 can only mean that it could not reach the database.

    Odoo says the same when there is no such database. PostgreSQL is asked which it is; when it does
    not know either, or has come back meanwhile, the sender shall come again.
    """
    if not OWN_ROUTE.fullmatch(environ.get("PATH_INFO", "")):
        return False
    host = environ.get("HTTP_HOST", "")
    wanted = environ.get("HTTP_X_ODOO_DATABASE")
    try:
        names = [wanted] if wanted else odoo.service.db.list_dbs(True)
        names = http.db_filter(names, host=host)
        if len(names) != 1:
            return False  # PostgreSQL is there, and nobody can say which database is meant
        return not _is_absent(names[0])
    except psycopg2.Error:
        return True


def _is_absent(name):
    """Whether PostgreSQL says that there is no such database, or none with this addon.

    :raises psycopg2.Error: it says nothing
    """
    if _absent.get(name, 0) > time.monotonic():
        return True
    there = _value("postgres", "SELECT 1 FROM pg_database WHERE datname = %s", name)
    if not there or not _value(name, "SELECT to_regclass('logistics_connection')::text"):
        if len(_absent) > 1000:
            _absent.clear()
        _absent[name] = time.monotonic() + TRUST_ABSENCE
        _logger.warning("partners send to the database %s, which is not there or not ours", name)
        return True
    return False


def _value(database, query, *parameters):
    _name, info = connection_info_for(database)
    connection = psycopg2.connect(**info, connect_timeout=CONNECT_TIMEOUT)
    try:
        with connection.cursor() as cursor:
            cursor.execute(query, parameters)
            row = cursor.fetchone()
            return row and row[0]
    finally:
        connection.close()
