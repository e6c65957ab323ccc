# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""A format of our own, held against its JSON Schema: what does not fit is refused as a whole."""

import json
from collections.abc import Callable, Mapping
from functools import cached_property
from pathlib import Path

from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError

from .canonical import ParseError
from .contract import words

try:
    import jsonschema_rs
except ImportError:  # it saves time, nothing else
    jsonschema_rs = None

MAX_ERRORS = 5


class OwnFormat:
    """The schema in a file, compiled when it is needed first.

    ``special``: words of the format's own for some keywords, as :func:`words.explain` takes them.
    """

    def __init__(
        self,
        path: Path,
        special: Mapping[str | None, Callable[[ValidationError], str]] | None = None,
    ):
        self.path, self.special = path, special

    @cached_property
    def schema(self) -> dict:
        return json.loads(self.path.read_text(encoding="utf-8"))

    @cached_property
    def validator(self) -> Draft202012Validator:
        return Draft202012Validator(self.schema)

    @cached_property
    def quick_validator(self):
        """The same schema compiled by jsonschema-rs, where it is installed: some 200 times faster
        on a message that fits, which nearly all do. It only says yes; what it does not accept is
        judged, and explained, by :attr:`validator`."""
        return jsonschema_rs and jsonschema_rs.Draft202012Validator(self.schema)

    def fits(self, value: object) -> bool:
        """Whether the quick validator accepts the value; False where there is none or it cannot
        say."""
        quick = self.quick_validator
        try:
            return quick is not None and quick.is_valid(value)
        except ValueError:  # text that is not UTF-8 inside, such as half a surrogate pair
            return False

    def check(self, value: object) -> None:
        """Raise ParseError, with up to five places, where the value does not fit the schema."""
        if self.fits(value):
            return
        errors = []
        for error in self.validator.iter_errors(value):
            errors.append(error)
            if len(errors) > 20 * MAX_ERRORS:
                break  # a list of thousands of wrong entries: the first ones tell enough
        if not errors:
            return
        # Places first as they come in the message; the same place and text only once.
        lines = list(
            dict.fromkeys(
                f"{words.pointer(error.absolute_path)}: {words.explain(error, self.special)}."
                for error in words.in_order(errors)
            )
        )
        shown = lines[:MAX_ERRORS]
        if len(lines) > MAX_ERRORS:
            shown.append("There is more.")
        raise ParseError(" ".join(shown))
