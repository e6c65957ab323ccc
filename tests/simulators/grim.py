"""Grim Post: its messages break the provider that reads them, where they say so.

The provider is in ``tests/addons/logistics_test_provider``; it shares no code with this.
"""

import hashlib
import hmac

from .partner import Partner

DEEDS = ("raise", "exit", "loop", "memory")
#: What a person must find as the cause.
CAUSES = {
    "raise": "RuntimeError",
    "exit": "ProcessDied",
    "loop": "TimeExceeded",
    "memory": "MemoryError",
}


class GrimPost(Partner):
    """Signs with an HMAC in hex."""

    provider = "grimpost"
    name = "Grim Post"
    issuer = "grimpost"
    addon = "logistics_test_provider"

    def connection_values(self):
        proof = {
            "kind": "hmac",
            "header": "X-Grim-Signature",
            "encoding": "hex",
            "prefix": "sha256=",
        }
        return {"verifier_ids": [(0, 0, proof)]}

    def signature_headers(self, body, message_id):
        mac = hmac.new(self.secret.encode(), body, hashlib.sha256)
        return {"X-Grim-Signature": f"sha256={mac.hexdigest()}"}

    def number(self, rng):
        return f"GP{rng.randrange(10**10):010}"

    def poison(self, number, deed):
        """The body of a message that breaks its reader."""
        return self.encode({"parcel": number, "do": deed, "scans": []})
