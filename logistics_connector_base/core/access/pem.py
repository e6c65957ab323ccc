# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""Keys and certificates as people paste them: PEM, also without its line breaks."""

import re
import textwrap
from datetime import UTC, datetime

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

MAX_PEM = 64 * 1024
_BLOCK = re.compile(r"-----BEGIN ([A-Z0-9 ]{1,40})-----(.*?)-----END \1-----", re.DOTALL)


def blocks(text: str, ending: str) -> str:
    """The blocks of a PEM text whose name ends so ("CERTIFICATE", "PRIVATE KEY"), with lines as
    they should be; what stands around them is left out."""
    found = []
    for match in _BLOCK.finditer(text[:MAX_PEM]):
        name, body = match.groups()
        if not name.endswith(ending):
            continue
        if ":" not in body:  # else it has headers, whose lines mean something
            body = "\n" + "\n".join(textwrap.wrap("".join(body.split()), 64)) + "\n"
        found.append(f"-----BEGIN {name}-----{body}-----END {name}-----\n")
    return "".join(found)


def read_private_key(text: str, passphrase: str = ""):
    """A private key. Raises ValueError, in plain words, without a trace of it."""
    pem = blocks(text, "PRIVATE KEY")
    key = None
    try:
        if pem.count("-----BEGIN") == 1:
            key = load_pem_private_key(pem.encode(), passphrase.encode() if passphrase else None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        key = None
    if key is None:  # raised here: an exception above would carry what it read along
        raise ValueError(
            "The private key cannot be read: paste it as PEM (“-----BEGIN PRIVATE KEY-----”), with "
            "its password where it has one."
        )
    return key


def open_private_key(text: str, passphrase: str = "") -> str:
    """A private key as PEM without a password, to be encrypted by the master key."""
    key = read_private_key(text, passphrase)
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode("ascii")


def read_certificates(text: str) -> list[x509.Certificate]:
    """A chain, our own certificate first. Raises ValueError in plain words."""
    try:
        chain = x509.load_pem_x509_certificates(blocks(text, "CERTIFICATE").encode())
    except ValueError:
        chain = []
    if not chain:
        raise ValueError(
            "The certificate cannot be read: paste it as PEM (“-----BEGIN CERTIFICATE-----”)."
        )
    return chain


def certificate_ends(text: str) -> datetime:
    """When the first certificate of a chain to end, ends (aware). Raises ValueError."""
    return min(one.not_valid_after_utc for one in read_certificates(text)).astimezone(UTC)


def check_pair(certificates: str, key: str) -> None:
    """Raise ValueError unless the first certificate is for the private key."""
    public = read_certificates(certificates)[0].public_key()
    ours = read_private_key(key).public_key()
    form = (Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    if public.public_bytes(*form) != ours.public_bytes(*form):
        raise ValueError("The certificate belongs to another private key.")
