# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""What customs is told of who sends, and who pays."""

import re
from decimal import Decimal

from .checks import UNION

# The Import One-Stop Shop is for consignments up to this intrinsic value, in euros, sold to
# consumers (Directive 2006/112/EC, article 369l).
IOSS_MOST = Decimal(150)
IOSS_NUMBER = re.compile(r"IM\d{10}")
# Country and up to 15 characters (Regulation (EU) 2015/2447, annex 12-01).
EORI_NUMBER = re.compile(r"[A-Z]{2}[A-Z0-9]{1,15}")
DUTIES_PAID_BY_SENDER = "DDP"


def takes_ioss(origin, destination, is_consumer, value):
    """Whether a consignment goes by the shop: it enters the EU, and its value added tax was paid
    with the order.

    :param str origin: country code
    :param str destination: country code
    :param Decimal value: of the goods, in euros
    """
    enters = origin not in UNION and destination in UNION
    return enters and is_consumer and 0 < value <= IOSS_MOST


def duties_paid_by(incoterm):
    """ "sender" or "recipient"."""
    return "sender" if incoterm == DUTIES_PAID_BY_SENDER else "recipient"
