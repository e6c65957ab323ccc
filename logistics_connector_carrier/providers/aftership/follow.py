# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""AfterShip: a tracking for each number (aftership.com/docs/tracking, "Create a tracking")::

    POST /tracking/<version>/trackings {"tracking_number", "slug"}
    201 {"meta": {"code": 201}, "data": {"id", …}}
    400 {"meta": {"code": 4003, "message": "Tracking already exists."}, "data": {"id", …}}

4003 says that it is followed already. Without a slug AfterShip finds the carrier out.
"""

import json

from odoo.addons.logistics_connector_base.core.tracker import Call, Trackers, Verdict

ALREADY = 4003


def ask(url, wanted, hook, call_id):
    (one,) = wanted
    data = {"tracking_number": one.number}
    if one.carrier:
        data["slug"] = one.carrier
    return Call(url, json.dumps(data).encode(), headers={"Content-Type": "application/json"})


def read(status, body, wanted):
    (one,) = wanted
    data = json.loads(body)
    meta, made = data["meta"], data.get("data") or {}
    if status < 400 or meta["code"] == ALREADY:
        return {one.number: Verdict(True, id=made.get("id") or "")}
    return {one.number: Verdict(False, f"{meta.get('message') or ''} ({meta['code']})".strip())}


URL = "https://api.aftership.com/tracking/2026-07/trackings"
TRACKERS = Trackers(urls={"production": URL, "test": URL}, ask=ask, read=read)
