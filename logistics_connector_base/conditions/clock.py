"""When a threshold has passed since a moment, as SQL: around the clock, or in working time."""

from dataclasses import dataclass

from odoo.tools import SQL

from ..core.detectors import DAY_UNIT
from ..core.working_table import WorkingTable

# core.working_table.WorkingTable.after. OFFSET 0: each step is taken once.
WORKING = """
(SELECT CASE WHEN step.i > cardinality(step.ends) THEN 'infinity'::timestamp
        ELSE timestamp 'epoch' + interval '1 microsecond'
             * (step.lows[step.i] + step.target - COALESCE(step.ends[step.i - 1], 0)) END
 FROM (
    SELECT worked.lows, worked.ends, worked.target,
           width_bucket(worked.target - %(strict)s, worked.ends) + 1 AS i
    FROM (
        SELECT began.lows, began.ends, %(time)s + CASE WHEN began.i = 0 THEN 0 ELSE LEAST(
                   COALESCE(began.ends[began.i - 1], 0) + began.at - began.lows[began.i],
                   began.ends[began.i]) END AS target
        FROM (
            SELECT given.*, width_bucket(given.at, given.lows) AS i
            FROM (
                SELECT (EXTRACT(EPOCH FROM %(moment)s) * 1000000)::bigint AS at,
                       %(lows)s::bigint[] AS lows, %(ends)s::bigint[] AS ends
                OFFSET 0
            ) given OFFSET 0
        ) began OFFSET 0
    ) worked OFFSET 0
 ) step)
"""
HOUR = 3_600_000_000  # microseconds


@dataclass(frozen=True)
class Clock:
    """Working time of subjects by their companies. ``tables``: company ids, what is worked there,
    and how many hours of that are a day."""

    tables: tuple[tuple[tuple[int, ...], WorkingTable, float], ...]


def passed(moment: SQL, value: float, unit: str, clock: Clock | None) -> SQL:
    """When ``value`` hours or days have passed since ``moment`` (SQL, naive UTC): of a subject
    ``s``. Beyond what is known of a calendar: infinity."""
    if clock is None:
        one = SQL("interval '1 day'") if unit == DAY_UNIT else SQL("interval '1 hour'")
        return SQL("%s + %s::float * %s", moment, value, one)
    whens = [
        SQL(
            "WHEN s.company_id = ANY(%s) THEN %s",
            list(companies),
            _worked(moment, value * (day_hours if unit == DAY_UNIT else 1), table),
        )
        for companies, table, day_hours in clock.tables
    ]
    return SQL("CASE %s END", SQL(" ").join(whens)) if whens else SQL("NULL::timestamp")


def _worked(moment: SQL, hours: float, table: WorkingTable) -> SQL:
    if not table.lows:
        return SQL("'infinity'::timestamp")
    return SQL(
        WORKING,
        moment=moment,
        lows=list(table.lows),
        ends=list(table.ends),
        time=SQL("%s::bigint", round(hours * HOUR)),
        strict=1 if round(hours * HOUR) > 0 else 0,
    )
