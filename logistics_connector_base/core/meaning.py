# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""What a partner's code means, where one partner may mean another thing by it than the others."""

from collections.abc import Collection, Iterable, Mapping
from typing import NamedTuple

EVERYBODY = 0  # in the place of a connection's id: a row for whoever sends the code


class Row(NamedTuple):
    """A mapping. ``connection``: id of the only connection it holds for, or :data:`EVERYBODY`;
    ``raw_sub_code`` "" stands for any; ``serial`` grows with each new mapping."""

    connection: int
    raw_code: str
    raw_sub_code: str
    priority: int
    serial: float
    meaning: "Meaning"


class Meaning(NamedTuple):
    """What a code is translated to. ``mapping_id`` None: of a mapping that is not stored;
    ``classifier`` "": as the message says. ``rank`` decides between the partners' own meanings."""

    mapping_id: int | None
    code: str
    reason_id: int | bool = False
    classifier: str = ""
    rank: tuple[bool, int, float] = (False, 0, 0.0)


Table = Mapping[tuple[int, str, str], Meaning]


def table_of(rows: Iterable[Row]) -> dict[tuple[int, str, str], Meaning]:
    """The rows by (connection, raw code, raw sub code). Of several the highest priority wins, then
    the newest."""
    table: dict[tuple[int, str, str], Meaning] = {}
    for row in rows:
        key = (row.connection, row.raw_code, row.raw_sub_code)
        rank = (bool(row.raw_sub_code), row.priority, row.serial)
        if key not in table or table[key].rank < rank:
            table[key] = row.meaning._replace(rank=rank)
    return table


def find(
    table: Table, raw_code: str, raw_sub_code: str, connections: Collection[int] = ()
) -> Meaning | None:
    """What a code means when these connections tell of it; None where nobody knows.

    A partner's own meaning goes before everybody's. Of one partner's rows the one for just this
    sub code goes before the one for any. Where several partners with meanings of their own tell
    the same fact: the exact one, then the highest priority, then the newest. The order in which
    they told it does not matter (law 4).
    """

    def of(connection: int) -> Meaning | None:
        return table.get((connection, raw_code, raw_sub_code)) or table.get(
            (connection, raw_code, "")
        )

    own = [found for found in map(of, set(connections) - {EVERYBODY}) if found]
    return max(own, key=lambda meaning: meaning.rank) if own else of(EVERYBODY)


def as_heard_from(table: Table, connection: int) -> dict[tuple[str, str], str]:
    """(raw code, raw sub code) → canonical code, as it is understood from one connection."""
    own = {key[1:]: meaning.code for key, meaning in table.items() if key[0] == connection}
    whole = {raw_code for raw_code, raw_sub_code in own if not raw_sub_code}
    shared = {
        key[1:]: meaning.code
        for key, meaning in table.items()
        if key[0] == EVERYBODY and key[1] not in whole
    }
    return shared | own
