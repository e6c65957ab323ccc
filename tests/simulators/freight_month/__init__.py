"""A month of a shipper: what was agreed, what was sent, what the carriers bill, and which of it is
wrong. Everything follows from a seed; it knows nothing of the addon. See README.md."""

from .agreements import EXCHANGE, TOLERANCE
from .errors import KINDS
from .month import Month
from .oddities import ODDITIES
from .planted import Planted
from .pricing import Charge, Rating, cents, rate, zone_of
