"""Certificates for tests: of clients, and of servers with an authority of their own."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat


@dataclass(frozen=True, slots=True)
class Made:
    certificate: x509.Certificate

    @property
    def fingerprint(self):
        """SHA-256, as an administrator copies it."""
        return self.certificate.fingerprint(hashes.SHA256()).hex(":")


def make_certificate(days=30):
    """A self-signed certificate that ends in ``days``."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "partner")])
    now = datetime.now(UTC)
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name)
    builder = builder.public_key(key.public_key()).serial_number(x509.random_serial_number())
    builder = builder.not_valid_before(now - timedelta(days=60))
    return Made(builder.not_valid_after(now + timedelta(days=days)).sign(key, hashes.SHA256()))


def make_server(*hosts):
    """``(authority, certificate, key)`` as PEM texts, for a server of these names."""
    mine, theirs = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    authority = _signed("authority", mine.public_key(), mine, is_authority=True)
    certificate = _signed("server", theirs.public_key(), mine, hosts)
    key = theirs.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    pems = [one.public_bytes(Encoding.PEM) for one in (authority, certificate)]
    return tuple(pem.decode() for pem in (*pems, key))


def _signed(subject, public_key, key, hosts=(), is_authority=False):
    now = datetime.now(UTC)
    names = [
        x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
        for name in (subject, "authority")
    ]
    builder = x509.CertificateBuilder().subject_name(names[0]).issuer_name(names[1])
    builder = builder.public_key(public_key).serial_number(x509.random_serial_number())
    builder = builder.not_valid_before(now - timedelta(days=1))
    builder = builder.not_valid_after(now + timedelta(days=30))
    builder = builder.add_extension(x509.BasicConstraints(is_authority, None), critical=True)
    if hosts:
        names = x509.SubjectAlternativeName([x509.DNSName(host) for host in hosts])
        builder = builder.add_extension(names, critical=False)
    return builder.sign(key, hashes.SHA256())
