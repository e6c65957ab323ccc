# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""Shippo: a number of a carrier is registered for the account's webhook
(docs.goshippo.com/tracking/tracking). Labels bought there are registered already::

    POST /tracks carrier=…&tracking_number=… (a form) → 200 or 201, a track
    400 {"<field>": ["why"]} or {"detail": "why"}

Shippo does not find the carrier out. Who registers a number twice may hear each event twice, which
counts once here.
"""

import json
from urllib.parse import urlencode

from odoo.addons.logistics_connector_base.core.tracker import Call, Trackers, Verdict


def ask(url, wanted, hook, call_id):
    (one,) = wanted
    form = urlencode({"carrier": one.carrier, "tracking_number": one.number})
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    return Call(url, form.encode(), headers=headers)


def read(status, body, wanted):
    (one,) = wanted
    data = json.loads(body)
    if status < 400:
        return {one.number: Verdict(bool(data["tracking_number"]))}
    return {one.number: Verdict(False, _words(data))}


def _words(data):
    if not isinstance(data, dict):
        return str(data)[:300]
    parts = []
    for name, value in data.items():
        text = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
        parts.append(text if name == "detail" else f"{name}: {text}")
    return "; ".join(parts)


def refuse(wanted):
    return "" if wanted.carrier else "Shippo wants to be told the carrier, such as “usps”."


URL = "https://api.goshippo.com/tracks/"
TRACKERS = Trackers(urls={"production": URL, "test": URL}, ask=ask, read=read, refuse=refuse)
