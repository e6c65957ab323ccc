"""Every way of proving a call that can be had without a key server, as partners make them.

It shares no code with the product: what is signed here was written from the partners' pages.
"""

import base64
import hashlib
import hmac
import os
import secrets
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from email.utils import formatdate
from urllib.parse import urlencode, urlsplit

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ed25519

from .connections import FAST, add_secret, new_address
from .http import request

HEX, B64 = "hex", "base64"


def mac(secret, content):
    return hmac.new(secret.encode() if isinstance(secret, str) else secret, content, hashlib.sha256)


def b64(data):
    return base64.b64encode(data).decode()


@dataclass(frozen=True, slots=True)
class Signer:
    """One scheme. ``proof``: the values of a logistics.verifier; ``sign(key, body, url, at)``:
    headers and query of a call; ``key`` is what the partner keeps, ``secret(key)`` what Odoo does.
    """

    name: str
    proof: dict
    sign: Callable
    new_key: Callable = lambda: secrets.token_urlsafe(32)
    secret: Callable = lambda key: key
    signs_time: bool = False
    signs_body: bool = True


def _hook_key():
    return "whsec_" + b64(os.urandom(32))


def _standard(key, body, url, at, family="webhook"):
    message_id, at = f"msg_{uuid.uuid4().hex}", str(int(at))
    content = f"{message_id}.{at}.".encode() + body
    signature = b64(mac(base64.b64decode(key[6:]), content).digest())
    names = (f"{family}-id", f"{family}-timestamp", f"{family}-signature")
    return dict(zip(names, (message_id, at, f"v1,{signature}"), strict=True)), {}


def _svix(key, body, url, at):
    return _standard(key, body, url, at, "svix")


def _standard_ed25519(key, body, url, at):
    message_id, at = f"msg_{uuid.uuid4().hex}", str(int(at))
    signature = b64(key.sign(f"{message_id}.{at}.".encode() + body))
    return {
        "webhook-id": message_id,
        "webhook-timestamp": at,
        "webhook-signature": f"v1a,{signature}",
    }, {}


def _raw_public(key):
    form = serialization.PublicFormat.Raw
    return key.public_key().public_bytes(serialization.Encoding.Raw, form)


def _pem_public(key):
    form = serialization.PublicFormat.SubjectPublicKeyInfo
    return key.public_key().public_bytes(serialization.Encoding.PEM, form).decode()


def _easypost_v2(key, body, url, at):
    at = formatdate(int(at), usegmt=True)
    content = f"{at}POST{urlsplit(url).path}".encode() + body
    return {
        "X-Timestamp": at,
        "X-Path": urlsplit(url).path,
        "X-Hmac-Signature-V2": f"hmac-sha256-hex={mac(key, content).hexdigest()}",
    }, {}


def _shippo(key, body, url, at):
    signature = mac(key, f"{int(at)}.".encode() + body).hexdigest()
    return {"Shippo-Auth-Signature": f"t={int(at)},v1={signature}"}, {}


def _jwt(key, body, url, at):
    at = int(at)
    claims = {"iss": "partner", "aud": "odoo", "iat": at, "nbf": at, "exp": at + 240}
    return {"Authorization": f"Bearer {jwt.encode(claims, key, 'HS256')}"}, {}


def _http_signature(key, body, url, at):
    digest = f"sha-256=:{b64(hashlib.sha256(body).digest())}:"
    inner = (
        '("@method" "@path" "@authority" "content-digest")'
        f';created={int(at)};keyid="partner";nonce="{uuid.uuid4().hex}"'
    )
    base = (
        f'"@method": POST\n"@path": {urlsplit(url).path}\n"@authority": {urlsplit(url).netloc}\n'
        f'"content-digest": {digest}\n"@signature-params": {inner}'
    )
    return {
        "Content-Digest": digest,
        "Signature-Input": f"sig1={inner}",
        "Signature": f"sig1=:{b64(key.sign(base.encode()))}:",
    }, {}


SIGNERS = (
    Signer(
        "Standard Webhooks",
        {"kind": "standard_webhooks"},
        _standard,
        _hook_key,
        signs_time=True,
    ),
    Signer("Svix", {"kind": "standard_webhooks"}, _svix, _hook_key, signs_time=True),
    Signer(
        "Standard Webhooks, Ed25519",
        {"kind": "standard_webhooks_ed25519"},
        _standard_ed25519,
        ed25519.Ed25519PrivateKey.generate,
        lambda key: "whpk_" + b64(_raw_public(key)),
        signs_time=True,
    ),
    Signer(
        "Sendcloud",
        {"kind": "hmac", "header": "Sendcloud-Signature"},
        lambda key, body, url, at: ({"Sendcloud-Signature": mac(key, body).hexdigest()}, {}),
    ),
    Signer(
        "FedEx",
        {"kind": "hmac", "header": "fdx-signature", "encoding": B64},
        lambda key, body, url, at: ({"fdx-signature": b64(mac(key, body).digest())}, {}),
    ),
    Signer(
        "EasyPost v2",
        {
            "kind": "hmac_time",
            "header": "X-Hmac-Signature-V2",
            "prefix": "hmac-sha256-hex=",
            "timestamp_header": "X-Timestamp",
            "signed": "{timestamp}{method}{path}{body}",
        },
        _easypost_v2,
        signs_time=True,
    ),
    Signer(
        "Shippo",
        {"kind": "hmac_time", "header": "Shippo-Auth-Signature"},
        _shippo,
        signs_time=True,
    ),
    Signer(
        "17TRACK",
        {"kind": "plain_hash", "header": "sign"},
        lambda key, body, url, at: (
            {"sign": hashlib.sha256(body + b"/" + key.encode()).hexdigest()},
            {},
        ),
    ),
    Signer(
        "UPS",
        {"kind": "static", "header": "credential"},
        lambda key, body, url, at: ({"credential": key}, {}),
        signs_body=False,
    ),
    Signer(
        "Bearer",
        {"kind": "bearer"},
        lambda key, body, url, at: ({"Authorization": f"Bearer {key}"}, {}),
        signs_body=False,
    ),
    Signer(
        "Basic",
        {"kind": "basic"},
        lambda key, body, url, at: ({"Authorization": f"Basic {b64(key.encode())}"}, {}),
        lambda: f"partner:{secrets.token_urlsafe(24)}",
        signs_body=False,
    ),
    Signer(
        "Query token",
        {"kind": "query", "parameter": "key"},
        lambda key, body, url, at: ({}, {"key": key}),
        signs_body=False,
    ),
    Signer(
        "JSON Web Token",
        {"kind": "jwt", "algorithm": "HS256", "issuer": "partner", "audience": "odoo"},
        _jwt,
        signs_body=False,
    ),
    Signer(
        "RFC 9421",
        {"kind": "http_signature", "signature_algorithm": "ed25519", "key_id": "partner"},
        _http_signature,
        ed25519.Ed25519PrivateKey.generate,
        _pem_public,
        signs_time=True,
    ),
)  # fmt: skip


class Caller:
    """A partner that proves its calls in one way, connected to the Odoo behind ``rpc``."""

    def __init__(self, rpc, signer, name, proofs=(), **values):
        self.rpc, self.signer = rpc, signer
        self.key = signer.new_key()
        provider = rpc.one("logistics.provider", [("code", "=", "canonical")], ["id"])["id"]
        asked = [(0, 0, signer.proof), *((0, 0, proof) for proof in proofs)]
        self.connection_id = rpc(
            "logistics.connection",
            "create",
            [{"name": name, "provider_id": provider, "verifier_ids": asked, **FAST, **values}],
        )[0]
        domain = [("connection_id", "=", self.connection_id)]
        self.proof_id = rpc("logistics.verifier", "search", domain, limit=1, order="id")[0]
        self.add_key(self.key)
        self.url = new_address(rpc, self.connection_id)

    def add_key(self, key, **values):
        """Store one more key of this scheme; the credential's id."""
        values.setdefault("verifier_id", self.proof_id)
        return add_secret(self.rpc, self.connection_id, self.signer.secret(key), **values)

    def go_live(self):
        self.rpc("logistics.connection", "action_go_live", [self.connection_id])
        return self

    def become_known(self, body, calls=12):
        """Prove ourselves to every worker: who succeeded lately is not made to wait for failures
        (core.failure_meter), and failures are what follows. The last answer."""
        return [self.send(body) for _call in range(calls)][-1]

    def signed(self, body, key=None, at=None):
        """Headers and address of a call with ``body``."""
        at = time.time() if at is None else at
        headers, query = self.signer.sign(key or self.key, body, self.url, at)
        url = f"{self.url}?{urlencode(query)}" if query else self.url
        return {"Content-Type": "application/json", **headers}, url

    def send(self, body, key=None, at=None, sent=None, more=None, timeout=30):
        """Sign ``body``, and send it (or ``sent`` in its place, with ``more`` headers)."""
        headers, url = self.signed(body, key, at)
        return request(
            "POST", url, body if sent is None else sent, {**headers, **(more or {})}, timeout
        )
