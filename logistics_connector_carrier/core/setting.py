# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""What a carrier's access asks for."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Setting:
    """One field of a carrier's access form. ``name``: karrio's; "config.…" goes into karrio's
    connection config, or what the reader makes of it (``engine.reader``, ``config``). ``kind``:
    text, secret, flag or choice."""

    name: str
    label: str
    kind: str
    is_required: bool = False
    choices: tuple[str, ...] = ()
