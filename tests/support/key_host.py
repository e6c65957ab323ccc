"""A host that publishes a partner's public keys (JWKS) by https, with an authority of its own."""

import base64
import ipaddress
import json
import ssl
import threading
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa


class SigningKey:
    """An RSA key with a name."""

    def __init__(self, kid):
        self.kid = kid
        self._key = rsa.generate_private_key(65537, 2048)

    @property
    def jwk(self):
        numbers = self._key.public_key().public_numbers()
        text = {
            name: base64.urlsafe_b64encode(number.to_bytes((number.bit_length() + 7) // 8))
            .rstrip(b"=")
            .decode()
            for name, number in (("n", numbers.n), ("e", numbers.e))
        }
        return {"kty": "RSA", "use": "sig", "alg": "RS256", "kid": self.kid, **text}

    def sign(self, content):
        """RSASSA-PKCS1-v1_5 with SHA-256."""
        return self._key.sign(content, padding.PKCS1v15(), hashes.SHA256())


class KeyHost:
    """Answers every GET with the set of ``keys``; with 503 while ``down``. Counts."""

    def __init__(self, folder):
        self.keys, self.down, self.fetches = [], False, 0
        self.pem = self._certificate(folder)
        host = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                host.fetches += 1
                body = json.dumps({"keys": [key.jwk for key in host.keys]}).encode()
                self.send_response(503 if host.down else 200)
                self.send_header("Content-Length", str(len(body)))
                self.send_header("Cache-Control", "max-age=600")
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_args):
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(folder / "key-host.pem")
        self._server.socket = context.wrap_socket(self._server.socket, server_side=True)
        self.port = self._server.server_port
        self.url = f"https://127.0.0.1:{self.port}/keys"
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *exc_info):
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(10)

    def allow(self, rpc):
        """Let Odoo call it, as an administrator does."""
        values = {"host": "127.0.0.1", "ports": str(self.port), "note": "Test", "ca_pem": self.pem}
        domain = [("host", "=", "127.0.0.1"), ("active", "in", (True, False))]
        known = rpc("logistics.allowed.host", "search", domain)  # of another test
        if known:
            rpc("logistics.allowed.host", "write", known, {**values, "active": True})
            return known[0]
        return rpc("logistics.allowed.host", "create", [values])[0]

    @staticmethod
    def _certificate(folder):
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "key host")])
        now = datetime.now(UTC)
        here = x509.IPAddress(ipaddress.ip_address("127.0.0.1"))
        certificate = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(days=1))
            .not_valid_after(now + timedelta(days=30))
            .add_extension(x509.SubjectAlternativeName([here]), critical=False)
            .sign(key, hashes.SHA256())
        )
        pem = certificate.public_bytes(serialization.Encoding.PEM)
        (folder / "key-host.pem").write_bytes(
            pem
            + key.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            )
        )
        return pem.decode()
