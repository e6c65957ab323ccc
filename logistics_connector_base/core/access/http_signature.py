# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""HTTP message signatures (RFC 9421) with Content-Digest (RFC 9530), as a sender: over method,
address and body, with the verifier's own signature base."""

import base64
import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa, utils

from ..verifiers import Call
from ..verifiers.http_signature import ALGORITHMS, signature_base
from ..verifiers.public_keys import MIN_RSA_BITS
from .call import OutgoingCall
from .method import SIGNING_KEY, AccessMethod, check_text
from .pem import read_private_key

COVERED = ("@method", "@target-uri", "content-digest")
HEADERS = ("Content-Digest", "Signature-Input", "Signature")


@dataclass(frozen=True, slots=True)
class HttpSignature(AccessMethod):
    key_id: str = ""
    signature_algorithm: str = "hmac-sha256"

    @property
    def purpose(self) -> str:
        return SIGNING_KEY

    @property
    def header_names(self) -> tuple[str, ...]:
        return HEADERS

    def check(self) -> None:
        if self.signature_algorithm not in ALGORITHMS:
            raise ValueError("Choose the algorithm of the signatures.")
        if not self.key_id:
            raise ValueError("Enter the key id (keyid) under which the partner knows our key.")
        check_text(self.key_id, "key id")
        if '"' in self.key_id or "\\" in self.key_id:
            raise ValueError("The key id holds a quotation mark or a backslash.")

    def check_secret(self, text: str) -> None:
        if self.signature_algorithm == "hmac-sha256":
            if not text:
                raise ValueError("The secret is empty.")
        else:
            sign(self.signature_algorithm, text, b"")

    def _headers(self, call: OutgoingCall, keys: Sequence[str]) -> dict[str, str]:
        digest = base64.b64encode(hashlib.sha256(call.body).digest()).decode("ascii")
        made = {"Content-Digest": f"sha-256=:{digest}:"}
        inner = "(" + " ".join(f'"{name}"' for name in COVERED) + ")"
        # Each try has a nonce of its own: who takes a nonce once only takes the next try, too.
        moment = f"{call.message_id}\n{call.now.isoformat()}"
        nonce = hashlib.sha256(moment.encode()).hexdigest()[:32]
        inner += f';created={call.timestamp};keyid="{self.key_id}"'
        inner += f';alg="{self.signature_algorithm}";nonce="{nonce}"'
        seen = Call(
            body=call.body,
            headers={"content-digest": made["Content-Digest"]},
            now=0,
            method=call.method,
            target=call.target,
            scheme=call.scheme,
            authority=call.authority,
        )
        base = signature_base(COVERED, inner, seen)
        if base is None:
            raise ValueError("The call holds letters that HTTP cannot carry.")
        signature = base64.b64encode(sign(self.signature_algorithm, keys[0], base)).decode("ascii")
        return {
            **made,
            "Signature-Input": f"sig1={inner}",
            "Signature": f"sig1=:{signature}:",
        }


def sign(algorithm: str, key: str, content: bytes) -> bytes:
    """A signature by one of ``ALGORITHMS``. Raises ValueError where the key is for another."""
    if algorithm == "hmac-sha256":
        return hmac.new(key.encode(), content, hashlib.sha256).digest()
    private = read_private_key(key)
    is_rsa = isinstance(private, rsa.RSAPrivateKey) and private.key_size >= MIN_RSA_BITS
    if algorithm == "ed25519" and isinstance(private, ed25519.Ed25519PrivateKey):
        return private.sign(content)
    if algorithm == "rsa-v1_5-sha256" and is_rsa:
        return private.sign(content, padding.PKCS1v15(), hashes.SHA256())
    if algorithm == "rsa-pss-sha512" and is_rsa:
        pss = padding.PSS(padding.MGF1(hashes.SHA512()), 64)
        return private.sign(content, pss, hashes.SHA512())
    is_p256 = isinstance(getattr(private, "curve", None), ec.SECP256R1)
    if algorithm == "ecdsa-p256-sha256" and is_p256:
        halves = utils.decode_dss_signature(private.sign(content, ec.ECDSA(hashes.SHA256())))
        return b"".join(half.to_bytes(32, "big") for half in halves)
    raise ValueError(f"Paste a private key for {algorithm} (PEM, RSA of 2048 bits or more).")
