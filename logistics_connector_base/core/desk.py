# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""Which rule a case falls under, and whose turn it is. Pure functions of what is known."""

import heapq
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Case:
    """What rules ask about a case. Ids; 0 is nothing. ``rank``: 0 (info) to 4 (critical)."""

    type_id: int = 0
    group: str = ""
    connection_id: int = 0
    company_id: int = 0
    warehouse_id: int = 0
    team_id: int = 0
    rank: int = 0


@dataclass(frozen=True, slots=True)
class Condition:
    """What a rule asks for; what is empty asks for nothing. ``id`` names the rule."""

    id: int
    sequence: int = 10
    type_ids: frozenset[int] = frozenset()
    group: str = ""
    connection_id: int = 0
    company_id: int = 0
    warehouse_id: int = 0
    team_id: int = 0
    min_rank: int = 0

    def fits(self, case: Case) -> bool:
        return (
            case.rank >= self.min_rank
            and (not self.type_ids or case.type_id in self.type_ids)
            and (not self.group or case.group == self.group)
            and all(
                not getattr(self, name) or getattr(self, name) == getattr(case, name)
                for name in ("connection_id", "company_id", "warehouse_id", "team_id")
            )
        )

    @property
    def specificity(self) -> tuple[int, int]:
        """How much it asks: the number of conditions, then the severity from which it holds."""
        asked = (
            self.type_ids,
            self.group,
            self.connection_id,
            self.company_id,
            self.warehouse_id,
            self.team_id,
        )
        return sum(map(bool, asked)), self.min_rank


def in_order(conditions: Iterable[Condition]) -> list[Condition]:
    """By sequence; of one sequence the one that asks more; then the older one."""

    def place(condition: Condition) -> tuple:
        asked, rank = condition.specificity
        return condition.sequence, -asked, -rank, condition.id

    return sorted(conditions, key=place)


def first_fitting(ordered: Sequence[Condition], case: Case) -> Condition | None:
    """The rule that a case falls under: the first one that fits."""
    return next((condition for condition in ordered if condition.fits(case)), None)


def weight(rank: int) -> int:
    """What a case of a severity weighs: each step twice as much. Info 1, critical 16."""
    return 2 ** max(rank, 0)


def round_robin(members: Sequence[int], turn: int, count: int) -> list[int]:
    """Who gets ``count`` cases, one after the other; ``turn`` cases were given before.

    :param members: ids of those who are there; in any order, it goes by the ids
    :return: one id for each case; none where nobody is there
    """
    circle = sorted(set(members))
    return [circle[(turn + step) % len(circle)] for step in range(count)] if circle else []


def least_loaded(
    members: Sequence[int], loads: Mapping[int, int], weights: Sequence[int]
) -> list[int]:
    """Who gets cases of these weights: each goes to whoever has least then, the heaviest first.

    :param loads: member → weight of the open cases; who is missing has none
    :return: one id for each weight, in their order; none where nobody is there
    """
    heap = [(loads.get(member, 0), member) for member in set(members)]
    heapq.heapify(heap)
    given = [0] * len(weights)
    for index in sorted(range(len(weights)), key=lambda index: -weights[index]):
        if not heap:
            return []
        load, member = heap[0]
        heapq.heapreplace(heap, (load + weights[index], member))
        given[index] = member
    return given
