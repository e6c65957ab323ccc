# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""How a provider says that it can be asked: plain data and pure functions.

What is answered goes the way of every message, in the pieces that :attr:`elements` names: the bytes
of each element of that list, exactly as they came. An entry that is read again is the same bytes
again, whatever stands around it (times, ids of the request, other entries).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit, urlunsplit

from .canonical import ParseError
from .instants import parse_iso
from .json_slices import elements as slices
from .reading import Node, read

LIVE, TEST = "production", "test"
SHIPMENT, FEED = "shipment", "feed"


@dataclass(frozen=True, slots=True)
class Ask:
    """One call without effect. ``url`` without keys: those are our access's."""

    url: str
    method: str = "GET"
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""


@dataclass(frozen=True, slots=True)
class Page:
    """What a page of a feed says of the feed: ``cursor`` of the next one ("" for the last), and the
    ``latest`` time of record in it (aware, None where it shows none). ``count`` of entries."""

    cursor: str = ""
    latest: datetime | None = None
    count: int = 0


@dataclass(frozen=True, slots=True)
class ProofCall:
    """How the proof of a delivery is asked for, where it does not come with the history.

    :param number: ``(piece) -> str``: the number whose delivery a piece of an answer shows; ""
        where it shows none
    :param ask: ``(url, number) -> Ask``; ``url`` is that of the poll
    :param join: ``(piece, body) -> bytes``: the piece with the proof in it, as the provider's
        parser reads both; b"" where the answer holds none

    All three may raise ParseError.
    """

    number: Callable[[bytes], str]
    ask: Callable[[str, str], Ask]
    join: Callable[[bytes, bytes], bytes]


@dataclass(frozen=True, slots=True)
class TrackingPoll:
    """Asked for the history of single numbers.

    :param urls: address by environment ("production", "test")
    :param ask: ``(url, numbers) -> Ask``, for at most ``most`` numbers
    :param elements: keys that lead to the list of results; None: the answer is one message
    :param unknown: statuses that say "no such number", which is nobody's trouble
    :param proof: None where proofs come with the history, or by no way at all
    """

    urls: Mapping[str, str]
    ask: Callable[[str, tuple[str, ...]], Ask]
    most: int = 1
    elements: tuple[str, ...] | None = None
    unknown: tuple[int, ...] = (404,)
    proof: ProofCall | None = None


@dataclass(frozen=True, slots=True)
class FeedPoll:
    """Asked for everything that was recorded or changed since a moment, page by page.

    :param ask: ``(url, since, cursor, size) -> Ask``; ``since`` aware, ``cursor`` "" for the first
        page
    :param page: ``(body, headers) -> Page``; raises ParseError
    :param elements: keys that lead to the list of entries; None: a page is one message
    :param most: entries of a page, at most
    :param at: ``(url) -> FeedPoll``: the one that an address asks for, where a partner has several
    :param turn: ``(cursor, count, size) -> cursor``: the page after the one that was asked for with
        ``cursor`` and held ``count`` entries of ``size``, where a page does not say it itself
    :param wait: ``(body) -> seconds``: how long an answer asks us to wait that looks like a good
        one (2xx) and is none; None where it is one
    """

    urls: Mapping[str, str]
    ask: Callable[[str, datetime, str, int], Ask]
    page: Callable[[bytes, Mapping[str, str]], Page]
    elements: tuple[str, ...] | None
    most: int = 500
    wait: Callable[[bytes], float | None] | None = None
    at: "Callable[[str], FeedPoll] | None" = None
    turn: Callable[[str, int, int], str] | None = None


def pieces(raw: bytes, path: tuple[str, ...] | None) -> list[bytes]:
    """The messages of an answer. Raises ParseError where it is not what was to come."""
    if not raw.strip():
        return []
    return [raw] if path is None else slices(raw, path)


def with_query(url: str, **values: object) -> str:
    """``url`` with these parameters; those that are empty are left out, others of a name that is
    there already replaced."""
    parts = urlsplit(url)
    kept = [pair for pair in parse_qsl(parts.query, True) if pair[0] not in values]
    kept += [(name, str(value)) for name, value in values.items() if value not in (None, "")]
    return urlunsplit(parts._replace(query=urlencode(kept)))


def parameter(url: str, name: str) -> str:
    """One parameter of an address's query, "" where it is missing. Addresses that a partner gives
    are never called: they may lead anywhere, with our keys."""
    try:
        return parse_qs(urlsplit(url).query).get(name, [""])[0]
    except ValueError:
        return ""


def next_link(headers: Mapping[str, str]) -> str:
    """The address of rel="next" in a Link header (RFC 8288), "" without one."""
    for link in (headers.get("Link") or "").split(","):
        target, *attributes = link.split(";")
        words = [part.strip().replace('"', "").lower() for part in attributes]
        if "rel=next" in words:
            return target.strip().strip("<>")
    return ""


def iso(moment: datetime) -> str:
    """In UTC, to the microsecond where it has any: "2026-03-11T10:00:00Z"."""
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat() + "Z"


def latest(nodes: list[Node], *names: str) -> datetime | None:
    """The latest time under the first of these names that each entry has. One that cannot be read
    counts as none: the watermark moves by the others, if there are any."""
    moments = []
    for node in nodes:
        text = next((found for name in names if (found := _text(node.get(name)))), "")
        try:
            instant = parse_iso(text) if text else None
        except ValueError:
            instant = None
        if instant and instant.precision != "day":
            moments.append(instant.utc)
    return max(moments, default=None)


def entries(raw: bytes, *path: str) -> list[Node]:
    """The entries of a page, none where the list is missing. Raises ParseError where something else
    stands in its place."""
    node = read(raw).path(*path) if path else read(raw)
    if not (node.is_list or (node.value is None and path)):
        raise node.fail("a list expected.")
    return list(node.items())


def _text(node: Node) -> str:
    try:
        return node.text()
    except ParseError:
        return ""
