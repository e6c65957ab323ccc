# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""What is right and wrong about what a carrier bills for one shipment. Pure: amounts are Decimal in
the currency of the bill."""

from .facts import Before, Billed, Expectation, Facts
from .findings import FINDINGS, VERDICTS, Audit, Compared, Finding
from .judge import audit
from .tolerance import Band, Tolerances
