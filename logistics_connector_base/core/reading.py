# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""Typed reading of a JSON tree, for providers' parsers.

A parser walks :class:`Node` instead of dicts and lists. What is absent or null reads as empty, as
partners leave out whatever they like; what has the wrong type raises
:class:`~.canonical.ParseError` with the JSON pointer (RFC 6901) of the trouble. So a hostile or
changed shape never ends in a KeyError or TypeError, and never in a guess.
"""

import base64
import binascii
import hashlib
import re
from collections.abc import Iterator
from dataclasses import replace

from .canonical import Document, Instant, ParseContext, ParsedEvent, ParseError
from .instants import offset_minutes as read_offset
from .instants import zone
from .jsonsafe import clean_text, loads

_KINDS = {
    dict: "an object",
    list: "a list",
    str: "text",
    bool: "true or false",
    int: "a number",
    float: "a number",
    type(None): "nothing",
}
PROOF_CODE = "POD"

_BLANK = re.compile(r"\s+")
# First bytes of the files that carriers send as proof of delivery.
_SIGNATURES = (
    (b"\xff\xd8\xff", "image/jpeg", "jpg"),
    (b"\x89PNG\r\n\x1a\n", "image/png", "png"),
    (b"GIF87a", "image/gif", "gif"),
    (b"GIF89a", "image/gif", "gif"),
    (b"%PDF-", "application/pdf", "pdf"),
    (b"II*\x00", "image/tiff", "tif"),
    (b"MM\x00*", "image/tiff", "tif"),
)


class Node:
    """A value of the tree and where it was found (``pointer``, "" for the root).

    A message has dozens of them and hardly one is asked for its pointer: that is put together when
    it is.
    """

    __slots__ = ("_key", "_parent", "value")

    def __init__(self, value: object, parent: "Node | None" = None, key: object = ""):
        self.value, self._parent, self._key = value, parent, key

    @property
    def pointer(self) -> str:
        if self._parent is None:
            return ""
        escaped = str(self._key).replace("~", "~0").replace("/", "~1")
        return f"{self._parent.pointer}/{escaped}"

    def fail(self, reason: str) -> ParseError:
        """The error to raise for this value; ``reason`` in plain words."""
        return ParseError(f"{self.pointer or '/'}: {reason}")

    def _expected(self, what: str) -> ParseError:
        found = _KINDS.get(type(self.value), "something else")
        return self.fail(f"{what} expected, found {found}.")

    @property
    def is_object(self) -> bool:
        return isinstance(self.value, dict)

    @property
    def is_list(self) -> bool:
        return isinstance(self.value, list)

    def get(self, key: str) -> "Node":
        """The member ``key``; a Node of None where it is absent, or where this itself is null."""
        value = self.value
        if value is None:
            return Node(None, self, key)
        if not isinstance(value, dict):
            raise self._expected("an object")
        return Node(value.get(key), self, key)

    def path(self, *keys: str) -> "Node":
        """The member of a member of a member."""
        node = self
        for key in keys:
            node = node.get(key)
        return node

    def items(self) -> tuple["Node", ...]:
        """The elements of a list; none where it is null."""
        if self.value is None:
            return ()
        if not isinstance(self.value, list):
            raise self._expected("a list")
        return tuple(Node(value, self, i) for i, value in enumerate(self.value))

    def text(self) -> str:
        """The text without blanks around and without what PostgreSQL refuses; "" for null.

        A whole number reads as its digits: partners write numbers of parcels both ways.
        """
        if self.value is None:
            return ""
        if isinstance(self.value, str):
            return clean_text(self.value)
        if isinstance(self.value, int) and not isinstance(self.value, bool):
            return str(self.value)
        raise self._expected("text")

    def code(self) -> str:
        """A text that names something (code, number): every run of blanks in it becomes one."""
        return _BLANK.sub(" ", self.text())

    def required(self) -> str:
        """:meth:`code`, refused where it is empty."""
        text = self.code()
        if not text:
            raise self.fail("a value is needed here, and there is none.")
        return text

    def whole(self) -> int | None:
        """A whole number, None for null. Digits in a text count as a number."""
        value = self.value
        if value is None or value == "":
            return None
        if isinstance(value, str) and re.fullmatch(r"-?[0-9]{1,18}", value.strip()):
            return int(value)
        if isinstance(value, int) and not isinstance(value, bool):
            return value
        raise self._expected("a whole number")

    def flag(self) -> bool:
        """True or false; false for null."""
        if self.value is None or isinstance(self.value, bool):
            return bool(self.value)
        raise self._expected("true or false")

    def file(self) -> bytes:
        """The bytes of a file in base64 (blanks and a "data:" prefix allowed); b"" for null."""
        text = "" if self.value is None else self.value
        if not isinstance(text, str):
            raise self._expected("a file in base64")
        try:
            return decode_base64(text)
        except ValueError:
            raise self.fail("a file in base64 expected, and this is none.") from None

    def walk(self) -> Iterator["Node"]:
        """All values below, depth first, this one included."""
        yield self
        if isinstance(self.value, dict):
            for key in self.value:
                yield from self.get(key).walk()
        elif isinstance(self.value, list):
            for item in self.items():
                yield from item.walk()


def read(raw: bytes) -> Node:
    """The root of a message. Raises ParseError where it is not JSON."""
    return Node(loads(raw))


def decode_base64(text: str) -> bytes:
    """Strict base64, blanks dropped, with or without a "data:…;base64," in front. ValueError."""
    if text.startswith("data:"):
        text = text.partition(",")[2]
    try:
        return base64.b64decode(_BLANK.sub("", text), validate=True)
    except (binascii.Error, ValueError) as error:
        raise ValueError(str(error)) from error


def file_type(content: bytes) -> tuple[str, str]:
    """MIME type and extension by the first bytes; "application/octet-stream", "bin" if unknown."""
    for start, mimetype, extension in _SIGNATURES:
        if content.startswith(start):
            return mimetype, extension
    return "application/octet-stream", "bin"


def instant_or_none(reader, *args, **kwargs) -> Instant | None:
    """What ``reader`` (a function of :mod:`.instants`) makes of it, None where it cannot be read.

    A scan whose time is unusable is kept without one and left to a person (canonical.ParsedEvent).
    """
    try:
        return reader(*args, **kwargs)
    except ValueError:
        return None


def window_begins(begins: Instant | None, ends: Instant | None) -> Instant | None:
    """The beginning of a delivery window, None where it makes none with its end."""
    return begins if begins and ends and begins.utc < ends.utc else None


def local_zone(context: ParseContext) -> str:
    """The connection's zone, checked once, so that a typing error in it is not taken for a
    message without usable times."""
    try:
        zone(context.default_zone)
    except ValueError as error:
        raise ParseError(f"The time zone of the connection is wrong: {error}.") from None
    return context.default_zone


def offset_or_none(text: str) -> int | None:
    """Minutes east of UTC, None where the text is empty or no offset."""
    try:
        return read_offset(text) if text else None
    except ValueError:
        return None


def country_code(text: str) -> str:
    """ISO 3166-1 alpha-2 in upper case, "" for anything that cannot be one."""
    return text.upper() if re.fullmatch(r"[A-Za-z]{2}", text) else ""


def proof(scan: ParsedEvent, kind: str, content: bytes, pointer: str) -> ParsedEvent:
    """The event "a document arrived" that goes with a delivery scan.

    It is an event of its own, because carriers repeat the scan when the document is ready: the
    repeated scan is a duplicate, the document must not be. The raw code "POD" is ours, so it names
    its canonical code itself; the raw sub code is the kind and the first digits of the document's
    digest, so that each document counts once.
    """
    mimetype, extension = file_type(content)
    digest = hashlib.sha256(content).hexdigest()[:12]
    number = re.sub(r"[^A-Za-z0-9]+", "-", scan.shipment_key).strip("-")[:60]
    document = Document(kind, f"{kind}-{number}-{digest}.{extension}", mimetype, content)
    return replace(
        scan,
        raw_code=PROOF_CODE,
        raw_sub_code=f"{kind.upper()}/{digest}",
        raw_text="",
        code="DOC_POD",
        classifier="actual",
        estimated_delivery=None,
        estimated_from=None,
        documents=(document,),
        pointer=pointer,
    )
