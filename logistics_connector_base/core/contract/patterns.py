# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""Patterns that end. Python's matcher tries again and again, and nothing interrupts it: one hostile
pattern in a contract, or one hostile text in a message, would hold up the whole process.

A pattern is refused where what is repeated can be split into repetitions in more than one way: that
takes exponential time. For all others the work is known to be a power of the text's length, and
:func:`longest_text` tells how long a text may be before it is too much.
"""

import re
from functools import lru_cache
from itertools import pairwise
from re import _constants as sre  # Python has no public reader of patterns
from re import _parser as parser

MAX_PATTERN = 1000  # characters
MOST_STEPS = 5_000_000  # of the matcher, for one text: some tenths of a second
_ENDLESS = 1_000_000
# Latin, and some of each other kind: two classes of characters overlap somewhere here, or at one of
# the characters that the pattern itself names.
_ALPHABET = frozenset(range(0x180)) | {0x3B1, 0x430, 0x5D0, 0x661, 0x4E00, 0x2028, 0xFF11, 0x1F600}
_CATEGORIES = {
    sre.CATEGORY_DIGIT: r"\d",
    sre.CATEGORY_NOT_DIGIT: r"\D",
    sre.CATEGORY_SPACE: r"\s",
    sre.CATEGORY_NOT_SPACE: r"\S",
    sre.CATEGORY_WORD: r"\w",
    sre.CATEGORY_NOT_WORD: r"\W",
}


class PatternError(ValueError):
    """A pattern that cannot be used; says why."""


@lru_cache(maxsize=2000)
def longest_text(pattern: str) -> int:
    """How many characters a text may have to be matched with a pattern in reasonable time.

    Raises PatternError for a pattern that is none, that uses what other systems read differently
    (looking ahead or back, references), or that may take exponential time.
    """
    if len(pattern) > MAX_PATTERN:
        raise PatternError(f"a pattern of more than {MAX_PATTERN} characters is not taken")
    try:
        tree = parser.parse(pattern)
        re.compile(pattern)
    except (re.error, OverflowError, RecursionError, ValueError) as error:
        raise PatternError(f"the pattern cannot be read: {error}") from None
    if tree.state.flags & ~re.UNICODE:
        raise PatternError("flags inside a pattern are not taken")
    reader = _Reader(pattern)
    reader.walk(list(tree), frozenset(), False)
    factors = reader.factors
    if reader.varies and not (tree.data and tree.data[0][0] is sre.AT):
        factors = [*factors, _ENDLESS]  # it is tried from each character on
    longest = _ENDLESS
    while longest > 1 and _steps(longest, factors) > MOST_STEPS:
        longest = longest * 4 // 5
    if longest < 30:
        raise PatternError("the pattern may take very long: too many of its parts overlap")
    return longest


def _steps(length: int, factors: list[int]) -> int:
    steps = length
    for factor in factors:
        steps *= min(factor, length)
    return steps


class _Reader:
    """Walks through a pattern's tree. ``factors``: what parts that can be matched in several ways
    multiply the work with; ``varies``: whether there is a part of no fixed length."""

    def __init__(self, pattern: str):
        self.alphabet = _ALPHABET | {
            code for char in pattern for code in range(max(0, ord(char) - 1), ord(char) + 2)
        }
        self.factors: list[int] = []
        self.varies = False

    def walk(self, items: list, follow: frozenset, is_repeated: bool) -> None:
        """Look at a sequence; ``follow`` are the characters that may come behind it."""
        behind = [follow]
        for item in reversed(items[1:]):
            first, is_empty = self.first(item)
            behind.append(first | behind[-1] if is_empty else first)
        for item, after in zip(items, reversed(behind), strict=False):
            self._look(item, after, is_repeated)

    def _look(self, item: tuple, follow: frozenset, is_repeated: bool) -> None:
        kind, value = item
        if kind in (sre.MAX_REPEAT, sre.MIN_REPEAT):
            self._look_at_repeat(value, follow, is_repeated)
        elif kind is sre.BRANCH:
            branches = [list(branch) for branch in value[1]]
            firsts = [self.sequence(branch) for branch in branches]
            overlap = any(a[0] & b[0] for a, b in _pairs(firsts))
            empties = sum(is_empty for _first, is_empty in firsts)
            if empties and frozenset().union(*(first for first, _empty in firsts)) & follow:
                overlap = True
            if overlap or empties > 1:
                self._ambiguous(len(branches), is_repeated)
            for branch in branches:
                self.walk(branch, follow, is_repeated)
        elif kind is sre.SUBPATTERN:
            _group, more, less, body = value
            if more or less:
                raise PatternError("flags inside a pattern are not taken")
            self.walk(list(body), follow, is_repeated)
        elif kind not in (sre.LITERAL, sre.NOT_LITERAL, sre.ANY, sre.IN, sre.AT):
            raise PatternError("a pattern may not look ahead or back, nor refer to what it found")

    def _look_at_repeat(self, value: tuple, follow: frozenset, is_repeated: bool) -> None:
        low, high, body = value
        items = list(body)
        first, is_empty = self.sequence(items)
        high = _ENDLESS if high is sre.MAXREPEAT else int(high)
        if high > 1 and is_empty:
            raise PatternError("what is repeated in a pattern must not be empty")
        if low != high:
            self.varies = True
            # What may be empty can be left out in two ways, without that anything tells them apart.
            if first & follow or is_empty:
                self._ambiguous(high - low + 1, is_repeated)
        self.walk(items, first | follow if high > 1 else follow, is_repeated or high > 1)

    def _ambiguous(self, ways: int, is_repeated: bool) -> None:
        if is_repeated:
            raise PatternError(
                "the pattern may take for ever: inside what it repeats, one text can be matched in "
                "several ways"
            )
        self.factors.append(ways)

    # -- first characters -----------------------------------------------------------------------

    def sequence(self, items: list) -> tuple[frozenset, bool]:
        """The characters with which a sequence may begin, and whether it may be empty."""
        found: frozenset = frozenset()
        for item in items:
            first, is_empty = self.first(item)
            found |= first
            if not is_empty:
                return found, False
        return found, True

    def first(self, item: tuple) -> tuple[frozenset, bool]:
        kind, value = item
        if kind is sre.AT:
            return frozenset(), True
        if kind in (sre.MAX_REPEAT, sre.MIN_REPEAT):
            low, _high, body = value
            first, is_empty = self.sequence(list(body))
            return first, is_empty or low == 0
        if kind is sre.SUBPATTERN:
            return self.sequence(list(value[3]))
        if kind is sre.BRANCH:
            firsts = [self.sequence(list(branch)) for branch in value[1]]
            return frozenset().union(*(first for first, _empty in firsts)), any(
                empty for _first, empty in firsts
            )
        return self._characters(kind, value), False

    def _characters(self, kind: object, value: object) -> frozenset:
        if kind is sre.LITERAL:
            return frozenset((value,))
        if kind is sre.NOT_LITERAL:
            return frozenset(self.alphabet - {value})
        if kind is sre.ANY:
            return frozenset(self.alphabet - {ord("\n")})
        if kind is sre.IN:
            negated = value[0][0] is sre.NEGATE
            parts = (self._part(*part) for part in value[negated:])
            found = frozenset().union(*parts)
            return frozenset(self.alphabet - found) if negated else found
        return frozenset(self.alphabet)  # looked at, and refused, by _look

    def _part(self, kind: object, value: object) -> frozenset:
        if kind is sre.RANGE:
            low, high = value
            inside = frozenset(code for code in self.alphabet if low <= code <= high)
            return inside | {low, high, (low + high) // 2}
        if kind is sre.CATEGORY:
            matches = re.compile(_CATEGORIES[value]).match
            return frozenset(code for code in self.alphabet if matches(chr(code)))
        return self._characters(kind, value)


def _pairs(things: list) -> list:
    if len(things) > 50:  # too many to compare each with each; neighbours will do for a guess
        return [*pairwise(things), (things[0], things[0])]
    return [(a, b) for n, a in enumerate(things) for b in things[n + 1 :]]
