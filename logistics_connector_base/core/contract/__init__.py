# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""Contracts of messages: a JSON Schema that a partner and we have agreed upon.

:mod:`.schema` reads a schema and holds messages against it, :mod:`.compatibility` tells what a new
version of a schema means for those who know the old one, :mod:`.patterns` keeps out patterns that
never end, :mod:`.words` says it all in plain words, :mod:`.version` orders versions.
"""

from .compatibility import compare
from .difference import BREAKING, UNKNOWN, Difference
from .schema import CannotTell, Finding, Schema, SchemaError, Verdict, compiled
from .version import next_version, sort_key

__all__ = [
    "BREAKING",
    "UNKNOWN",
    "CannotTell",
    "Difference",
    "Finding",
    "Schema",
    "SchemaError",
    "Verdict",
    "compare",
    "compiled",
    "next_version",
    "sort_key",
]
