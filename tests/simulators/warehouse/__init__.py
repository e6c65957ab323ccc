"""A 3PL: a building with goods, people who work in it, a post office, and an HTTP server before it.

It keeps its own truth and imports nothing of the product. Tests compare.
"""

from .building import Building, Impossible, Item, Key, Order, OrderLine
from .post import Manners, Post
from .server import WarehousePartner, WarehouseServer
from .staff import AGREED, EVERYTHING, Staff
