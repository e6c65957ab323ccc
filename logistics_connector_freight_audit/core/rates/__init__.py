# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""What a shipment should cost by a rate agreement: pure, of what was agreed and what is known."""

from .agreement import Accessorial, Agreement, Area, Discount, Fuel, Guarantee, Price, Zone
from .facts import Expected, Facts, Line, Missing, Package, Step, choose, replaced
from .reckon import INCH, POUND, expected, expected_of

__all__ = [
    "INCH",
    "POUND",
    "Accessorial",
    "Agreement",
    "Area",
    "Discount",
    "Expected",
    "Facts",
    "Fuel",
    "Guarantee",
    "Line",
    "Missing",
    "Package",
    "Price",
    "Step",
    "Zone",
    "choose",
    "expected",
    "expected_of",
    "replaced",
]
