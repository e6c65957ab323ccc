# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""The guarded client itself."""

import http.client
import json
import logging
import ssl
import threading
import time
import zlib
from http.cookiejar import DefaultCookiePolicy

import requests
import urllib3
from requests.structures import CaseInsensitiveDict

from ..core import headers as header_rules
from ..core import netguard
from ..core.masking import mask_url
from .adapter import GuardedAdapter, under_way
from .answer import Answer
from .errors import BadAnswer, CallError, Refused, TimedOut, TooLarge, Unreachable, Untrusted
from .tls import Contexts
from .wire import Limits, Wire, resolve

_logger = logging.getLogger(__name__)

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")
USER_AGENT = "Logistics-Connector (Odoo)"
PIECE = 16 * 1024


class GuardedClient:
    """Calls partners: where it may, for as long as it may, and for as much as it may.

    Made from what is known of the partner, used for one or many calls, and closed (it is a context
    manager). Connections are kept between calls to the same host. One call at a time: a second
    thread waits.

    :param Limits limits: for each call, unless it brings its own
    :param rules: the administrator's list (``netguard.AllowRule``)
    :param resolver: ``(host, port) -> [address, ...]``, in place of the system's
    :param clock: seconds that only grow, in place of the system's
    :param tls: arguments of ``tls.make_context``; a ``ca_pem`` given here wins over the list's
    :raises ValueError: a certificate or key of ``tls`` cannot be read
    """

    def __init__(
        self,
        limits=None,
        rules=(),
        resolver=resolve,
        clock=time.monotonic,
        user_agent=USER_AGENT,
        **tls,
    ):
        self.limits = limits or Limits()
        self._user_agent = user_agent
        self._wire = Wire(self.limits, rules, resolver, clock)
        self._wire.contexts = Contexts(**tls)
        self._adapter = GuardedAdapter(self._wire)
        self._session = requests.Session()
        self._session.trust_env = False  # no proxies, no .netrc
        self._session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        self._session.adapters.clear()
        self._session.mount("https://", self._adapter)
        self._session.mount("http://", self._adapter)
        self._lock = threading.Lock()

    def __enter__(self):
        return self

    def __exit__(self, *exc_info):
        self.close()

    def __repr__(self):
        return f"<GuardedClient {self.limits!r}>"

    def close(self):
        """Close what is open. The client can be used again."""
        self._session.close()

    def get(self, url, headers=None, limits=None):
        """:meth:`request` with GET."""
        return self.request("GET", url, headers, limits=limits)

    def post(self, url, body=None, headers=None, limits=None, **more):
        """:meth:`request` with POST."""
        return self.request("POST", url, headers, body, limits=limits, **more)

    def request(self, method, url, headers=None, body=None, data=None, form=None, limits=None):
        """Make one call, once: nothing is repeated and no redirect is followed.

        :param str method: one of ``METHODS``
        :param str url: absolute, with its query
        :param headers: mapping of text to text. Host, Content-Length and their like cannot be set
        :param bytes body: as it is to be sent; or
        :param data: what is to be sent as JSON; or
        :param dict form: what is to be sent as a form
        :param Limits limits: for this call
        :return: :class:`Answer`, whatever its status
        :raises CallError: no usable answer; ``sent`` says whether the partner may have got it
        """
        shown = mask_url(url)
        method = str(method).upper()
        limits = limits or self.limits
        with self._lock:
            failure = None
            token = under_way.set(True)
            self._wire.begin(None, limits)
            try:
                prepared = self._prepare(method, url, headers, body, data, form, limits)
                answer = self._exchange(prepared, shown, limits)
            except Exception as error:
                failure = self._failure(error, shown)
            finally:
                under_way.reset(token)
        if failure is not None:
            # Raised here and not above: no exception hangs on it that would tell a header or a URL.
            _logger.debug("%s %s: %s", method[:10], shown, failure)
            raise failure
        _logger.debug(
            "%s %s: %d, %d bytes in %.3f s",
            method,
            shown,
            answer.status,
            len(answer.body),
            answer.seconds,
        )
        return answer

    # -- the request --------------------------------------------------------------------------

    def _prepare(self, method, url, headers, body, data, form, limits):
        if method not in METHODS:
            raise Refused("This method is not used.", code="method")
        target = netguard.parse_target(url)
        self._wire.target = target
        netguard.check_before_resolving(target, self._wire.rules)
        headers = dict(headers or {})
        try:
            header_rules.check_headers(headers)
        except ValueError as error:
            raise Refused(str(error), code="header") from None
        headers = CaseInsensitiveDict(headers)
        if data is not None:
            body = self._packed(data, body)
            headers.setdefault("Content-Type", "application/json")
        if (body is not None and not isinstance(body, bytes)) or (body is not None and form):
            raise Refused("The body of the request must be bytes.", code="body")
        headers.setdefault("User-Agent", self._user_agent)
        headers.setdefault("Accept", "*/*")
        headers["Accept-Encoding"] = "gzip"
        prepared = requests.Request(
            method, target.url, headers=headers, data=body if form is None else form
        ).prepare()
        if len(prepared.body or b"") > limits.request_bytes:
            raise Refused(f"The request is larger than {limits.request_bytes} bytes.", code="size")
        return prepared

    @staticmethod
    def _packed(value, body):
        if body is not None:
            raise Refused("The request has two bodies.", code="body")
        try:
            return json.dumps(value, allow_nan=False).encode()
        except (TypeError, ValueError):
            raise Refused("The request cannot be written as JSON.", code="body") from None

    # -- the answer ---------------------------------------------------------------------------

    def _exchange(self, prepared, shown, limits):
        response = self._session.send(prepared, stream=True, allow_redirects=False)
        try:
            body = self._body(response, limits)
        except BaseException:
            response.raw.close()  # the rest of the answer must not be taken for the next one
            raise
        response.raw.release_conn()
        return Answer(
            status=response.status_code,
            headers=CaseInsensitiveDict(response.headers),
            body=body,
            url=shown,
            seconds=self._wire.clock() - self._wire.started,
            address=self._wire.address,
        )

    def _body(self, response, limits):
        encoding = response.headers.get("Content-Encoding", "").strip().lower()
        if encoding not in ("", "identity", "gzip", "x-gzip"):
            raise BadAnswer(
                f"{self._wire.target.host} answers in a packing that we did not ask for.",
                sent="yes",
                status=response.status_code,
            )
        length = response.headers.get("Content-Length", "")
        promised = int(length[:20]) if length.isascii() and length.isdigit() else 0
        if promised > limits.answer_bytes and response.request.method != "HEAD":
            raise self._too_large(limits)
        unpack = zlib.decompressobj(zlib.MAX_WBITS | 16) if "gzip" in encoding else None
        pieces, taken, size = [], 0, 0
        while piece := response.raw.read(PIECE, decode_content=False):
            taken += len(piece)
            if unpack is not None:
                piece = self._unpacked(unpack, piece, limits.answer_bytes - size + 1)
            size += len(piece)
            if max(taken, size) > limits.answer_bytes:
                raise self._too_large(limits)
            pieces.append(piece)
        if unpack is not None and taken and not unpack.eof:
            raise self._cut_short()
        return b"".join(pieces)

    def _unpacked(self, unpack, piece, most):
        try:
            return unpack.decompress(piece, most)
        except zlib.error:
            raise BadAnswer(
                f"The answer of {self._wire.target.host} cannot be unpacked.",
                sent="yes",
                status=self._wire.status,
            ) from None

    def _too_large(self, limits):
        return TooLarge(
            f"The answer of {self._wire.target.host} is larger than {limits.answer_bytes} bytes.",
            sent="yes",
            status=self._wire.status,
        )

    def _cut_short(self):
        return BadAnswer(
            f"The answer of {self._wire.target.host} is cut short.",
            sent="yes",
            status=self._wire.status,
        )

    # -- what went wrong ----------------------------------------------------------------------

    def _failure(self, error, shown):
        """A new exception of ours for whatever was raised, with nothing of it but what is known to
        hold no secret."""
        wire = self._wire
        host = wire.target.host if wire.target else ""
        known = {"sent": wire.sent, "status": wire.status, "url": shown}
        if isinstance(error, netguard.Refusal):
            return Refused(str(error), code=error.code, url=shown)
        if isinstance(error, Refused):
            return Refused(str(error), code=error.code, url=shown)
        if isinstance(error, CallError):
            return type(error)(str(error), **known)
        causes = _causes(error)
        for cause in causes:
            if isinstance(cause, ssl.SSLCertVerificationError):
                reason = (cause.verify_message or "it proves nothing").rstrip(".")
                return Untrusted(f"The certificate of {host} is not trusted: {reason}.", **known)
        for cause in causes:
            if isinstance(cause, TimeoutError | urllib3.exceptions.TimeoutError):
                return TimedOut(f"{host} did not answer in time.", **known)
        for cause in causes:
            if isinstance(cause, ssl.SSLError):
                reason = (cause.reason or "it broke").replace("_", " ").lower()
                return Unreachable(f"No secure connection to {host}: {reason}.", **known)
        for cause in causes:
            # Without an answer at all it is a broken connection (RemoteDisconnected is both).
            if isinstance(cause, ConnectionError):
                return Unreachable(f"The connection to {host} broke.", **known)
        for cause in causes:
            if isinstance(cause, http.client.IncompleteRead | urllib3.exceptions.IncompleteRead):
                return BadAnswer(f"The answer of {host} is cut short.", **known)
        for cause in causes:
            if isinstance(cause, http.client.HTTPException | urllib3.exceptions.HTTPError):
                return BadAnswer(f"{host} answers with something that is not HTTP.", **known)
        for cause in causes:
            if isinstance(cause, OSError):
                return Unreachable(f"The connection to {host} broke.", **known)
        _logger.error("a call failed in our own code: %s", _place(error))
        return CallError(f"The call failed ({type(error).__name__}).", **known)


def _causes(error):
    """An exception and those that it was made from (urllib3 puts them into args), outermost
    first."""
    found, waiting = [], [error]
    while waiting and len(found) < 20:
        one = waiting.pop(0)
        if any(one is known for known in found):
            continue
        found.append(one)
        others = [one.__cause__, one.__context__, *one.args]
        waiting += [other for other in others if isinstance(other, BaseException)]
    return found


def _place(error):
    """Type and place of an exception, without its text."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    code = f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}" if trace else "?"
    return f"{type(error).__name__} at {code}"
