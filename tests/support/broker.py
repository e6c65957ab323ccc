"""A consumer at a real message broker, and a bad line to it."""

import contextlib
import json
import socket
import struct
import threading
from dataclasses import dataclass, field

import kombu

ACK = b"\x01\x00\x01\x00\x00\x00\x0d\x00\x3c\x00\x50"  # of channel 1: basic.ack


@dataclass(frozen=True)
class Told:
    """A message as a consumer gets it."""

    routing_key: str
    properties: dict = field(repr=False)
    headers: dict = field(repr=False)
    body: bytes = field(repr=False)

    @property
    def data(self):
        return json.loads(self.body)

    @property
    def id(self):
        return self.properties["message_id"]


class Desk:
    """Somebody else's program: a durable queue, bound to an exchange by its own login.

    It connects for each thing that it does, so that the broker may go away in between.
    """

    def __init__(self, broker, vhost, user, password):
        self.broker, self.vhost, self.login = broker, vhost, (user, password)
        self.told = []

    @contextlib.contextmanager
    def channel(self):
        with (
            kombu.Connection(
                "127.0.0.1", *self.login, virtual_host=self.vhost, port=self.broker.port
            ) as connection,
            connection.channel() as channel,
        ):
            yield channel

    def make(self, exchange):
        """Make a durable topic exchange."""
        with self.channel() as channel:
            kombu.Exchange(exchange, "topic", channel, durable=True).declare()

    def bind(self, exchange, queue, key="#", **arguments):
        with self.channel() as channel:
            kombu.Queue(
                queue,
                kombu.Exchange(exchange, "topic", no_declare=True),
                key,
                channel,
                durable=True,
                queue_arguments=arguments or None,
            ).declare()

    def take(self, queue):
        """All that is in the queue now, behind what was taken before."""
        with self.channel() as channel:
            while message := channel.basic_get(queue, no_ack=True):
                self.told.append(
                    Told(
                        message.delivery_info["routing_key"],
                        message.properties,
                        message.properties.get("application_headers") or {},
                        bytes(message.body, "utf-8")
                        if isinstance(message.body, str)
                        else bytes(message.body),
                    )
                )
        return self.told


class BadLine:
    """A TCP proxy before a broker. What the broker confirms for the first time is not passed on:
    ``on_ack`` is called instead, and the line is cut by a reset."""

    def __init__(self, port, on_ack=lambda: None, cuts=1):
        self.upstream, self.on_ack, self.cuts = port, on_ack, cuts
        self.acks = 0
        self._server = socket.create_server(("127.0.0.1", 0))
        self.port = self._server.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *exc_info):
        with contextlib.suppress(OSError):
            self._server.shutdown(socket.SHUT_RDWR)  # wakes accept(); closing alone does not
        self._server.close()

    def _accept(self):
        with contextlib.suppress(OSError):
            while True:
                here, _peer = self._server.accept()
                try:
                    there = socket.create_connection(("127.0.0.1", self.upstream), timeout=5)
                except OSError:
                    here.close()
                    continue
                there.settimeout(None)
                for pair in ((here, there, False), (there, here, True)):
                    threading.Thread(target=self._pass, args=pair, daemon=True).start()

    def _pass(self, source, target, is_answer):
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                if is_answer and ACK in data:
                    self.acks += 1
                    if self.acks <= self.cuts:
                        self.on_ack()
                        linger = struct.pack("ii", 1, 0)  # a reset, not an end
                        target.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
                        break
                target.sendall(data)
        for one in (target, source):
            one.close()
