# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""One person, as somebody who asks for their data describes themselves, and where they are named
(GDPR art. 15 and 17). Comparison is tolerant where people write differently: case, accents, order
of the words of a name, punctuation of a phone number."""

import hashlib
import hmac
import json
import re
import unicodedata
from dataclasses import dataclass
from typing import Any

from lxml import etree

MASK = "***"
# Digits of a phone number that are compared, from its end: what stands before is the country's
# prefix, which people leave out.
PHONE_DIGITS = 8
MIN_NAME = 3
MAX_EXCERPTS = 50
MAX_DEPTH = 64

_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)?")
_PHONES = re.compile(r"\+?\d[\d\s()./-]{5,}\d")


def fold(text: str) -> str:
    """Text as it is compared: no case, no accents, single blanks."""
    text = unicodedata.normalize("NFKD", text or "")
    text = "".join(char for char in text if not unicodedata.combining(char))
    return " ".join(text.casefold().split())


def _words(text: str) -> list[str]:
    return _WORD.findall(fold(text))


@dataclass(frozen=True, slots=True)
class Subject:
    """What a person is known by; made by :meth:`of`. All parts are folded."""

    names: tuple[tuple[str, ...], ...] = ()
    emails: tuple[str, ...] = ()
    phones: tuple[str, ...] = ()

    @classmethod
    def of(cls, names=(), emails=(), phones=()) -> "Subject":
        """:raises ValueError: a name, address or number that is too short to find one person by"""
        words = tuple(dict.fromkeys(tuple(_words(name)) for name in names if name and name.strip()))
        if any(sum(map(len, name)) < MIN_NAME for name in words):
            raise ValueError("name")
        mails = tuple(dict.fromkeys(fold(mail) for mail in emails if mail and mail.strip()))
        if any("@" not in mail[1:] for mail in mails):
            raise ValueError("email")
        digits = [re.sub(r"\D", "", phone) for phone in phones if phone and phone.strip()]
        if any(len(number) < PHONE_DIGITS - 1 for number in digits):
            raise ValueError("phone")
        numbers = tuple(dict.fromkeys(number[-PHONE_DIGITS:] for number in digits))
        return cls(words, mails, numbers)

    def __bool__(self) -> bool:
        return bool(self.names or self.emails or self.phones)

    def is_in(self, text: str) -> bool:
        """Whether a text names this person: all words of a name in any order, an e-mail, a phone
        number."""
        if not text:
            return False
        folded = fold(text)
        if any(_has_mail(folded, mail) for mail in self.emails):
            return True
        if self.names:
            words = set(_WORD.findall(folded))
            if any(words.issuperset(name) for name in self.names):
                return True
        return any(
            re.sub(r"\D", "", found).endswith(phone)
            for phone in self.phones
            for found in _PHONES.findall(folded)
        )

    def blank(self, text: str) -> str:
        """The text without this person: what :meth:`is_in` would find is replaced by "***"."""
        for mail in self.emails:
            text = re.sub(rf"(?i)(?<![\w.+-]){re.escape(mail)}(?![\w-])", MASK, text)
        wanted = {word for name in self.names for word in name}
        text = _WORD.sub(lambda m: MASK if fold(m.group()) in wanted else m.group(), text)
        return _PHONES.sub(
            lambda m: (
                MASK
                if any(re.sub(r"\D", "", m.group()).endswith(phone) for phone in self.phones)
                else m.group()
            ),
            text,
        )

    def anchors(self) -> list[str]:
        """Regular expressions with which a database finds the bodies that :meth:`is_in` must look
        at closely: to be matched without case against ``encode(content, 'escape')`` (bytes above
        127 as \\nnn, backslashes doubled). A body that names the person matches at least one of
        them, however its letters are written: as they are, decomposed, as \\u00e9 or as &#233;.
        """
        longest = [max(words, key=len) for words in self.names]
        found = [_spellings(word) for word in (*longest, *self.emails)]
        return found + ["[^0-9]{0,3}".join(phone) for phone in self.phones]

    def mark(self, key: bytes) -> str:
        """A keyed hash of who was asked about: proves that a request was about these very words to
        somebody who knows them, and tells nobody else (HMAC-SHA256, 64 hex digits)."""
        parts = [sorted(map(sorted, self.names)), sorted(self.emails), sorted(self.phones)]
        return hmac.new(key, json.dumps(parts).encode(), hashlib.sha256).hexdigest()


def _has_mail(folded: str, mail: str) -> bool:
    return bool(re.search(rf"(?<![\w.+-]){re.escape(mail)}(?![\w-])", folded))


# A letter that is not ASCII, in the bytes of a body: UTF-8, JSON's escape, XML's.
_FOREIGN = r"(?:(?:\\[0-7]{3}){2,4}|\\\\u[0-9a-f]{4}|&#x?[0-9a-f]+;)"
_MARKS = r"(?:(?:\\[0-7]{3}){2}|\\\\u03[0-9a-f]{2})*"  # combining accents


def _spellings(word: str) -> str:
    return "".join(
        _run_of_s(part) if part[0] == "s" else _letter(part) for part in re.findall("s+|[^s]", word)
    )


def _run_of_s(run: str) -> str:
    # Any two of them may have been one ß: "asß" is folded to "asss".
    return _letter("s") + (f"{{{(len(run) + 1) // 2},{len(run)}}}" if run[1:] else "")


def _letter(char: str) -> str:
    if char.isdigit() and char.isascii():
        return char
    if char.isascii() and char.isalpha():
        return f"(?:{char}{_MARKS}|{_FOREIGN})"
    return re.escape(char) if char.isascii() else f"(?:{_FOREIGN})+"


def excerpts(body: bytes, subject: Subject) -> list[dict[str, Any]]:
    """The parts of a message that name a person: the objects of JSON, elements of XML or lines that
    do, with what stands beside it there. A message about several people shows only this one's.

    :return: dicts of field → value, at most MAX_EXCERPTS; empty when the person is not named
    """
    for objects in (_json_objects, _xml_objects):
        try:
            found = objects(body)
        except (ValueError, RecursionError, etree.LxmlError):
            continue
        if found is not None:
            return [item for item in found if subject.is_in(_joined(item))][:MAX_EXCERPTS]
    lines = body.decode("utf-8", "replace").splitlines()
    if len(lines) <= 1:  # EDI comes as one line
        lines = re.split(r"(?<=['~])", lines[0]) if lines else []
    return [{"text": line} for line in lines if subject.is_in(line)][:MAX_EXCERPTS]


def _joined(item: dict[str, Any]) -> str:
    return " ".join(str(value) for value in item.values())


def _json_objects(body: bytes) -> list[dict[str, Any]] | None:
    if body.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] not in (b"{", b"["):
        return None
    found: list[dict[str, Any]] = []

    def walk(value: Any, depth: int) -> None:
        if depth > MAX_DEPTH:
            return
        if isinstance(value, dict):
            own = {k: v for k, v in value.items() if not isinstance(v, dict | list)}
            own |= {
                k: ", ".join(map(str, v))
                for k, v in value.items()
                if isinstance(v, list) and v and not any(isinstance(i, dict | list) for i in v)
            }
            if own:
                found.append(own)
            for item in value.values():
                walk(item, depth + 1)
        elif isinstance(value, list):
            scalars = [item for item in value if not isinstance(item, dict | list)]
            if scalars and depth == 0:
                found.append({"values": ", ".join(map(str, scalars))})
            for item in value:
                walk(item, depth + 1)

    walk(json.loads(body.decode("utf-8-sig", "replace")), 0)
    return found


def _xml_objects(body: bytes) -> list[dict[str, Any]] | None:
    if body.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] != b"<" or b"<!DOCTYPE" in body[:4096].upper():
        return None
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False
    )
    found = []
    for element in etree.fromstring(body, parser).iter():
        if not isinstance(element.tag, str):
            continue
        own = {etree.QName(child).localname: child.text for child in element if _is_leaf(child)}
        own |= dict(element.attrib)
        if element.text and element.text.strip():
            own[etree.QName(element).localname] = element.text
        if own:
            found.append(own)
    return found


def _is_leaf(element: Any) -> bool:
    return isinstance(element.tag, str) and not len(element) and bool(element.text)
