# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""karrio's calls, made by our guarded client (law 6).

karrio 2026.1.32 as it is: importing it makes ``urllib`` of the whole process trust any certificate
and Pillow read pictures that are cut off; its transport has no limits, follows redirects, repeats
what may have been worked, runs threads of its own, and can send a label to a public web site.
:func:`load` imports it and takes all of that back. What a carrier's package calls from then on goes
through the :class:`Conversation` that is open in its thread; without one there is no call at all.
"""

import contextlib
import importlib
import io
import json
import re
import ssl
import threading
from dataclasses import dataclass
from email.message import Message
from urllib.error import HTTPError
from urllib.parse import urlsplit

from odoo.addons.logistics_connector_base.client import CallError

from .errors import NotInstalled

_here = threading.local()
_loading = threading.Lock()
_is_ready = False


class Body(bytes):
    """The body of an answer, which knows the call that it answers: ``method`` and ``path``."""

    def __new__(cls, content, method="", path=""):
        body = super().__new__(cls, content)
        body.method, body.path = method, path
        return body


@dataclass(frozen=True, slots=True)
class Exchange:
    """One call of a conversation. ``is_login``: it fetched a token, and worked nothing. ``status``
    is None where no usable answer came; ``error`` says why then. ``body`` is not in the repr."""

    method: str
    path: str
    is_login: bool = False
    status: int | None = None
    headers: object = None
    body: bytes = b""
    error: CallError | None = None
    seconds: float = 0.0

    def __repr__(self):
        return f"<Exchange {self.method} {self.path} {self.status}>"

    @property
    def ok(self) -> bool:
        return self.status is not None and 200 <= self.status < 300


class Conversation:
    """The calls of one act, in their order.

    :param GuardedClient client: makes them
    :param str base_url: in the place of the carrier's own server, where it is reached another way:
        "https://gateway.example.com/ups"; empty: as karrio says
    """

    def __init__(self, client, base_url=""):
        self.client = client
        self.base_url = base_url.rstrip("/")
        self.exchanges = []
        self.is_login = False  # while a token is fetched

    @property
    def acts(self):
        """The calls that did something, tokens apart."""
        return [one for one in self.exchanges if not one.is_login]

    @property
    def broken(self):
        """The last call, where no usable answer came; None where one did."""
        last = self.exchanges[-1] if self.exchanges else None
        return last if last and last.error else None

    def call(self, method, url, headers, body):
        """Make a call, and remember it.

        :raises CallError: no usable answer
        """
        method, url = method.upper(), self._address(url)
        known = {"method": method, "path": urlsplit(url).path, "is_login": self.is_login}
        try:
            answer = self.client.request(method, url, headers, body)
        except CallError as error:
            self.exchanges.append(Exchange(**known, status=None, error=error))
            raise
        exchange = Exchange(
            **known,
            status=answer.status,
            headers=answer.headers,
            body=answer.body,
            seconds=answer.seconds,
        )
        self.exchanges.append(exchange)
        return exchange

    def _address(self, url):
        if not self.base_url:
            return url
        parts = urlsplit(url)
        return self.base_url + parts.path + (f"?{parts.query}" if parts.query else "")


@contextlib.contextmanager
def conversation(client, base_url=""):
    """What karrio calls inside goes through ``client``, and is remembered.

    :return: Conversation
    """
    if getattr(_here, "talk", None) is not None:
        raise RuntimeError("a conversation is under way in this thread")
    _here.talk = Conversation(client, base_url)
    try:
        yield _here.talk
    finally:
        _here.talk = None


@contextlib.contextmanager
def logging_in():
    """What is called inside fetches a token."""
    talk = _talk()
    talk.is_login = True
    try:
        yield talk
    finally:
        talk.is_login = False


def load(name):
    """A module of karrio, with its transport replaced.

    :param str name: such as "karrio.plugins.ups"
    :raises NotInstalled: karrio, or this carrier's package, is not there
    """
    global _is_ready
    if not name.split(".", 1)[0] == "karrio":
        raise ValueError(f"{name} is not karrio's")
    with _loading:
        trusting = ssl._create_default_https_context
        try:
            if not _is_ready:
                _replace()
                _is_ready = True
            return importlib.import_module(name)
        except ImportError as error:
            raise NotInstalled(name) from error
        finally:
            ssl._create_default_https_context = trusting


def _replace():
    import PIL.ImageFile

    patient = PIL.ImageFile.LOAD_TRUNCATED_IMAGES
    try:
        lib = importlib.import_module("karrio.lib")
        utils = importlib.import_module("karrio.core.utils")
        helpers = importlib.import_module("karrio.core.utils.helpers")
        logger = importlib.import_module("loguru").logger
    finally:
        PIL.ImageFile.LOAD_TRUNCATED_IMAGES = patient
    ours = {
        "request": _request,
        "request_with_response": _request_with_response,
        "zpl_to_pdf": _no_conversion,
        "urlopen": _no_call,
        "exec_parrallel": _one_by_one,
        "exec_async": _one_by_one,
        "run_concurently": _one_by_one,
        "run_asynchronously": _one_by_one,
    }
    for module in (lib, utils, helpers):
        for name, function in ours.items():
            if hasattr(module, name):
                setattr(module, name, function)
    logger.disable("karrio")  # it writes addresses and what carriers said


def _talk():
    talk = getattr(_here, "talk", None)
    if talk is None:
        raise RuntimeError("karrio may call carriers inside of a conversation only")
    return talk


# -- in the place of karrio's functions ----------------------------------------------------------


def _request(decoder=None, on_ok=None, on_error=None, **call):
    return _exchange(decoder, on_ok, on_error, call)[0]


def _request_with_response(decoder=None, on_ok=None, on_error=None, **call):
    response = importlib.import_module("karrio.core.utils.helpers").HttpResponse
    content, exchange = _exchange(decoder, on_ok, on_error, call)
    return response(content, exchange.status, dict(exchange.headers), not exchange.ok)


def _exchange(decoder, on_ok, on_error, call):
    """Make the call that karrio describes; what it hands to ``on_ok`` and ``on_error`` looks like
    what ``urllib`` would give. karrio's time-outs, proxies, tries and traces count for nothing."""
    helpers = importlib.import_module("karrio.core.utils.helpers")
    body = _body(call.get("data"))
    method = call.get("method") or ("GET" if body is None else "POST")
    exchange = _talk().call(method, _encoded(call["url"]), _headers(call.get("headers")), body)
    if exchange.ok:
        answer = _Response(exchange, call["url"])
        if on_ok is not None:
            return on_ok(answer), exchange
        decode = decoder or helpers.decode_bytes
        return helpers.failsafe(lambda: decode(exchange.body)) or exchange.body, exchange
    message = Message()
    for name, value in exchange.headers.items():
        message[name] = value
    error = HTTPError(
        call["url"], exchange.status, str(exchange.status), message, io.BytesIO(exchange.body)
    )
    if on_error is not None:
        return on_error(error), exchange
    return helpers.decode_bytes(exchange.body), exchange


class _Response:
    def __init__(self, exchange, url):
        self.status = self.code = exchange.status
        self.headers, self.url = exchange.headers, url
        self.read = lambda: exchange.body

    def getheader(self, name, default=None):
        return self.headers.get(name, default)

    def info(self):
        return self.headers


def _body(data):
    if data is None:
        return None
    if isinstance(data, bytes | bytearray):
        return bytes(data)
    return data.encode() if isinstance(data, str) else json.dumps(data).encode()


def _headers(headers):
    return {name: str(value) for name, value in (headers or {}).items() if value is not None}


def _encoded(url):
    """Blanks in an address, which ``urllib`` refuses as well, but later."""
    return re.sub(r"\s", "%20", url)


def _one_by_one(action, sequence, max_workers=None):
    """No threads: the conversation is this thread's, and carriers count calls."""
    return [action(one) for one in sequence]


def _no_conversion(*args, **kwargs):
    raise RuntimeError("labels are not sent to a web site to be converted")


def _no_call(*args, **kwargs):
    raise RuntimeError("calls leave through the guarded client only")
