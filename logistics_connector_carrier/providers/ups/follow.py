# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""UPS Track Alert: a subscription for each 1Z number, for 14 days, 100 in a request
(UPSTrackAlert.yaml of github.com/UPS-API/api-documentation, ``/subscription/standard/package``)::

    {"locale", "countryCode", "trackingNumberList",
     "destination": {"url", "credentialType", "credential"}}
    200: {"validTrackingNumbers", "invalidTrackingNumbers"}
    400: {"response": {"errors": [{"code", "message"}]}, "invalidTrackingNumbers"}

What happened before a subscription is not told: the Track API (:mod:`.poll`) is asked for that. The
credential comes back in the header of that name. A new subscription replaces the one before.
"""

import json
import re
from datetime import timedelta

from odoo.addons.logistics_connector_base.core.tracker import Call, Trackers, Verdict

_NUMBER = re.compile(r"1Z[0-9A-Z]{16}")
_INVALID = "UPS does not know this number (yet)."
# "Invalid 1Z" of the test system, and "at least one valid tracking number" wanted: about numbers.
_ABOUT_NUMBERS = {"VSS210", "VSS215"}


def ask(url, wanted, hook, call_id):
    data = {
        "locale": "en_US",
        "countryCode": "US",
        "trackingNumberList": [one.number for one in wanted],
        "destination": {
            "url": hook.url,
            "credentialType": "Bearer",
            "credential": hook.secret,
        },
    }
    headers = {
        "Content-Type": "application/json",
        # 32 characters are taken elsewhere by UPS; what differs stands at the end.
        "transId": call_id.replace("-", "")[-32:],
        "transactionSrc": "odoo",
    }
    return Call(url, json.dumps(data).encode(), headers=headers)


def read(status, body, wanted):
    data = json.loads(body)
    valid = set(data.get("validTrackingNumbers") or ())
    invalid = set(data.get("invalidTrackingNumbers") or ())
    errors = (data.get("response") or {}).get("errors") or []
    if status >= 400 and {one.get("code") for one in errors} & _ABOUT_NUMBERS:
        invalid |= {one.number for one in wanted}
    if not valid and not invalid:
        return None
    text = "; ".join(f"{one['message']} (UPS {one['code']})" for one in errors) or _INVALID
    return {
        one.number: Verdict(one.number in valid, "" if one.number in valid else text)
        for one in wanted
        if one.number in valid | invalid
    }


def refuse(wanted):
    return "" if _NUMBER.fullmatch(wanted.number) else "UPS Track Alert follows 1Z numbers only."


TRACKERS = Trackers(
    urls={
        "production": "https://onlinetools.ups.com/api/track/v1/subscription/standard/package",
        # "For integration testing only": its two numbers send some events, others are refused.
        "test": "https://wwwcie.ups.com/api/track/v1/subscription/standard/package",
    },
    ask=ask,
    read=read,
    most=100,
    lasts=timedelta(days=14),
    refuse=refuse,
    needs_hook=True,
)
