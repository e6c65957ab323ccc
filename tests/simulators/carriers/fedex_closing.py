"""FedEx Ground's end of day: closing, and reports of the last three days once more.

Facts: the OpenAPI document "Ground End of Day Close API" (1.0.0,
https://developer.fedex.com/api/en-us/catalog/close/v1/docs.html): fields, enumerations, the shape
of answers, the refusal of a date. The schema requires nothing by name; its smallest sample has a
type, category, account and date. The code of "nothing to close" and of "no report" is ours.
"""

import base64
import re

from .carrier import Refusal

ACCOUNT = {
    "type": "object",
    "required": ["value"],
    "properties": {"value": {"type": "string", "minLength": 1, "maxLength": 9}},
    "additionalProperties": False,
}
DOCUMENTS = {
    "type": "object",
    "properties": {
        "closeDocumentTypes": {"type": "array", "items": {"enum": ["MANIFEST", "OP_950"]}},
    },
    "additionalProperties": False,
}
COMMON = {
    "accountNumber": ACCOUNT,
    "groundServiceCategory": {"enum": ["GROUND"]},
    "closeDate": {"type": "string"},
    "closeDocumentSpecification": DOCUMENTS,
}
CLOSE = {
    "type": "object",
    "required": ["closeReqType", "accountNumber", "groundServiceCategory", "closeDate"],
    "properties": {"closeReqType": {"enum": ["GCDR"]}, **COMMON},
    "additionalProperties": False,
}
REPRINT = {
    "type": "object",
    "required": ["closeReqType", "accountNumber", "groundServiceCategory", "reprintOption"],
    "properties": {
        "closeReqType": {"enum": ["GCDR", "RGCDR"]},
        **COMMON,
        "trackingNumber": {"type": "string", "minLength": 1},
        "reprintOption": {"enum": ["BY_SHIP_DATE", "BY_TRACKING_NUMBER"]},
    },
    "additionalProperties": False,
}
GROUND = {"FEDEX_GROUND", "GROUND_HOME_DELIVERY"}


class Closing:
    """Of ``FedexServer``. ``cycles``: what was closed together, by the cycle's number: (date,
    numbers). ``has_numbers``: the manifest names its parcels."""

    has_numbers = True

    def __init__(self, server):
        self.server, self.cycles = server, {}
        path = "/ship/v1/endofday/"
        self.acts = {("PUT", path): (CLOSE, self._close), ("POST", path): (REPRINT, self._reprint)}

    @property
    def closed(self):
        return {number for _day, numbers in self.cycles.values() for number in numbers}

    def _close(self, data):
        self.server._check_account(data)
        day = data["closeDate"]
        if not re.fullmatch(r"\d{4}-\d\d-\d\d", day):
            raise Refusal(400, "AVAILABILITY.SHIP.DATE.INVALID", "Ship date is invalid.")
        numbers = [
            number
            for one in self.server.live
            if one.service in GROUND
            for number in one.numbers
            if number not in self.closed
        ]
        if not numbers:
            raise Refusal(400, "CLOSE.SHIPMENTS.NOTFOUND", "There are no shipments to close.")
        cycle = f"10032345{len(self.cycles):08}"
        self.cycles[cycle] = (day, numbers)
        return {"closeDocuments": [self._document(cycle)]}

    def _reprint(self, data):
        self.server._check_account(data)
        if data["reprintOption"] == "BY_SHIP_DATE":
            found = [one for one, (day, _n) in self.cycles.items() if day == data.get("closeDate")]
        else:
            number = data.get("trackingNumber")
            found = [one for one, (_day, numbers) in self.cycles.items() if number in numbers]
        if not found:
            raise Refusal(400, "REPRINT.DOCUMENTS.NOTFOUND", "There are no reports to print.")
        return {"closeDocuments": [self._document(one) for one in found]}

    def _document(self, cycle):
        day, numbers = self.cycles[cycle]
        lines = [f"FEDEX GROUND MANIFEST {day}", *(numbers if self.has_numbers else ())]
        halves = ["\r\n".join(lines[:1]) + "\r\n", "\r\n".join(lines[1:])]
        parts = [
            {
                "documentPartSequenceNumber": place,
                "image": base64.b64encode(half.encode()).decode(),
            }
            for place, half in enumerate(halves, 1)
        ]
        return {
            "type": "MANIFEST",
            "shippingCycle": cycle,
            "shippingDocumentDisposition": "CONFIRMED",
            "resolution": 200,
            "copiesToPrint": 1,
            "parts": parts[::-1],
        }
