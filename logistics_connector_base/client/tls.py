# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""TLS as we speak it: always verified; there is no switch."""

import secrets
import ssl
import tempfile

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
    load_pem_private_key,
)
from requests.certs import where

from .wire import GuardedTLSSocket


class Contexts:
    """The contexts of one client: one for each authority that the administrator's list names, made
    when it is needed.

    :param alpn: what we want to speak (RFC 7301)
    :param tls: arguments of :func:`make_context`, for all of them
    :raises ValueError: a certificate or key cannot be read
    """

    def __init__(self, alpn=("http/1.1",), **tls):
        self._alpn, self._tls = alpn, tls
        self._made = {}
        if tls:
            self("")  # what is wrong is told at once

    def __call__(self, ca_pem):
        if ca_pem not in self._made:
            self._made[ca_pem] = make_context(**{"ca_pem": ca_pem, **self._tls}, alpn=self._alpn)
        return self._made[ca_pem]


def make_context(
    ca_pem=None, certificate_pem=None, key_pem=None, key_password=None, alpn=("http/1.1",)
):
    """A context that trusts whom Odoo's other calls trust, or only ``ca_pem``.

    :param str ca_pem: certificates of the authorities that count instead of the public ones (a
        local system with an authority of its own)
    :param str certificate_pem: our own certificate with its chain, for partners that ask for one
    :param str key_pem: its private key
    :param str key_password: of the private key
    :raises ValueError: they cannot be read or do not fit, in plain words
    """
    # Not ssl.create_default_context: it would write session keys where SSLKEYLOGFILE says.
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # verifies certificate and host name
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.options |= ssl.OP_NO_COMPRESSION
    if alpn:
        context.set_alpn_protocols(list(alpn))
    context.sslsocket_class = GuardedTLSSocket
    if ca_pem:
        _load(context.load_verify_locations, "The authority's certificate", cadata=ca_pem)
    else:
        context.load_verify_locations(where())
    if certificate_pem:
        _load_own(context, certificate_pem, key_pem or "", key_password)
    return context


def _load(function, what, **arguments):
    try:
        return function(**arguments)
    except (ssl.SSLError, UnsupportedAlgorithm, ValueError, TypeError):
        pass
    # Raised out here, so that no exception hangs on it that may tell something of the key.
    raise ValueError(f"{what} cannot be read, or does not fit.")


def _load_own(context, certificate_pem, key_pem, key_password):
    """OpenSSL takes a certificate from a file only. The key goes there encrypted, under a password
    that nobody but this call has ever known."""
    password = key_password.encode() if key_password else None
    key = _load(load_pem_private_key, "The private key", data=key_pem.encode(), password=password)
    _load(x509.load_pem_x509_certificates, "The certificate", data=certificate_pem.encode())
    once = secrets.token_hex(16)
    packed = key.private_bytes(
        Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(once.encode())
    )
    with tempfile.NamedTemporaryFile() as file:
        file.write(certificate_pem.encode() + b"\n" + packed)
        file.flush()
        _load(context.load_cert_chain, "The certificate", certfile=file.name, password=once)
