# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""What two versions of a schema differ in."""

from dataclasses import dataclass

BREAKING, UNKNOWN = "breaking", "unknown"


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that the known schema allows and the wanted one, perhaps, does not."""

    kind: str  # BREAKING or UNKNOWN
    pointer: str  # in a message; "*" stands for any entry or field
    text: str  # a sentence without its full stop

    def __str__(self) -> str:
        return f"{self.pointer or '/'}: {self.text}."
