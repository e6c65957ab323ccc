# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""ShipEngine (ShipStation API): tracking updates of a number are started
(docs.shipstation.com/apis/shipengine/docs/reference/start-tracking). They end by themselves with
the delivery::

    POST /v1/tracking/start?carrier_code=…&tracking_number=… → 204
    400 {"request_id", "errors": [{"error_code", "message"}]}

The carrier must be connected to the account there.
"""

import json

from odoo.addons.logistics_connector_base.core.polling import with_query
from odoo.addons.logistics_connector_base.core.tracker import Call, Trackers, Verdict


def ask(url, wanted, hook, call_id):
    (one,) = wanted
    return Call(with_query(url, carrier_code=one.carrier, tracking_number=one.number))


def read(status, body, wanted):
    (one,) = wanted
    if status < 400:
        return {one.number: Verdict(True)}
    errors = json.loads(body)["errors"]
    text = "; ".join(filter(None, (error.get("message") for error in errors)))
    return {one.number: Verdict(False, text)}


def refuse(wanted):
    if wanted.carrier:
        return ""
    return "ShipEngine wants to be told the carrier, such as “stamps_com”."


URL = "https://api.shipengine.com/v1/tracking/start"
TRACKERS = Trackers(urls={"production": URL, "test": URL}, ask=ask, read=read, refuse=refuse)
