# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""EasyPost: a tracker for each number (docs.easypost.com/docs/trackers). Labels bought there have
one already. The key of the API is the user name of basic authentication::

    POST /v2/trackers {"tracker": {"tracking_code", "carrier"}} → 201 {"id": "trk_…", …}
    422 {"error": {"code", "message", "errors"}}

The same code and carrier again gives the same tracker for some months, so nothing is doubled.
"""

import json

from odoo.addons.logistics_connector_base.core.tracker import Call, Trackers, Verdict


def ask(url, wanted, hook, call_id):
    (one,) = wanted
    tracker = {"tracking_code": one.number}
    if one.carrier:
        tracker["carrier"] = one.carrier
    body = json.dumps({"tracker": tracker}).encode()
    return Call(url, body, headers={"Content-Type": "application/json"})


def read(status, body, wanted):
    (one,) = wanted
    data = json.loads(body)
    if status < 400:
        return {one.number: Verdict(True, id=data["id"])}
    error = data["error"]
    return {one.number: Verdict(False, error.get("message") or error["code"])}


URL = "https://api.easypost.com/v2/trackers"
# One address for both: the key says whether it is a test.
TRACKERS = Trackers(urls={"production": URL, "test": URL}, ask=ask, read=read)
