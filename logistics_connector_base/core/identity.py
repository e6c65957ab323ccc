# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""Who is who: the identity of messages, and the fingerprint of events (law 3).

Everything that is hashed is first written as a JSON array, which no choice of contents can make
ambiguous, and starts with a version, so that a better rule can live beside this one.
"""

import hashlib
import json
import re
import unicodedata
from datetime import timedelta
from typing import Literal, NamedTuple

from .canonical import Instant, ParsedEvent, Place

FINGERPRINT_VERSION = "v1"
MAX_PLAIN_ID = 200
MAX_PLAIN_REVISION = 100

# Blanks of every kind, hyphens and dashes, characters that have no width, and what PostgreSQL
# would not take as a search term: controls and lone surrogates.
_NOISE = re.compile(
    "[\\s\\-\u00ad\u2010-\u2015\u2212\u200b-\u200f\u2060\ufeff\x00-\x1f\x7f-\x9f\ud800-\udfff]+"
)
_SSCC_WITH_PREFIX = re.compile(r"(?:\(00\)|00)(\d{18})", re.ASCII)


class MessageIdentity(NamedTuple):
    """The key of a message within its connection."""

    identity: str
    revision: str


def digest(raw: bytes) -> str:
    """SHA-256 of the bytes exactly as received, 64 hex digits."""
    return hashlib.sha256(raw).hexdigest()


def _hash(*parts: object) -> str:
    text = json.dumps(parts, ensure_ascii=True, separators=(",", ":"))
    return hashlib.sha256(text.encode("ascii")).hexdigest()


def _short(text: str, limit: int, prefix: str) -> str:
    """The text itself where it can be stored and indexed, else a hash that cannot be mistaken."""
    if len(text) <= limit and text.isprintable() and not text.startswith(prefix):
        return text
    return prefix + _hash(text)


def message_identity(external_id: str, revision: str, digest: str) -> MessageIdentity:
    """The identity of a message: the partner's id and revision, or the digest where it gives none.

    ``identity`` is "id:<external id>", "idhash:<hex>" for an id that is too long or holds
    characters that are not printable, or "sha256:<digest>"; ``revision`` is "" where none is
    declared, and always for a digest (other content has another digest). Blanks around an id are
    not part of it. At most 203 characters. Source: law 3, reliability.md 0.9.
    """
    external_id, revision = (external_id or "").strip(), (revision or "").strip()
    if not external_id:
        return MessageIdentity(f"sha256:{digest}", "")
    plain = _short(external_id, MAX_PLAIN_ID, "idhash:")
    identity = plain if plain.startswith("idhash:") else f"id:{plain}"
    return MessageIdentity(identity, _short(revision, MAX_PLAIN_REVISION, "hash:"))


def message_classify(
    existing_digest: str | None,
    new_digest: str,
    declared_revision: str,
    existing_revision: str = "",
) -> Literal["new", "duplicate", "conflict"]:
    """What a message is, next to the one that is already stored under its id.

    ``existing_digest`` is None where there is none. Same bytes: "duplicate". Other bytes: "new"
    where the message declares a revision other than the stored one's, else "conflict" (also for
    one revision declared twice with different bytes). Source: law 3.
    """
    if existing_digest is None:
        return "new"
    if existing_digest == new_digest:
        return "duplicate"
    if declared_revision and declared_revision != existing_revision:
        return "new"
    return "conflict"


def _valid_gs1(digits: str) -> bool:
    """GS1 check digit: weights 3, 1, 3 ... from the right, the check digit itself left out."""
    total = sum(int(d) * (3 if i % 2 == 0 else 1) for i, d in enumerate(reversed(digits[:-1])))
    return (10 - total % 10) % 10 == int(digits[-1])


def normalise_number(value: str) -> str:
    """The one way in which a tracking number or reference is compared and looked up.

    Compatible forms folded (full-width digits), blanks and dashes of every kind dropped, upper
    case. The GS1 prefix "(00)" before a valid 18-digit SSCC is dropped as well: DHL prints
    00340434161094042557 where others write 340434161094042557. Other leading zeros count.
    """
    text = value or ""
    if text.isascii():
        text = _NOISE.sub("", text).upper()
    else:
        text = _NOISE.sub("", unicodedata.normalize("NFKC", text)).upper()
        text = unicodedata.normalize("NFKC", text)  # what a dropped blank kept apart may join now
    match = _SSCC_WITH_PREFIX.fullmatch(text)
    if match and _valid_gs1(match.group(1)):
        return match.group(1)
    return text


def _plain(text: str) -> str:
    """Casefolded, without accents, with single blanks: "  SÃO  Paulo" is "sao paulo"."""
    text = text or ""
    if not text.isascii():
        decomposed = unicodedata.normalize("NFKD", text)
        text = "".join(char for char in decomposed if not unicodedata.combining(char))
    return " ".join(text.casefold().split())


def place_key(place: Place) -> str:
    """The part of a place that stays the same whatever channel tells of it.

    That is the town, and it alone: files and EDI leave out the country of domestic scans, polls
    leave out the postal code that the webhook has, names of depots, streets and coordinates are
    worded by each channel as it likes. Upper case and lost accents come from EDI. Only where there
    is no town does the first of postal code, name, country stand for the place.
    A false difference shows one scan twice; it takes the same shipment, code and instant in two
    towns of one name to make a false equality.
    """
    for part in (place.city, place.zip, place.name, place.country):
        if key := _plain(part):
            return key
    return ""


def instant_key(instant: Instant | None) -> str:
    """An instant as text, at its precision: the UTC second, or the source's own day.

    Fractions are cut, as one channel has them and the other does not; a minute is written with
    second 00, as a source that knows no seconds pads them in its other channels.
    A day is taken in the source's offset, where it gave one: noon in UTC+14 is the day before in
    UTC. "" for None.
    """
    if instant is None:
        return ""
    if instant.precision == "day":
        return (instant.utc + timedelta(minutes=instant.offset_minutes or 0)).date().isoformat()
    seconds = 0 if instant.precision == "minute" else instant.utc.second
    return instant.utc.replace(second=seconds, microsecond=0, tzinfo=None).isoformat() + "Z"


def event_content(event: ParsedEvent) -> str:
    """What an event states, as 32 hex digits: tells a repetition of a partner's event id from
    another content under it. Not in it: texts, people, documents, and the place, whose wording
    changes."""
    parts = [
        normalise_number(event.shipment_key),
        _plain(event.raw_code or event.code),
        _plain(event.raw_sub_code),
        event.classifier,
        instant_key(event.occurred),
        instant_key(event.estimated_delivery),
        event.retracts.strip(),
        event.corrects.strip(),
    ]
    return _hash(*parts)[:32]


def event_fingerprint(event: ParsedEvent) -> str:
    """The identity of a fact: "v1:" and 64 hex digits (law 3).

    The same scan by webhook, poll, file or EDI is one event; so the fingerprint is made of what
    happened, never of the message that told: issuer, shipment, raw code and sub code, classifier,
    instant (:func:`instant_key`), place (:func:`place_key`). Codes are compared casefolded. Not in
    it: text, reason, people, documents, our mapped code (unless it is the only one), our ids,
    arrival.

    What the event withdraws or replaces counts too: an EPCIS error declaration repeats the very
    content of the event it withdraws, and must not pass for its duplicate.

    Each new estimate is a new event, so planned and estimated events add the estimated value and
    the time at which the *source* recorded it (an estimate may return to an earlier value). Parsers
    must therefore never put the time of arrival into ``recorded``.

    An event with ``source_id`` and ``revision`` (EPCIS, DCSA, our canonical JSON) is identified by
    (issuer, source_id, revision) instead: its source keeps versions, and two versions may have the
    same content. A ``source_id`` alone is not used: aggregators mint a new one per channel.
    """
    issuer = _plain(event.issuer)
    if event.source_id and event.revision:
        source_id, revision = event.source_id.strip(), event.revision.strip()
        parts: list[object] = ["id", issuer, source_id, revision, event.retracts.strip()]
    else:
        parts = [
            "fact",
            issuer,
            normalise_number(event.shipment_key),
            _plain(event.raw_code or event.code),
            _plain(event.raw_sub_code),
            event.classifier,
            instant_key(event.occurred),
            place_key(event.place),
            event.retracts.strip(),
            event.corrects.strip(),
        ]
        if event.classifier != "actual":
            parts += [instant_key(event.estimated_delivery), instant_key(event.recorded)]
    return f"{FINGERPRINT_VERSION}:{_hash(FINGERPRINT_VERSION, *parts)}"
