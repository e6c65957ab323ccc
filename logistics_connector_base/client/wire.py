# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""The socket of a call: opened to an address that was judged, and under a clock and a meter.

A time-out of a socket is a limit for silence. Who sends a byte a second is never silent; therefore
every receive and send here also looks at the deadline of the whole call. And headers are read by
the standard library without an end; therefore what is received before they are complete is counted.
"""

import io
import ipaddress
import socket
import ssl
import threading
import time
from dataclasses import dataclass

from ..core import netguard
from .errors import BadAnswer, Refused, TimedOut, Unreachable

# Names being looked up at one time in this process. A name server that is silent holds a thread for
# as long as the C library waits (resolv.conf: half a minute); more than these must not pile up.
MAX_LOOKUPS = 16
# A name with more addresses than these is tried no further.
MAX_ADDRESSES = 6

# The second one is missing on some systems.
NO_SUCH_NAME = (socket.EAI_NONAME, getattr(socket, "EAI_NODATA", socket.EAI_NONAME))

_lookups = threading.BoundedSemaphore(MAX_LOOKUPS)


@dataclass(frozen=True, slots=True)
class Limits:
    """Times in seconds, sizes in bytes.

    ``connect``: name, connection and TLS, each. ``read``: the longest silence. ``total``: the whole
    call with its answer. ``idle``: a connection that rested longer is not used again, as the
    partner may be closing it just then, and nobody could say whether it still got the request.
    """

    connect: float = 5.0
    read: float = 20.0
    total: float = 30.0
    idle: float = 3.0
    request_bytes: int = 20 * 1024 * 1024
    header_bytes: int = 64 * 1024
    answer_bytes: int = 5 * 1024 * 1024


def resolve(host, port):
    """The addresses of a name as the system knows them, as text. Raises OSError."""
    answers = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [answer[4][0] for answer in answers]


class Wire:
    """What the sockets of one client share: the target, the deadline and the meter of the call
    that is under way. One call at a time."""

    def __init__(self, limits, rules=(), resolver=resolve, clock=time.monotonic):
        self.limits = limits
        self.rules = tuple(rules)
        self.resolver = resolver
        self.clock = clock
        self._peers = {}
        self.ca_pem = ""  # of the authority that counts for the connection just opened
        self.begin(None)

    def begin(self, target, limits=None):
        """Start the clock for a call to ``target``."""
        self.target = target
        self.current = limits or self.limits
        self.started = self.clock()
        self.sending = False
        self.status = None
        self.header_left = self.current.header_bytes

    @property
    def sent(self):
        """Whether the partner has got the request: "no", "unknown" or "yes"."""
        if self.status is not None:
            return "yes"
        return "unknown" if self.sending else "no"

    @property
    def address(self):
        """The IP address of the target's last connection."""
        return self._peers.get((self.target.host, self.target.port), "")

    def answered(self, status):
        """The headers of the answer are complete."""
        self.status = status
        self.header_left = None

    def time_left(self, most):
        """Seconds for the next wait, at most ``most``. Raises TimedOut when the call is over."""
        left = self.started + self.current.total - self.clock()
        if left <= 0:
            raise TimedOut(
                f"{self.target.host} took longer than {self.current.total:g} seconds.",
                sent=self.sent,
                status=self.status,
            )
        return min(left, most)

    def received(self, count):
        """Count what came before the end of the headers. Raises BadAnswer."""
        if self.header_left is None:
            return
        self.header_left -= count
        # http.client reads a buffer at a time; what is in it behind the headers is not held against
        # the partner.
        if self.header_left < -io.DEFAULT_BUFFER_SIZE:
            raise BadAnswer(
                f"{self.target.host} sends more than {self.current.header_bytes} bytes of headers.",
                sent=self.sent,
            )

    # -- opening ------------------------------------------------------------------------------

    def open(self, host, port):
        """A socket to the target, connected to an address that was judged.

        :raises Refused: one of the addresses may not be called
        :raises CallError: no name, no connection
        """
        if (host, port) != (self.target.host, self.target.port):
            raise Refused("The connection is for another host than the one that was judged.")
        addresses = self._addresses()
        try:
            netguard.check_addresses(self.target, addresses, self.rules)
            refusal = None
        except netguard.Refusal as error:
            refusal = error
        if refusal:
            raise Refused(str(refusal), code=refusal.code)
        return self._connect(addresses[:MAX_ADDRESSES])

    def _addresses(self):
        if self.target.address is not None:
            return [self.target.address]
        found = in_time(self.resolver, self.target, self.time_left(self.current.connect))
        addresses = []
        for text in found:
            try:
                address = ipaddress.ip_address(text)
            except ValueError:
                continue
            if address not in addresses:
                addresses.append(address)
        return addresses

    def _connect(self, addresses):
        """Try one address after the other; each gets its share of the time."""
        until = self.clock() + self.time_left(self.current.connect)
        reason = ""
        for index, address in enumerate(addresses):
            left = max(until - self.clock(), 0.0) / (len(addresses) - index)
            family = socket.AF_INET if address.version == 4 else socket.AF_INET6
            try:
                sock = GuardedSocket(family, socket.SOCK_STREAM)
                try:
                    sock.settimeout(self.time_left(max(left, 0.05)))
                    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                    sock.connect((str(address), self.target.port))
                except BaseException:
                    sock.close()
                    raise
            except TimeoutError:
                reason = "no answer"
            except OSError as error:
                reason = (error.strerror or type(error).__name__).lower()
            else:
                # The handshake of TLS comes next, and has this time for the whole of it.
                sock.settimeout(self.time_left(self.current.connect))
                sock.wire = self
                self._peers[self.target.host, self.target.port] = str(address)
                self.ca_pem = netguard.authority(self.target, address, self.rules)
                return sock
        where = f"{self.target.host}, port {self.target.port}"
        if reason == "no answer":
            raise TimedOut(f"No connection to {where}: no answer in time.")
        raise Unreachable(f"No connection to {where}: {reason}.")


def in_time(resolver, target, seconds):
    """Call a resolver, but wait no longer than ``seconds``: the C library's has no time-out.

    :return: its list of addresses (text)
    :raises CallError: no answer, or no such name
    """
    outcome = []

    def look_up():
        try:
            outcome.append(list(resolver(target.host, target.port)))
        except Exception as error:
            outcome.append(error)
        finally:
            _lookups.release()

    until = time.monotonic() + seconds
    if _lookups.acquire(timeout=seconds):
        thread = threading.Thread(target=look_up, name="logistics-resolver", daemon=True)
        try:
            thread.start()
        except RuntimeError:  # no more threads
            _lookups.release()
            raise
        thread.join(max(until - time.monotonic(), 0.0))
    if not outcome:
        raise TimedOut(f"The name server did not say in time where {target.host} is.")
    if isinstance(outcome[0], list):
        return outcome[0]
    if getattr(outcome[0], "errno", None) in NO_SUCH_NAME:
        raise Unreachable(f"There is no host named {target.host}.")
    raise Unreachable(f"The name server could not say where {target.host} is.")


class _Guarded:
    """Receives and sends under the clock of a wire. For sockets with and without TLS."""

    wire = None

    def recv_into(self, *args, **kwargs):
        wire = self.wire
        if wire is None:
            return super().recv_into(*args, **kwargs)
        self.settimeout(wire.time_left(wire.current.read))
        count = super().recv_into(*args, **kwargs)
        wire.received(count)
        return count

    def send(self, *args, **kwargs):
        self._before_sending()
        return super().send(*args, **kwargs)

    def sendall(self, *args, **kwargs):
        self._before_sending()
        return super().sendall(*args, **kwargs)

    def _before_sending(self):
        wire = self.wire
        if wire is not None:
            self.settimeout(wire.time_left(wire.current.read))
            wire.sending = True


class GuardedSocket(_Guarded, socket.socket):
    """A plain TCP socket of a wire."""


class GuardedTLSSocket(_Guarded, ssl.SSLSocket):
    """A TLS socket of a wire; ssl makes it (``SSLContext.sslsocket_class``)."""
