# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""As much of structured field values (RFC 8941) as RFC 9421 and RFC 9530 need; strict.

Own, and not ``http-message-signatures``: that library takes a message object of its own, its clock
is the machine's, and a malformed field raises what it likes. Here whatever is malformed is None.
"""

import base64
import binascii
import re
from dataclasses import dataclass

MAX_TEXT, MAX_MEMBERS = 16_384, 64
_KEY = re.compile(r"[a-z*][a-z0-9_\-.*]*", re.ASCII)
_STRING = re.compile(r'"((?:[\x20\x21\x23-\x5b\x5d-\x7e]|\\["\\])*)"')
_INTEGER = re.compile(r"-?\d{1,15}(?![\d.])", re.ASCII)
_DECIMAL = re.compile(r"-?\d{1,12}\.\d{1,3}(?!\d)", re.ASCII)
_TOKEN = re.compile(r"[A-Za-z*][!#$%&'*+\-.^_`|~0-9A-Za-z:/]*", re.ASCII)
_BYTES = re.compile(r":([A-Za-z0-9+/]*={0,2}):", re.ASCII)
_BOOLEAN = re.compile(r"\?([01])")


class _MalformedError(Exception):
    pass


@dataclass(frozen=True, slots=True)
class Item:
    """A bare item with parameters. ``value``: str, int, float, bool, bytes (tokens are str)."""

    value: object
    parameters: dict


@dataclass(frozen=True, slots=True)
class Member:
    """A dictionary's member: an item, or an inner list of them. ``text``: as it is serialised."""

    items: tuple[Item, ...]
    is_list: bool
    parameters: dict
    text: str


class _Reader:
    def __init__(self, text: str) -> None:
        self.text, self.at = text, 0

    def peek(self) -> str:
        return self.text[self.at : self.at + 1]

    def take(self, literal: str) -> bool:
        if self.text.startswith(literal, self.at):
            self.at += len(literal)
            return True
        return False

    def match(self, pattern: re.Pattern) -> re.Match | None:
        match = pattern.match(self.text, self.at)
        if match:
            self.at = match.end()
        return match

    def blanks(self, characters: str = " ") -> None:
        while self.peek() and self.peek() in characters:
            self.at += 1

    def key(self) -> str:
        match = self.match(_KEY)
        if not match:
            raise _MalformedError
        return match.group()

    def bare(self) -> tuple[object, str]:
        """A bare item's value and its text."""
        start = self.at
        if match := self.match(_STRING):
            value = re.sub(r"\\(.)", r"\1", match.group(1))
        elif match := self.match(_BYTES):
            value = _decoded(match.group(1))
        elif match := self.match(_BOOLEAN):
            value = match.group(1) == "1"
        elif match := self.match(_DECIMAL):
            value = float(match.group())
        elif match := self.match(_INTEGER):
            value = int(match.group())
        elif match := self.match(_TOKEN):
            value = match.group()
        else:
            raise _MalformedError
        return value, self.text[start : self.at]

    def parameters(self) -> tuple[dict, str]:
        found, text = {}, []
        while self.take(";"):
            self.blanks()
            name = self.key()
            if name in found or len(found) >= MAX_MEMBERS:
                raise _MalformedError  # the RFC lets the last one win; no honest signer does so
            value, written = (True, "")
            if self.take("="):
                value, written = self.bare()
                written = f"={written}"
            found[name] = value
            text.append(f";{name}{written}")
        return found, "".join(text)

    def item(self) -> tuple[Item, str]:
        value, text = self.bare()
        parameters, written = self.parameters()
        return Item(value, parameters), text + written

    def member(self) -> Member:
        if not self.take("("):
            item, text = self.item()
            return Member((item,), False, item.parameters, text)
        items, texts = [], []
        while True:
            self.blanks()
            if self.take(")"):
                break
            if len(items) >= MAX_MEMBERS:
                raise _MalformedError
            item, text = self.item()
            items.append(item)
            texts.append(text)
            if self.peek() not in (" ", ")"):
                raise _MalformedError
        parameters, written = self.parameters()
        return Member(tuple(items), True, parameters, f"({' '.join(texts)}){written}")


def _decoded(text: str) -> bytes:
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise _MalformedError from None
    if base64.b64encode(data).decode() != text:
        raise _MalformedError
    return data


def read_dictionary(text: str) -> dict[str, Member] | None:
    """The members of a dictionary by key; None where the text is none, or names a key twice."""
    if not text or len(text) > MAX_TEXT:
        return None
    reader = _Reader(text.strip(" "))
    members: dict[str, Member] = {}
    try:
        while True:
            key = reader.key()
            if key in members or len(members) >= MAX_MEMBERS:
                return None
            if reader.take("="):
                members[key] = reader.member()
            else:
                parameters, written = reader.parameters()
                members[key] = Member((Item(True, parameters),), False, parameters, written)
            reader.blanks(" \t")
            if reader.at == len(reader.text):
                return members
            if not reader.take(","):
                return None
            reader.blanks(" \t")
    except _MalformedError:
        return None
