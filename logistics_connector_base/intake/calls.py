"""From Odoo's request to the ``Call`` that verifiers look at."""

import logging
import os
import time
from urllib.parse import urlsplit

from odoo.tools import config

from ..core.verifiers import Call, addresses

_logger = logging.getLogger(__name__)

LOOPBACK = "127.0.0.0/8 ::1"


def trusted_proxies():
    """Networks of our own proxies: ``logistics_trusted_proxies`` in odoo.conf or the environment,
    else this machine. None, where the setting cannot be read."""
    text = (
        os.environ.get("LOGISTICS_TRUSTED_PROXIES")
        or config.get("logistics_trusted_proxies")
        or LOOPBACK
    )
    try:
        return addresses.read_networks(text)
    except ValueError as error:
        _logger.error("logistics_trusted_proxies: %s No proxy is trusted.", error)
        return ()


def read_call(httprequest, body, public_key, first_use):
    """The call as it came.

    :param httprequest: werkzeug's request; Odoo has applied its proxy headers already, where
        proxy_mode is on and the proxy sends X-Forwarded-Host
    :param bytes body: the raw bytes
    :param public_key: see ``Call``
    :param first_use: see ``Call``
    """
    environ = httprequest.environ
    peer = (environ.get("werkzeug.proxy_fix.orig") or environ).get("REMOTE_ADDR") or ""
    remote, by_proxy = peer, False
    if config["proxy_mode"]:
        forwarded = environ.get("HTTP_X_FORWARDED_FOR") or ""
        remote, by_proxy = addresses.client_address(peer, forwarded, trusted_proxies(), True)
    return Call(
        body=body,
        headers=httprequest.headers,
        now=time.time(),
        method=httprequest.method,
        target=_target(environ),
        scheme=httprequest.scheme,
        authority=httprequest.host.lower(),
        remote=remote,
        by_proxy=by_proxy,
        public_key=public_key,
        first_use=first_use,
    )


def _target(environ):
    """Path and query as they stand in the request line."""
    target = environ.get("REQUEST_URI") or environ.get("RAW_URI") or ""
    if target.startswith("/"):
        return target
    parts = urlsplit(target)  # the absolute form, as proxies may send it
    return parts.path + (f"?{parts.query}" if parts.query else "")
