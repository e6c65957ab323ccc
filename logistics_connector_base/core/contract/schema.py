# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""Hold a message against a JSON Schema, in bounded time.

``compiled(text).check(value, seconds)`` says where a message does not fit; it raises
:class:`CannotTell` where that is not known in time. Whoever asks has to do without an answer then:
a message is never refused because of us.

jsonschema-rs, where it is installed, says "fits" some 200 times faster. It is not asked about
schemas that refer to themselves or become huge, as nothing can interrupt it; all else is judged,
and explained, by jsonschema, which looks at the clock at each rule.
"""

import json
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from jsonschema import Draft202012Validator
from jsonschema.exceptions import SchemaError as NoSchema
from jsonschema.exceptions import ValidationError as Misfit
from jsonschema.validators import extend
from referencing import Registry

from ..canonical import ParseError
from ..jsonsafe import clean_text, loads
from . import words
from .keywords import SchemaError, fail, look, step
from .patterns import longest_text

try:
    import jsonschema_rs
except ImportError:  # it saves time, nothing else
    jsonschema_rs = None

MAX_SCHEMA_BYTES = 512 * 1024
MAX_SCHEMA_DEPTH = 48
MAX_FINDINGS = 5
LOOKED_THROUGH = 20 * MAX_FINDINGS
# Where no pattern is asked of a name: nobody's field is called so.
LONGEST_NAME = 100_000


class CannotTell(Exception):
    """Whether a message fits is not known: it took too long, or the check itself failed."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One place where a message does not fit."""

    pointer: str  # in the message (RFC 6901)
    text: str  # a sentence without its full stop
    rule: str  # which rule of the schema, as a pointer into it: the same for all such messages

    def __str__(self) -> str:
        return f"{self.pointer}: {self.text}."


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a message fits: no findings."""

    findings: tuple[Finding, ...] = ()
    has_more: bool = False

    @property
    def fits(self) -> bool:
        return not self.findings

    @property
    def lines(self) -> tuple[str, ...]:
        """The findings for people."""
        return tuple(map(str, self.findings)) + (("There is more.",) if self.has_more else ())


FITS = Verdict()


class Schema:
    """A schema that can be a contract. Raises SchemaError, in words for its author."""

    def __init__(self, text: str):
        self.root = _read(text)
        may_be_quick = look(self.root)
        self._validator = _Guarded(self.root, registry=Registry())
        self._quick = _quick(self.root) if may_be_quick else None

    def check(self, value: object, seconds: float, most: int = MAX_FINDINGS) -> Verdict:
        """Where a message (as ``jsonsafe.loads`` reads it) does not fit.

        :param most: how many places are named, up to ``LOOKED_THROUGH``
        :raises CannotTell: it is not known after ``seconds``, or cannot be known
        """
        if self._fits_quickly(value):
            return FITS
        _clock.deadline = time.monotonic() + seconds
        try:
            return self._judge(value, most)
        except CannotTell:
            raise
        except RecursionError:
            raise CannotTell("message and schema are nested too deeply") from None
        except Exception as error:  # such as a number that no float can hold
            raise CannotTell(f"the check failed: {type(error).__name__}") from error
        finally:
            _clock.deadline = None

    def check_bytes(self, raw: bytes, seconds: float) -> Verdict:
        """:meth:`check` for the bytes of a message; what is no JSON does not fit."""
        try:
            value = loads(raw)
        except ParseError as error:
            return no_json(error)
        return self.check(value, seconds)

    def accepts(self, schema: object, value: object, seconds: float = 1.0) -> bool:
        """Whether a part of this schema accepts a value. Raises CannotTell."""
        _clock.deadline = time.monotonic() + seconds
        try:
            return self._validator.evolve(schema=schema).is_valid(value)
        except CannotTell:
            raise
        except Exception as error:
            raise CannotTell(str(error)) from error
        finally:
            _clock.deadline = None

    def _fits_quickly(self, value: object) -> bool:
        try:
            return self._quick is not None and self._quick.is_valid(value)
        except Exception:  # half a surrogate pair, a number it does not know: judged by the other
            return False

    def _judge(self, value: object, most: int = MAX_FINDINGS) -> Verdict:
        errors = []
        for error in self._validator.iter_errors(value):
            errors.append(error)
            if len(errors) >= LOOKED_THROUGH:
                break  # a list of thousands of wrong entries: the first ones tell enough
        # Places first as they come in the message; the same place and text only once.
        found = {}
        for error in words.in_order(errors):
            finding = _finding(error)
            found.setdefault((finding.pointer, finding.text), finding)
        findings = tuple(found.values())
        return Verdict(findings[:most], len(findings) > most)


def no_json(error: ParseError) -> Verdict:
    """The verdict about a message that cannot be read."""
    return Verdict((Finding("/", clean_text(error, 300).rstrip("."), "/"),))


@lru_cache(maxsize=128)
def compiled(text: str) -> Schema:
    """The schema of a text; kept for a while, as compiling takes some milliseconds."""
    return Schema(text)


def _finding(error: Misfit) -> Finding:
    rule = "".join(step(part) for part in error.absolute_schema_path)
    return Finding(words.pointer(error.absolute_path), words.explain(error), rule[:300])


def _read(text: str) -> dict:
    try:
        root = loads(text.encode("utf-8", "replace"), MAX_SCHEMA_DEPTH, MAX_SCHEMA_BYTES)
    except ParseError as error:
        raise SchemaError(str(error).replace("The message", "The schema")) from None
    if not isinstance(root, dict):
        raise SchemaError("A JSON Schema is an object: it begins with “{”.")
    try:
        Draft202012Validator.check_schema(root)
    except NoSchema as error:
        place = "".join(step(part) for part in error.absolute_path)
        raise fail(place, f"no valid JSON Schema: {clean_text(error.message, 200)}") from None
    except RecursionError:
        raise SchemaError("The schema is nested too deeply.") from None
    return root


def _quick(root: dict):
    if jsonschema_rs is None:
        return None
    try:
        # Its matcher takes time in proportion to the text, whatever the pattern.
        return jsonschema_rs.Draft202012Validator(
            root, pattern_options=jsonschema_rs.RegexOptions(size_limit=1_000_000)
        )
    except Exception:  # a pattern, or another thing, that only the other one knows
        return None


# -- jsonschema, with an eye on the clock ----------------------------------------------------------

_clock = threading.local()


def _tick() -> None:
    deadline = getattr(_clock, "deadline", None)
    if deadline is not None and time.monotonic() > deadline:
        raise CannotTell("the check took too long")


def _timed(rule: Callable) -> Callable:
    def timed(validator, value, instance, schema):
        _tick()
        return rule(validator, value, instance, schema)

    return timed


def _pattern(validator, pattern, instance, schema) -> Iterator[Misfit]:
    if not isinstance(instance, str):
        return
    longest = schema.get("maxLength")
    if isinstance(longest, int | float) and len(instance) > longest:
        return  # that is said already
    if len(instance) > longest_text(pattern):
        raise CannotTell("a text is too long for its pattern")
    yield from Draft202012Validator.VALIDATORS["pattern"](validator, pattern, instance, schema)


def _by_names(rule: Callable) -> Callable:
    """For rules that match the names of fields with patterns."""

    def checked(validator, value, instance, schema):
        patterns = schema.get("patternProperties") or ()
        longest = min(map(longest_text, patterns), default=LONGEST_NAME)
        if isinstance(instance, dict) and max(map(len, instance), default=0) > min(longest, 5000):
            raise CannotTell("the name of a field is too long")
        yield from rule(validator, value, instance, schema) or ()

    return checked


def _unique(validator, is_wanted, instance, schema) -> Iterator[Misfit]:
    # jsonschema compares each entry with each.
    if not (is_wanted and isinstance(instance, list)):
        return
    if len({_fingerprint(item) for item in instance}) < len(instance):
        yield Misfit("an entry stands twice")


def _fingerprint(value: object) -> object:
    """Equal for what JSON Schema calls equal: 1 and 1.0, not 1 and true."""
    if isinstance(value, bool) or value is None:
        return (str(value),)
    if isinstance(value, dict):
        return frozenset((key, _fingerprint(item)) for key, item in value.items())
    if isinstance(value, list):
        return ("list", *map(_fingerprint, value))
    return value


_rules = {**Draft202012Validator.VALIDATORS, "pattern": _pattern, "uniqueItems": _unique}
for _name in ("patternProperties", "additionalProperties", "unevaluatedProperties"):
    _rules[_name] = _by_names(_rules[_name])
_Guarded = extend(Draft202012Validator, {name: _timed(rule) for name, rule in _rules.items()})


def pretty(text: str) -> str:
    """A schema as people read it; unchanged where it is no JSON."""
    try:
        return json.dumps(json.loads(text), indent=2, ensure_ascii=False)
    except ValueError:
        return text
