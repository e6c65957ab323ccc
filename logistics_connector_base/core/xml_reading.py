# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""XML from strangers, read as :mod:`.reading` reads JSON: what is absent is empty, what has the
wrong form is a :class:`~.canonical.ParseError` that names its place.

Nothing in a message makes us fetch or unfold anything: a document type, which brings entities, is
refused before the parser sees it; and only encodings are taken in which it cannot hide. Names are
compared without their namespaces, as partners change those with each version.
"""

import re

from lxml import etree

from .canonical import ParseError
from .jsonsafe import MAX_BYTES, MAX_DEPTH, clean_text

_BOM = b"\xef\xbb\xbf"
_DECLARED = re.compile(rb"""<\?xml[^>]*?\sencoding\s*=\s*["']([A-Za-z0-9._-]{1,40})["']""")
# All of them write "<!DOCTYPE" with the same bytes.
_ENCODINGS = frozenset({"utf-8", "utf8", "us-ascii", "ascii", "iso-8859-1", "windows-1252"})
_BLANK = re.compile(r"\s+")


class XmlNode:
    """An element, or the place where one is missing (``element`` None)."""

    __slots__ = ("_children", "_parent", "_step", "element")

    def __init__(self, element: "etree._Element | None", parent: "XmlNode | None", step: str):
        self.element, self._parent, self._step = element, parent, step
        # By name, looked through once: a million children are asked for by ten names.
        self._children: dict[str, list[etree._Element]] | None = None

    @property
    def name(self) -> str:
        """The element's name without namespace, "" where it is missing."""
        return "" if self.element is None else _local(self.element)

    @property
    def pointer(self) -> str:
        """Where it is: "/tracking-detail/significant-events/occurrence[2]"."""
        return f"{self._parent.pointer if self._parent else ''}/{self._step}"

    @property
    def exists(self) -> bool:
        return self.element is not None

    def fail(self, reason: str) -> ParseError:
        """The error to raise for this element; ``reason`` in plain words."""
        return ParseError(f"{self.pointer}: {reason}")

    def items(self, name: str) -> tuple["XmlNode", ...]:
        """All children of this name; none where there is none."""
        found = self._named(name)
        return tuple(XmlNode(child, self, f"{name}[{i}]") for i, child in enumerate(found, 1))

    def _named(self, name: str) -> "list[etree._Element]":
        if self._children is None:
            self._children = {}
            for child in () if self.element is None else self.element:
                self._children.setdefault(_local(child), []).append(child)
        return self._children.get(name, [])

    def get(self, name: str) -> "XmlNode":
        """The child of this name; an empty node where there is none. Several are refused."""
        found = self._named(name)
        if len(found) > 1:
            raise XmlNode(found[1], self, f"{name}[2]").fail("this stands here once more.")
        return XmlNode(found[0] if found else None, self, name)

    def path(self, *names: str) -> "XmlNode":
        """The child of a child of a child."""
        node = self
        for name in names:
            node = node.get(name)
        return node

    def text(self) -> str:
        """The text without blanks around and without what PostgreSQL refuses; "" where missing."""
        if self.element is None:
            return ""
        if len(self.element):
            raise self.fail("text expected, found elements.")
        return clean_text(self.element.text)

    def code(self) -> str:
        """A text that names something (code, number): every run of blanks in it becomes one."""
        return _BLANK.sub(" ", self.text())

    def required(self) -> str:
        """:meth:`code`, refused where it is empty."""
        text = self.code()
        if not text:
            raise self.fail("a value is needed here, and there is none.")
        return text


def read_xml(raw: bytes, max_bytes: int = MAX_BYTES, max_depth: int = MAX_DEPTH) -> XmlNode:
    """The root of a message. Raises ParseError, in plain words and without content beyond a short
    excerpt: more than ``max_bytes``, another encoding than the usual ones, a document type, nesting
    deeper than ``max_depth``, anything that is not XML."""
    if len(raw) > max_bytes:
        raise ParseError(f"The message is larger than {max_bytes} bytes.")
    body = raw.removeprefix(_BOM).strip()
    if not body:
        raise ParseError("The message is empty.")
    declared = _DECLARED.match(body)
    if declared and declared[1].decode().lower() not in _ENCODINGS:
        raise ParseError(f"The XML is written in {declared[1].decode()}, which is not read.")
    if not body.startswith(b"<") or b"\0" in body:
        raise ParseError("The message is not XML.")
    if b"<!DOCTYPE" in body.upper():
        raise ParseError("The XML has a document type, which is not read.")
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        root = etree.fromstring(body, parser)
    except etree.XMLSyntaxError as error:
        line, column = error.position
        raise ParseError(f"The message is not XML (line {line}, column {column}).") from None
    except ValueError:
        raise ParseError("The message is not XML.") from None
    _check_depth(root, max_depth)
    return XmlNode(root, None, _local(root))


def _local(element: "etree._Element") -> str:
    """The name without namespace: comments and instructions, which have none, are not kept."""
    return element.tag.rpartition("}")[2]


def _check_depth(root: "etree._Element", max_depth: int) -> None:
    depth = 0
    for event, _element in etree.iterwalk(root, events=("start", "end")):
        depth += 1 if event == "start" else -1
        if depth > max_depth:
            raise ParseError(f"The XML is nested deeper than {max_depth} levels.")
