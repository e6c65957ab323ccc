# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""What came of an act of a carrier's account."""

from odoo.addons.logistics_connector_base.core import outcome as outcomes
from odoo.addons.logistics_connector_base.core.outcome import Outcome


class Said:
    """What came of an act. ``value`` is what the reader made of the answer, None where it was not
    understood as a yes; ``partial``: a BookingAnswer of the parcels that were booked where others
    were not: they are to be voided; ``document``: the raw answer; ``words``: the carrier's, for
    people; ``refunds``: of a void, the numbers under which the carrier gives the money back."""

    __slots__ = ("document", "outcome", "partial", "refunds", "seconds", "value", "words")

    def __init__(self, outcome, value=None, document=b"", words="", seconds=0.0, partial=None):
        self.outcome, self.value, self.document = outcome, value, document
        self.words, self.seconds, self.partial = words, seconds, partial
        self.refunds = ()


def said_no(problems):
    """Our own no: nothing was asked."""
    words = " ".join(one.text for one in problems)
    return Said(Outcome(outcomes.REJECTED, words), words=words)
