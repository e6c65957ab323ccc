"""Providers that tell of a number when they are asked to: their side of "subscribe", "register" or
"create a tracker", each with the refusals of its published reference. What they are asked for they
keep in ``followed``: number → what was said with it."""

import base64
import hashlib
import json
import re
from urllib.parse import parse_qsl, urlsplit

from ..support.http import request
from .receiver import Answer, Receiver


class Follower(Receiver):
    """``unknown``: numbers that it refuses; ``down``: a status that it answers with instead."""

    provider = ""
    path = "/"
    most = 1
    carrier = ""  # its name of one of its carriers

    def __init__(self, port=0):
        super().__init__(self._behave, port)
        self.key = "key-" + hashlib.sha256(self.provider.encode()).hexdigest()[:24]
        self.followed, self.unknown, self.down = {}, set(), None

    @property
    def address(self):
        return self.url + self.path

    def number(self, index=0):
        return f"EZ{1000000000 + index}"

    def access(self):
        """Values of logistics.access, by which it is called."""
        raise NotImplementedError

    def headers(self):
        """The same, as headers."""
        raise NotImplementedError

    def _behave(self, call, number):
        if self.down:
            return Answer(self.down, body=b"{}")
        parts = urlsplit(call.path)
        if call.method != "POST" or parts.path != self.path:
            return Answer(404, body=b'{"error": "no such resource"}')
        given = {name.lower(): value for name, value in call.headers.items()}
        if any(given.get(name.lower()) != value for name, value in self.headers().items()):
            return self._json(401, {"error": "who are you?"})
        return self.answer(call, given, dict(parse_qsl(parts.query)))

    def answer(self, call, headers, query):
        raise NotImplementedError

    @staticmethod
    def _json(status, value):
        headers = {"Content-Type": "application/json"}
        return Answer(status, headers, json.dumps(value).encode())


class UpsFollower(Follower):
    """UPSTrackAlert.yaml: ``/subscription/standard/package``."""

    provider, most = "ups", 100
    path = "/api/track/v1/subscription/standard/package"

    def number(self, index=0):
        return f"1Z999AA1{index:010}"

    def access(self):
        return {"kind": "bearer", "hosts": "127.0.0.1"}

    def headers(self):
        return {"Authorization": f"Bearer {self.key}"}

    def answer(self, call, headers, query):
        for name, code in (("transid", "VSS002"), ("transactionsrc", "VSS004")):
            if not headers.get(name):
                return self._error(code, f"Missing {name}.")
        data = json.loads(call.body or b"{}")
        if not re.fullmatch(r"[a-z]{2}_[A-Z]{2}", data.get("locale") or ""):
            return self._error("VSS300", "Locale is required.")
        if not data.get("countryCode"):
            return self._error("VSS400", "Please enter a valid country code.")
        numbers = data.get("trackingNumberList") or []
        if not numbers:
            return self._error("VSS200", "Tracking Number List is required.")
        if len(numbers) > self.most:
            return self._error("VSS220", "You have submitted over 100 1Z numbers.")
        destination = data.get("destination") or {}
        for name, code in (
            ("url", "VSS600"),
            ("credential", "VSS700"),
            ("credentialType", "VSS800"),
        ):
            if not destination.get(name):
                return self._error(code, f"{name} is empty or not present.")
        valid = [
            one
            for one in numbers
            if re.fullmatch(r"1Z[0-9A-Z]{16}", one) and one not in self.unknown
        ]
        invalid = [one for one in numbers if one not in valid]
        if not valid:
            text = "The Subscription request should have at least one valid tracking number."
            return self._error("VSS210", text, invalid)
        self.followed |= dict.fromkeys(valid, destination)
        body = {"validTrackingNumbers": valid}
        return self._json(200, body | ({"invalidTrackingNumbers": invalid} if invalid else {}))

    def _error(self, code, text, invalid=()):
        body = {"response": {"errors": [{"code": code, "message": text}]}}
        return self._json(400, body | ({"invalidTrackingNumbers": invalid} if invalid else {}))

    def tell(self, number, payload, url=None):
        """Send an event to where the subscription wants it; the answer.

        :param url: in place of the subscription's host, of a server behind a proxy
        """
        destination = self.followed[number]
        address = destination["url"]
        if url:
            address = url + urlsplit(address).path
        headers = {
            "Content-Type": "application/json",
            "credential": destination["credential"],
            "User-Agent": "UPSPubSubTrackingService",
        }
        return request("POST", address, json.dumps(payload).encode(), headers, 30)


class EasyPostFollower(Follower):
    """docs.easypost.com: ``POST /v2/trackers``; the key is the user name."""

    provider, path, carrier = "easypost", "/v2/trackers", "USPS"

    def access(self):
        return {"kind": "basic_key", "hosts": "127.0.0.1"}

    def headers(self):
        return {"Authorization": "Basic " + base64.b64encode(f"{self.key}:".encode()).decode()}

    def answer(self, call, headers, query):
        tracker = json.loads(call.body).get("tracker") or {}
        number = tracker.get("tracking_code")
        if not number:
            return self._error("PARAMETER.REQUIRED", "Missing required parameter.")
        if number in self.unknown:
            text = "Unable to determine the carrier of this tracking code."
            return self._error("TRACKER.CREATE.ERROR", text)
        self.followed[number] = tracker
        made = "trk_" + hashlib.sha256(number.encode()).hexdigest()[:24]
        body = {"id": made, "object": "Tracker", "tracking_code": number, "status": "unknown"}
        return self._json(201, body)

    def _error(self, code, text):
        return self._json(422, {"error": {"code": code, "message": text, "errors": []}})


class AfterShipFollower(Follower):
    """aftership.com/docs/tracking: one tracking for each number; twice is 4003."""

    provider, path, carrier = "aftership", "/tracking/2026-07/trackings", "usps"

    def access(self):
        return {"kind": "api_key", "header": "as-api-key", "hosts": "127.0.0.1"}

    def headers(self):
        return {"as-api-key": self.key}

    def answer(self, call, headers, query):
        data = json.loads(call.body)
        number = data.get("tracking_number")
        if not number:
            return self._error(4010, "The value of `tracking_number` is invalid.")
        made = {"id": hashlib.sha256(number.encode()).hexdigest()[:32], "tracking_number": number}
        if number in self.followed:
            return self._error(4003, "Tracking already exists.", made)
        if number in self.unknown:
            return self._error(4005, "The value of `tracking_number` is invalid.")
        self.followed[number] = data
        return self._json(201, {"meta": {"code": 201}, "data": {**made, "slug": data.get("slug")}})

    def _error(self, code, text, data=None):
        meta = {"code": code, "type": "BadRequest", "message": text}
        return self._json(400, {"meta": meta, "data": data or {}})


class SeventeenTrackFollower(Follower):
    """asset.17track.net/api/document/v2.2_en: ``register``, 40 numbers with a call."""

    provider, path, most, carrier = "seventeentrack", "/track/v2.2/register", 40, "21051"

    def access(self):
        return {"kind": "api_key", "header": "17token", "hosts": "127.0.0.1"}

    def headers(self):
        return {"17token": self.key}

    def answer(self, call, headers, query):
        rows = json.loads(call.body)
        if not isinstance(rows, list) or not rows:
            return self._json(200, {"code": -18010013, "data": {"errors": []}})
        if len(rows) > self.most:
            return self._json(200, {"code": -18010014, "data": {"errors": []}})
        accepted, rejected = [], []
        for row in rows:
            number, carrier = row.get("number"), row.get("carrier", 0)
            if not isinstance(carrier, int):
                rejected.append(self._no(number, -18010015, "The value of carrier is invalid."))
            elif number in self.followed:
                text = f"Tracking number {number} is already registered."
                rejected.append(self._no(number, -18019901, text))
            elif number in self.unknown:
                rejected.append(self._no(number, -18019903, "Carrier cannot be detected."))
            else:
                self.followed[number] = row
                accepted.append({"origin": 1, "number": number, "carrier": carrier or 21051})
        return self._json(200, {"code": 0, "data": {"accepted": accepted, "rejected": rejected}})

    @staticmethod
    def _no(number, code, text):
        return {"number": number, "error": {"code": code, "message": text}}


class ShippoFollower(Follower):
    """docs.goshippo.com/tracking: a form; the carrier must be said."""

    provider, path, carrier = "shippo", "/tracks/", "usps"

    def access(self):
        values = {"kind": "api_key", "header": "Authorization", "prefix": "ShippoToken "}
        return {**values, "hosts": "127.0.0.1"}

    def headers(self):
        return {"Authorization": f"ShippoToken {self.key}"}

    def answer(self, call, headers, query):
        form = dict(parse_qsl(call.body.decode()))
        lacks = [name for name in ("carrier", "tracking_number") if not form.get(name)]
        if lacks:
            return self._json(400, {name: ["This field is required."] for name in lacks})
        number = form["tracking_number"]
        if number in self.unknown:
            return self._json(400, {"detail": "Invalid tracking number."})
        self.followed[number] = form
        return self._json(201, {**form, "tracking_status": None, "tracking_history": []})


class ShipEngineFollower(Follower):
    """docs.shipstation.com: ``POST /v1/tracking/start``; 204 is its yes."""

    provider, path, carrier = "shipengine", "/v1/tracking/start", "stamps_com"

    def access(self):
        return {"kind": "api_key", "header": "API-Key", "hosts": "127.0.0.1"}

    def headers(self):
        return {"API-Key": self.key}

    def answer(self, call, headers, query):
        number = query.get("tracking_number")
        if not number or not query.get("carrier_code"):
            return self._error("field_value_required", "carrier_code and tracking_number.")
        if number in self.unknown:
            return self._error("invalid_field_value", "tracking_number is not of this carrier.")
        self.followed[number] = query
        return Answer(204, body=b"")

    def _error(self, code, text):
        error = {"error_source": "shipengine", "error_code": code, "message": text}
        return self._json(400, {"request_id": "d2f1", "errors": [error]})


FOLLOWERS = {
    one.provider: one
    for one in (
        UpsFollower,
        EasyPostFollower,
        AfterShipFollower,
        SeventeenTrackFollower,
        ShippoFollower,
        ShipEngineFollower,
    )
}
