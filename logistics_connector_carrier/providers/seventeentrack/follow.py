# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""17TRACK: numbers are registered, 40 with a call (asset.17track.net/api/document/v2.2_en)::

    POST /track/v2.2/register [{"number", "carrier": key}]
    {"code": 0, "data": {"accepted": [{"number", "carrier"}],
                         "rejected": [{"number", "error": {"code", "message"}}]}}

-18019901 says that it is registered already, which costs nothing of the quota. ``carrier`` is
17TRACK's key, a number; without it 17TRACK finds the carrier out, or says that it cannot.
"""

import json

from odoo.addons.logistics_connector_base.core.tracker import Call, Trackers, Verdict

ALREADY = -18019901


def ask(url, wanted, hook, call_id):
    rows = [
        {"number": one.number, **({"carrier": int(one.carrier)} if one.carrier else {})}
        for one in wanted
    ]
    return Call(url, json.dumps(rows).encode(), headers={"Content-Type": "application/json"})


def read(status, body, wanted):
    data = json.loads(body)
    if data["code"] != 0:
        return None  # about the call: the key, the quota
    found = {one["number"]: Verdict(True) for one in data["data"].get("accepted") or ()}
    for one in data["data"].get("rejected") or ():
        error = one["error"]
        is_there = error["code"] == ALREADY
        text = "" if is_there else f"{error.get('message') or ''} ({error['code']})".strip()
        found[one["number"]] = Verdict(is_there, text)
    return found


def refuse(wanted):
    if wanted.carrier and not wanted.carrier.isdecimal():
        return "17TRACK's name of a carrier is a number, such as 100002 for UPS."
    return ""


URL = "https://api.17track.net/track/v2.2/register"
TRACKERS = Trackers(
    urls={"production": URL, "test": URL}, ask=ask, read=read, most=40, refuse=refuse
)
