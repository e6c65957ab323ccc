# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""Partners that behave in every way but well: real sockets on the loopback network."""

import contextlib
import datetime
import socket
import ssl
import struct
import threading

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID


class Listener:
    """Accepts connections and lets ``behave(socket, request)`` answer each request.

    ``requests``: what came, as raw bytes. ``connections``: how many were opened. A behaviour that
    returns False ends the connection. Without one nobody is let in, but counted all the same.
    """

    def __init__(self, behave=None, host="127.0.0.1", port=0, context=None):
        self.behave = behave
        self.context = context
        self.requests = []
        self.connections = 0
        self.ended = threading.Event()  # a behaviour came to its end, or was cut off
        self.closing = threading.Event()
        self._socket = socket.create_server((host, port))
        self.host, self.port = self._socket.getsockname()[:2]
        self._threads = []
        self._acceptor = threading.Thread(target=self._accept, daemon=True)
        self._acceptor.start()

    def __enter__(self):
        return self

    def __exit__(self, *exc_info):
        self.closing.set()
        # Wakes accept(); closing alone does not.
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        for thread in [self._acceptor, *self._threads]:
            thread.join(10)

    def _accept(self):
        while True:
            try:
                connection, _peer = self._socket.accept()
            except OSError:
                return
            self.connections += 1
            if self.behave is None:
                connection.close()
                continue
            thread = threading.Thread(target=self._serve, args=(connection,), daemon=True)
            self._threads.append(thread)
            thread.start()

    def _serve(self, connection):
        try:
            connection.settimeout(10)
            if self.context is not None:
                connection = self.context.wrap_socket(connection, server_side=True)
            while (request := read_request(connection)) and not self.closing.is_set():
                self.requests.append(request)
                if self.behave(connection, request) is False:
                    break
        except OSError:
            pass  # the client went away, or did not like us
        finally:
            connection.close()
            self.ended.set()


def read_request(connection):
    """The bytes of one request with its body; b"" when the client is gone."""
    data = b""
    while b"\r\n\r\n" not in data:
        piece = connection.recv(65536)
        if not piece:
            return b""
        data += piece
    head, _, body = data.partition(b"\r\n\r\n")
    length = 0
    for line in head.split(b"\r\n")[1:]:
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            length = int(value)
    while len(body) < length:
        body += connection.recv(65536)
    return head + b"\r\n\r\n" + body


def answer(body=b"", status="200 OK", *headers):
    """A behaviour: a well-formed answer."""
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers, "", ""]
    data = "\r\n".join(lines).encode("latin-1") + body

    def behave(connection, _request):
        connection.sendall(data)

    return behave


def raw(data, keep=False):
    """A behaviour: these bytes, then the end of the connection."""

    def behave(connection, _request):
        connection.sendall(data)
        return keep

    return behave


def reset(connection):
    """End a connection by RST."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


class Authority:
    """A certificate authority of our own."""

    def __init__(self, name="Test authority"):
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        self.certificate = self._sign(self._name, self._key.public_key(), authority=True)
        self.pem = self.certificate.public_bytes(Encoding.PEM).decode()

    def issue(self, *names, days=(-1, 30)):
        """Certificate and key (PEM texts) for DNS names or IP addresses, valid in these days."""
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "leaf")])
        certificate = self._sign(subject, key.public_key(), names=names, days=days)
        private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        return certificate.public_bytes(Encoding.PEM).decode(), private.decode()

    def context(self, folder, *names, days=(-1, 30), ask_for=None):
        """A server's context with a certificate for ``names``; ``ask_for``: the authority of
        certificates that clients must show."""
        certificate, key = self.issue(*names, days=days)
        path = folder / f"server-{len(list(folder.iterdir()))}.pem"
        path.write_text(certificate + key)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(path)
        if ask_for is not None:
            context.verify_mode = ssl.CERT_REQUIRED
            context.load_verify_locations(cadata=ask_for.pem)
        return context

    def _sign(self, subject, public_key, names=(), days=(-1, 30), authority=False):
        now = datetime.datetime.now(datetime.UTC)
        builder = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self._name)
            .public_key(public_key)
            .serial_number(x509.random_serial_number())
            .not_valid_before(now + datetime.timedelta(days=days[0]))
            .not_valid_after(now + datetime.timedelta(days=days[1]))
            .add_extension(x509.BasicConstraints(authority, None), critical=True)
        )
        if names:
            import ipaddress

            alternatives = []
            for name in names:
                try:
                    alternatives.append(x509.IPAddress(ipaddress.ip_address(name)))
                except ValueError:
                    alternatives.append(x509.DNSName(name))
            builder = builder.add_extension(
                x509.SubjectAlternativeName(alternatives), critical=False
            )
        return builder.sign(self._key, hashes.SHA256())
