"""From what was quoted to what was billed, step by step."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Step:
    """A bar from ``start`` to ``end``. ``key``: quoted, expected, billed or charged for an amount
    that stands by itself (``is_total``, from 0), otherwise why it changed: changed (between quote
    and booking), the code of a finding, or other (what no finding explains)."""

    key: str
    start: Decimal
    end: Decimal
    is_total: bool = False


def waterfall(
    quoted: Decimal | None,
    expected: Decimal | None,
    reasons: Iterable[tuple[str, Decimal]],
    billed: Decimal,
    charged: Decimal | None = None,
) -> list[Step]:
    """The steps that lead from the first known amount to ``billed``, then what the customer was
    charged, beside it. All in one currency. Reasons of zero have no step; those of one code are
    one step, in the order in which the codes come first.
    """
    steps, level = [], None
    if quoted is not None:
        steps.append(Step("quoted", Decimal(0), quoted, is_total=True))
        level = quoted
    if expected is not None:
        if level is not None and expected != level:
            steps.append(Step("changed", level, expected))
        steps.append(Step("expected", Decimal(0), expected, is_total=True))
        level = expected
    if level is not None:
        sums: dict[str, Decimal] = {}
        for code, amount in reasons:
            sums[code] = sums.get(code, Decimal(0)) + amount
        for code, amount in sums.items():
            if amount:
                steps.append(Step(code, level, level + amount))
                level += amount
        if level != billed:
            steps.append(Step("other", level, billed))
    steps.append(Step("billed", Decimal(0), billed, is_total=True))
    if charged is not None:
        steps.append(Step("charged", Decimal(0), charged, is_total=True))
    return steps
