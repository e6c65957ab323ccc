"""Who may read what is for machines: whoever has the one token of the configuration."""

import hashlib
import hmac
import os

from odoo.http import request
from odoo.tools import config


def metrics_token():
    """The configured bearer token, or "" when the pages for machines are switched off."""
    return os.environ.get("LOGISTICS_METRICS_TOKEN") or config.get("logistics_metrics_token") or ""


def has_token():
    """Whether the present call brings the token that is configured."""
    token = metrics_token()
    scheme, _space, given = request.httprequest.headers.get("Authorization", "").partition(" ")
    return bool(token) and scheme.lower() == "bearer" and _same(given.strip(), token)


def _same(given, expected):
    """Compare secrets in constant time, whatever their lengths."""
    digests = (hashlib.sha256(text.encode()).digest() for text in (given, expected))
    return hmac.compare_digest(*digests)
