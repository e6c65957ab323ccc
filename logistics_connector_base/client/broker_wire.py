# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""Between kombu and the wire: the only module that imports kombu, which is an optional package.

kombu speaks AMQP by py-amqp, which opens its own socket. Here that opening, and each receive and
send, is the guarded wire's: the address that was judged, TLS that is verified, the clock of the
whole call, and a meter of what comes in.
"""

import socket
import ssl

from amqp.transport import AMQP_PROTOCOL_HEADER, TCPTransport
from kombu import Connection, Exchange, Producer
from kombu.transport import pyamqp

from .errors import TooLarge, Unreachable

HEARTBEAT = 20  # seconds; a broker that is silent for two of them is gone
PIECE = 64 * 1024


class _Line(TCPTransport):
    """py-amqp's transport on a socket of ours, with or without TLS."""

    def __init__(self, wire):
        target = wire.target
        super().__init__(f"{target.host}:{target.port}", connect_timeout=wire.current.connect)
        self.wire = wire
        self.room = wire.current.answer_bytes

    def _connect(self, host, port, timeout):
        target = self.wire.target
        plain = self.wire.open(target.host, target.port)
        if target.scheme == "amqp":
            self.sock = plain
            return
        try:
            context = self.wire.contexts(self.wire.ca_pem)
            self.sock = context.wrap_socket(plain, server_hostname=target.host)
        except BaseException:
            plain.close()
            raise
        self.sock.wire = self.wire

    def _init_socket(self, socket_settings, read_timeout, write_timeout):
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        self.sock.settimeout(None)  # each receive and send sets its own
        self._write, self._quick_recv = self._send, self._receive
        self._write(AMQP_PROTOCOL_HEADER)

    def _send(self, data):
        sock = self._socket()
        asked = sock.gettimeout()
        try:
            sock.sendall(data)  # under the wire's clock
        finally:
            sock.settimeout(asked)

    def _receive(self, size):
        """At most ``size`` bytes. Of the library's time-out and ours the shorter one counts."""
        sock, wire = self._socket(), self.wire
        asked, left = sock.gettimeout(), wire.time_left(wire.current.read)
        sock.settimeout(left if asked is None else min(asked, left))
        try:
            data = sock.recv(min(size, PIECE))
        except (BlockingIOError, ssl.SSLWantReadError):
            raise TimeoutError from None
        finally:
            sock.settimeout(asked)
        self.room -= len(data)
        if self.room < 0:
            raise TooLarge(f"{wire.target.host} sends more than a broker has to say.")
        return data

    def _socket(self):
        if self.sock is None:
            raise Unreachable(f"The connection to {self.wire.target.host} broke.")
        return self.sock


class _Connection(pyamqp.Connection):
    def __init__(self, *args, wire, **kwargs):
        self.wire = wire
        super().__init__(*args, **kwargs)

    def Transport(self, *_args, **_kwargs):
        self.wire.line = _Line(self.wire)
        return self.wire.line


class _Transport(pyamqp.Transport):
    Connection = _Connection


class Link:
    """An open connection with one channel, on which the broker confirms what it takes.

    :param wire: whose ``begin`` was called for the address
    :raises Exception: whatever kombu, the wire or the socket raise; ``wire.line`` is to be closed
    """

    def __init__(self, wire, vhost, login):
        self.wire = wire
        self.is_blocked = False
        self.replies = []
        user, password = login
        kombu = Connection(
            wire.target.host,
            user,
            password,
            vhost,
            wire.target.port,
            transport=_Transport,
            connect_timeout=wire.current.connect,
            login_method="PLAIN",
            heartbeat=HEARTBEAT,
            transport_options={
                "wire": wire,
                "client_properties": {"connection_name": "Logistics-Connector (Odoo)"},
                "on_blocked": lambda _reason: setattr(self, "is_blocked", True),
                "on_unblocked": lambda: setattr(self, "is_blocked", False),
            },
        )
        # Not kombu.connect(), which tries again by itself.
        self.connection = kombu.transport.establish_connection()

    def find(self, exchange, declare):
        """Open the channel and see that the exchange is there; make it, if so told."""
        self.channel = self.connection.channel()
        made = Exchange(exchange, "topic", self.channel, durable=True, passive=not declare)
        made.declare()
        self.channel.confirm_select()
        self.channel.events["basic_ack"].add(lambda tag, _more: self.replies.append((tag, "ack")))
        self.channel.events["basic_nack"].add(lambda tag, _more: self.replies.append((tag, "nack")))
        self.producer = Producer(self.channel, made, auto_declare=False, on_return=self._returned)
        self.count = 0

    def look(self):
        """Take what the broker has said meanwhile, without waiting."""
        self.wire.line.room = self.wire.current.answer_bytes
        self.connection.heartbeat_tick()
        try:
            while True:
                self.connection.drain_events(timeout=0)
        except TimeoutError:
            pass

    def give(self, message, routing_key, mandatory):
        """Publish one message and wait for the broker's word.

        :return: "ack" or "nack", and ``(code, text)`` where no queue takes it, else None
        """
        # What nobody takes comes back whole.
        self.wire.line.room = self.wire.current.answer_bytes + 2 * len(message.body)
        self.replies, self.returned = [], None
        self.count += 1
        self.producer.publish(
            message.body,
            routing_key=routing_key,
            mandatory=mandatory,
            content_type=message.content_type,
            content_encoding="utf-8",
            headers=dict(message.headers),
            **message.properties,
        )
        while not any(tag == self.count for tag, _word in self.replies):
            try:
                self.connection.drain_events(timeout=self.wire.time_left(1.0))
            except TimeoutError:
                self.connection.heartbeat_tick()
        return dict(self.replies)[self.count], self.returned

    def _returned(self, error, _exchange, _routing_key, _message):
        self.returned = (error.reply_code, error.reply_text or "")

    def close(self):
        """Say good-bye. Raises whatever comes of it."""
        self.connection.close()
