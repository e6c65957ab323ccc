"""EasyPost, Shippo, AfterShip, ShipEngine and 17TRACK: calls signed as their pages say, and what
their messages do to a delivery."""

import base64
import hashlib
import hmac
import json
from dataclasses import replace

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from odoo.addons.logistics_connector_base.core.verifiers import KEYLESS, Call
from odoo.tests import freeze_time, tagged
from werkzeug.datastructures import Headers

from .common import TODAY, CarrierCommon, fixture

# Of each provider's fixtures: the tracking number, and when it was delivered.
DELIVERED = {
    "easypost": ("9499907123456000000011", "2026-03-11 18:22:00"),
    "shippo": ("1ZC9C2C30312345679", "2026-03-11 19:58:00"),
    "aftership": ("00340999123456789012", "2026-03-11 10:58:40"),
    "shipengine": ("9400100000000000000017", "2026-03-12 18:21:00"),
    "seventeentrack": ("RB000000017DE", "2026-03-11 10:58:40"),
}
NUMBER_FIELDS = ("tracking_code", "tracking_number", "number")

# EasyPost's own test vector has a secret of this kind: more than ASCII.
SECRET = "sécret-of-more-than-sixteen-bytes".encode()
NOW = 1773230405  # 2026-03-11 12:00:05 UTC
RFC_2822 = "Wed, 11 Mar 2026 12:00:05 -0000"  # as EasyPost writes it
TARGET = "/logistics/v1/in/abc"
JWKS = "https://api.shipengine.com/jwks"
KEY = rsa.generate_private_key(65537, 2048)


def mac(content):
    return hmac.new(SECRET, content, hashlib.sha256).digest()


def public_key(url, kid):
    """What the key set at ShipEngine's address holds."""
    if (url, kid) != (JWKS, "k1"):
        return None
    numbers = KEY.public_key().public_numbers()
    modulus, exponent = (
        base64.urlsafe_b64encode(value.to_bytes(size, "big")).rstrip(b"=").decode()
        for value, size in ((numbers.n, 256), (numbers.e, 3))
    )
    return {"kty": "RSA", "use": "sig", "alg": "RS256", "kid": "k1", "n": modulus, "e": exponent}


def easypost_v1(body):
    return {"X-Hmac-Signature": "hmac-sha256-hex=" + mac(body).hex()}


def easypost_v2(body):
    content = f"{RFC_2822}POST{TARGET}".encode() + body
    return {
        "X-Timestamp": RFC_2822,
        "X-Path": TARGET,
        "X-Hmac-Signature-V2": "hmac-sha256-hex=" + mac(content).hex(),
    }


def shippo(body):
    signature = mac(f"{NOW}.".encode() + body).hex()
    return {"Shippo-Auth-Signature": f"t={NOW},v1={signature}"}


def aftership(body):
    return {"aftership-hmac-sha256": base64.b64encode(mac(body)).decode()}


def shipengine(body):
    content = b"2026-03-11T12:00:05Z." + body
    signature = KEY.sign(content, padding.PKCS1v15(), hashes.SHA256())
    return {
        "x-shipengine-timestamp": "2026-03-11T12:00:05Z",
        "x-shipengine-rsa-sha256-key-id": "k1",
        "x-shipengine-rsa-sha256-signature": base64.b64encode(signature).decode(),
    }


def seventeentrack(body):
    return {"sign": hashlib.sha256(body + b"/" + SECRET).hexdigest()}


SIGN = {
    "easypost": easypost_v1,
    "shippo": shippo,
    "aftership": aftership,
    "shipengine": shipengine,
    "seventeentrack": seventeentrack,
}


@tagged("post_install", "-at_install")
@freeze_time(TODAY)
class TestAggregators(CarrierCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.stock()
        cls.providers = {
            code: cls.env.ref(f"logistics_connector_carrier.provider_{code}") for code in DELIVERED
        }
        cls.connections = {
            code: cls.make_connection(provider, company=cls.company)
            for code, provider in cls.providers.items()
        }

    def ship(self, provider, number):
        """The shipment of a validated delivery."""
        method = self.make_method(provider, self.providers[provider])
        delivery = self.make_delivery(method=method)
        self.validate(delivery, number)
        return self.shipment_of(delivery)

    def call(self, provider, sign):
        body = fixture(provider, "normal")
        headers = Headers(sign(body))
        return Call(body, headers, now=NOW, target=TARGET, public_key=public_key)

    def holds(self, proof, call, found):
        """It takes the call, and no other one that differs in the body, the secret or the time."""
        scheme = proof._scheme()
        scheme.check()
        keys = [SECRET] if scheme.needs_secret else []
        self.assertEqual(scheme.verify(keys, call), found)
        changed = call.body.replace(b"2026-03-11", b"2026-03-12", 1)
        self.assertIsNone(scheme.verify(keys, replace(call, body=changed)))
        self.assertIsNone(scheme.verify(keys, replace(call, headers=Headers())))
        if keys:
            self.assertIsNone(scheme.verify([b"another secret of many bytes"], call))
        return scheme

    # -- signatures ---------------------------------------------------------------------------

    def test_a_new_connection_asks_for_what_the_partner_signs(self):
        for provider, sign in SIGN.items():
            with self.subTest(provider):
                proof = self.connections[provider].verifier_ids
                found = KEYLESS if provider == "shipengine" else 0
                scheme = self.holds(proof, self.call(provider, sign), found)
                if provider in ("shippo", "shipengine"):
                    late = replace(self.call(provider, sign), now=NOW + 301)
                    self.assertIsNone(scheme.verify([SECRET], late))

    def test_easyposts_second_signature_is_asked_for_by_hand(self):
        proof = self.connections["easypost"].verifier_ids
        proof.write(
            {
                "kind": "hmac_time",
                "header": "X-Hmac-Signature-V2",
                "timestamp_header": "X-Timestamp",
                "signed": "{timestamp}{method}{path}{body}",
            }
        )
        call = self.call("easypost", easypost_v2)
        scheme = self.holds(proof, call, 0)
        for other in ({"now": NOW + 301}, {"method": "PUT"}, {"target": "/logistics/v1/in/xyz"}):
            self.assertIsNone(scheme.verify([SECRET], replace(call, **other)))

    def test_nobody_warns_of_what_they_prove(self):
        for connection in self.connections.values():
            self.assertFalse(connection.proof_warning)
            self.assertTrue(connection.proof_summary)

    # -- what messages do ---------------------------------------------------------------------

    def test_the_parcel_is_delivered_and_the_order_fulfilled(self):
        for provider, (number, when) in DELIVERED.items():
            with self.subTest(provider):
                shipment = self.ship(provider, number)
                self.receive(self.connections[provider], fixture(provider, "in_transit"))
                self.assertEqual(shipment.state, "in_transit")
                self.assertTrue(shipment.estimated_delivery_at)
                count = len(shipment.event_ids)
                message = self.receive(self.connections[provider], fixture(provider, "normal"))
                self.assertEqual(message.state, "processed")
                self.assertEqual((shipment.state, str(shipment.delivered_at)), ("delivered", when))
                self.assertEqual(shipment.picking_ids.sale_id.logistics_state, "fulfilled")
                self.assertGreater(len(shipment.event_ids), count)
                # The same history again, in other bytes: nothing is doubled.
                count = len(shipment.event_ids)
                body = fixture(provider, "normal") + b" "
                self.receive(self.connections[provider], body)
                self.assertEqual(len(shipment.event_ids), count)

    def test_what_nobody_knows_waits_for_a_person(self):
        for provider, (number, _when) in DELIVERED.items():
            with self.subTest(provider):
                shipment = self.ship(provider, number)
                body = json.loads(fixture(provider, "unmapped"))
                holder = body.get("data") or body.get("result") or body.get("msg")
                holder |= {name: number for name in NUMBER_FIELDS if name in holder}
                self.receive(self.connections[provider], body)
                self.assertEqual(shipment.state, "booked")
                cases = self.exceptions("unmapped_code")
                self.assertEqual(cases.mapped("provider").count(provider), 1)

    def test_what_has_the_wrong_types_is_given_to_a_person(self):
        for provider, connection in self.connections.items():
            with self.subTest(provider):
                message = self.receive(connection, fixture(provider, "hostile_types"))
                self.assertEqual(message.state, "dead")
        self.assertEqual(len(self.exceptions("parse_failure")), len(self.connections))
