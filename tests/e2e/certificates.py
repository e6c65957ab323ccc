"""Client certificates for tests."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec


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
