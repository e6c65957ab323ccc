# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""A release told in a partner's own words: the calls that it takes, one after the other, and what
came of it.

A provider writes an act as a generator. It yields :class:`Step`, is sent the :class:`Exchange`, and
returns a :class:`Verdict`. It brings the partner's order in line with what is told: done again, it
finds that done and changes nothing. So an act may be done again after whatever broke it off.
"""

from collections.abc import Generator
from dataclasses import dataclass, field

# What came of it.
DONE = "done"  # the partner has it as it was told
REFUSED = "refused"  # the partner does not want it: a person has to mend something
TOO_LATE = "too_late"  # the goods have left, or cannot be stopped any more
ABSENT = "absent"  # asked for: the partner does not have it


@dataclass(frozen=True, slots=True)
class Step:
    """A call. ``path`` is added to the address of the flow; ``changes``: the call is more than a
    question."""

    method: str
    path: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    changes: bool = False


@dataclass(frozen=True, slots=True)
class Exchange:
    """What the partner answered: with 2xx, or with a status that says something of this order."""

    status: int
    body: bytes = b""


@dataclass(frozen=True, slots=True)
class Verdict:
    """``text``: for people. ``reference``: the partner's number of the order."""

    kind: str
    text: str = ""
    reference: str = ""


class Wait(Exception):
    """The partner asks for patience; nothing was worked by this call.

    :param float seconds: how long
    """

    def __init__(self, seconds: float) -> None:
        super().__init__(f"they ask us to wait for {seconds:.0f} s")
        self.seconds = seconds


class Trouble(Exception):
    """The partner, or our access, is in trouble, and has not worked this call."""


Act = Generator[Step, Exchange, Verdict]


class ReleaseActs:
    """What a provider can be told of a transfer. Each method takes the content of a release
    (``schemas/release-1.1.json``, with ``their_warehouse`` and, of a line, ``their_product`` and
    ``their_quantity`` in the partner's words)."""

    def place(self, content: dict) -> Act:
        """Bring the partner's order in line with ``content``; make it where there is none, which is
        looked at first: it may have been tried before."""
        raise NotImplementedError

    def cancel(self, content: dict) -> Act:
        """See that it is not worked. ``DONE`` where there is nothing (any more) to be worked."""
        raise NotImplementedError

    def find(self, content: dict) -> Act:
        """Whether the partner has the order, whatever it says of it: ``DONE`` or ``ABSENT``."""
        raise NotImplementedError
