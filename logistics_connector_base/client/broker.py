# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""The guarded client for message brokers: the same rules, clock and TLS as for calls by HTTP.

No Odoo in here. From Odoo, take ``env["logistics.http"]._broker_client()``.
"""

import contextlib
import logging
import ssl
import threading
import time
from dataclasses import replace

from ..core import broker_reply, netguard
from ..core.jsonsafe import clean_text
from .errors import CallError, Refused, TimedOut, Unreachable, Untrusted
from .tls import Contexts
from .wire import Limits, Wire, resolve

_logger = logging.getLogger(__name__)

MISSING = (
    "Messages to a message broker need the Python package kombu, which this server does not have. "
    "Install it (pip install kombu) and restart Odoo."
)
MAX_SAID = 300  # characters of the broker's own words
GOODBYE = 2.0  # seconds


class MissingLibrary(ValueError):
    """kombu is not installed."""


def library():
    """The module that speaks AMQP. Raises MissingLibrary."""
    try:
        from . import broker_wire
    except ImportError:
        broker_wire = None
    if broker_wire is None:
        raise MissingLibrary(MISSING)
    return broker_wire


class BrokerRefusal(CallError):
    """The broker said something else than yes: ``step``, ``code`` and ``said`` as
    ``core.broker_reply.judge`` takes them."""

    def __init__(self, step, code, said="", sent="no", url=""):
        super().__init__(f"{code} {said}".strip(), sent=sent, url=url)
        self.step, self.code, self.said = step, code, said


class BrokerClient:
    """Gives messages to one broker, one after the other, each until the broker has confirmed it.

    The connection is kept between messages. One message at a time: a second thread waits.

    :param Limits limits: for each message, with whatever must be opened for it
    :param rules: the administrator's list (``netguard.AllowRule``)
    :param tls: arguments of ``tls.make_context``
    :raises MissingLibrary: kombu is not installed
    :raises ValueError: a certificate or key of ``tls`` cannot be read
    """

    def __init__(self, limits=None, rules=(), resolver=resolve, clock=time.monotonic, **tls):
        self._library = library()
        self.limits = limits or Limits()
        self._wire = Wire(self.limits, rules, resolver, clock)
        self._wire.contexts = Contexts(alpn=(), **tls)
        self._wire.line = None
        self._link = self._known = None
        self._step = broker_reply.OPENING
        self._lock = threading.Lock()

    def __enter__(self):
        return self

    def __exit__(self, *exc_info):
        self.close()

    def __repr__(self):
        return f"<BrokerClient {self.limits!r}>"

    def publish(self, address, login, exchange, message, routing_key, mandatory, declare=False):
        """Give one message to the broker, once, and wait until it has it.

        :param BrokerAddress address: where
        :param login: ``(user name, password)``
        :param str exchange: its name
        :param BrokerMessage message: what
        :param bool mandatory: what no queue takes is refused instead of thrown away
        :param bool declare: make the exchange where it is missing
        :raises CallError: it was not confirmed; ``sent`` says whether the broker may have it
        """
        if len(message.body) > self.limits.request_bytes:
            raise Refused(f"The message is larger than {self.limits.request_bytes} bytes.", "size")
        self._call(
            address, lambda: self._publish(address, login, exchange, message, routing_key,
                                           mandatory, declare)
        )  # fmt: skip

    def check(self, address, login, exchange="", declare=False):
        """Open a connection, and look for an exchange; nothing is sent. Raises CallError."""
        self._call(address, lambda: self._ready(address, login, exchange, declare))

    def close(self):
        """Close what is open. The client can be used again."""
        with self._lock:
            if self._link is not None:
                self._wire.begin(self._wire.target, replace(self.limits, total=GOODBYE))
                with contextlib.suppress(Exception):
                    self._link.close()
            self._drop()

    # -- the work -----------------------------------------------------------------------------

    def _call(self, address, work):
        with self._lock:
            failure = None
            self._step = broker_reply.OPENING
            self._wire.begin(address.target)
            try:
                netguard.check_before_resolving(address.target, self._wire.rules)
                work()
            except Exception as error:
                failure = self._failure(error, address.url)
                self._drop()
        if failure is not None:
            # Raised here and not above: no exception hangs on it that would tell a password.
            _logger.debug("%s: %s", address.url, failure)
            raise failure

    def _publish(self, address, login, exchange, message, routing_key, mandatory, declare):
        self._ready(address, login, exchange, declare)
        if self._link.is_blocked:
            raise BrokerRefusal(broker_reply.GIVING, broker_reply.BLOCKED)
        self._step = broker_reply.GIVING
        self._wire.sending = False  # whatever was sent until now was not the message
        word, returned = self._link.give(message, routing_key, mandatory)
        if returned is not None:
            raise BrokerRefusal(broker_reply.GIVING, returned[0], returned[1])
        if word != "ack":
            raise BrokerRefusal(broker_reply.GIVING, broker_reply.NACK, sent="unknown")

    def _ready(self, address, login, exchange, declare):
        """A connection that is alive, to the very place."""
        known = (address, login, exchange, declare)
        if self._link is not None and known == self._known:
            try:
                self._link.look()
                return
            except Exception as error:
                # It ended while it rested: nothing of this message was sent.
                _logger.debug("%s: opened again after %s", address.url, type(error).__name__)
        self._drop()
        self._link = self._library.Link(self._wire, address.vhost, login)
        if exchange:
            self._step = broker_reply.LOOKING
            self._link.find(exchange, declare)
        self._known = known

    def _drop(self):
        self._link = self._known = None
        line, self._wire.line = self._wire.line, None
        if line is not None:
            with contextlib.suppress(Exception):
                line.close()

    # -- what went wrong ----------------------------------------------------------------------

    def _failure(self, error, shown):
        """A new exception of ours for whatever was raised, with nothing of it but what is known to
        hold no secret."""
        host = self._wire.target.host
        giving = self._step == broker_reply.GIVING
        sent = "unknown" if giving and self._wire.sending else "no"
        if isinstance(error, netguard.Refusal | Refused):
            return Refused(str(error), code=error.code, url=shown)
        if isinstance(error, BrokerRefusal):
            return BrokerRefusal(error.step, error.code, _said(error.said), error.sent, shown)
        if isinstance(error, CallError):
            return type(error)(str(error), sent=sent, url=shown)
        if isinstance(error, ssl.SSLCertVerificationError):
            reason = (error.verify_message or "it proves nothing").rstrip(".")
            return Untrusted(f"The certificate of {host} is not trusted: {reason}.", url=shown)
        if isinstance(error, TimeoutError):
            return TimedOut(f"{host} did not answer in time.", sent=sent, url=shown)
        if isinstance(error, ssl.SSLError):
            reason = (error.reason or "it broke").replace("_", " ").lower()
            return Unreachable(f"No secure connection to {host}: {reason}.", sent=sent, url=shown)
        code = getattr(error, "reply_code", None)
        if isinstance(error, OSError) or code == 0:  # 0: the library's own words for it
            when = " before the broker confirmed" if sent == "unknown" else ""
            return Unreachable(f"The connection to {host} broke{when}.", sent=sent, url=shown)
        if code is not None:
            return BrokerRefusal(self._step, code, _said(error.reply_text), sent, shown)
        _logger.error("a message to a broker failed in our own code: %s", type(error).__name__)
        return CallError(f"The call failed ({type(error).__name__}).", sent=sent, url=shown)


def _said(text):
    return clean_text(str(text or ""), MAX_SAID)
