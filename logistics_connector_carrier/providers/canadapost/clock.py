# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""The times of Canada Post: a clock, and beside it the abbreviation of a zone.

"EST" is an offset in winter. In summer it stands in published answers, too, where the clock on the
wall is meant: so an offset counts only where that place, or that zone, has it at that time. Else it
says which clock hangs on the wall, and the instant is marked as assumed.
"""

from datetime import datetime, timedelta

from odoo.addons.logistics_connector_base.core.canonical import Instant
from odoo.addons.logistics_connector_base.core.instants import parse_iso
from odoo.addons.logistics_connector_base.core.instants import zone as zone_of
from odoo.addons.logistics_connector_base.core.reading import instant_or_none

# Abbreviation → minutes east of UTC, and the zone whose clock it belongs to.
ABBREVIATIONS = {
    "NST": (-210, "America/St_Johns"),
    "NDT": (-150, "America/St_Johns"),
    "AST": (-240, "America/Halifax"),
    "ADT": (-180, "America/Halifax"),
    "EST": (-300, "America/Toronto"),
    "EDT": (-240, "America/Toronto"),
    "CST": (-360, "America/Winnipeg"),
    "CDT": (-300, "America/Winnipeg"),
    "MST": (-420, "America/Edmonton"),
    "MDT": (-360, "America/Edmonton"),
    "PST": (-480, "America/Vancouver"),
    "PDT": (-420, "America/Vancouver"),
}
# The clock of most of a province; Nunavut has several.
PROVINCES = {
    "NL": "America/St_Johns",
    "NB": "America/Halifax",
    "NS": "America/Halifax",
    "PE": "America/Halifax",
    "ON": "America/Toronto",
    "QC": "America/Toronto",
    "MB": "America/Winnipeg",
    "SK": "America/Regina",
    "AB": "America/Edmonton",
    "NT": "America/Edmonton",
    "BC": "America/Vancouver",
    "YT": "America/Whitehorse",
}


def instant(day: str, clock: str, abbreviation: str, province: str, zone: str) -> Instant | None:
    """The instant of a scan, None where day or clock cannot be read. ``zone``: where nothing else
    says which clock it was."""
    offset, family = ABBREVIATIONS.get(abbreviation.upper(), (None, ""))
    home = PROVINCES.get(province.upper(), "")
    text = f"{day}T{clock}" if clock else day
    wall = instant_or_none(parse_iso, text)
    if wall is None or not wall.assumed:
        return wall
    if offset is None:
        return instant_or_none(parse_iso, text, home or zone)
    shown = wall.utc.replace(tzinfo=None)
    if wall.precision == "day" or not (
        _shows(family, shown, offset) or _shows(home, shown, offset)
    ):
        return instant_or_none(parse_iso, text, family)
    try:
        return Instant(wall.utc - timedelta(minutes=offset), offset, wall.precision)
    except OverflowError:
        return None


def _shows(name: str, wall: datetime, offset: int) -> bool:
    """Whether a zone's clock is ``offset`` minutes from UTC at that time on the wall."""
    if not name:
        return False
    there = zone_of(name)
    try:
        return any(
            wall.replace(tzinfo=there, fold=fold).utcoffset() == timedelta(minutes=offset)
            for fold in (0, 1)
        )
    except OverflowError:
        return False
