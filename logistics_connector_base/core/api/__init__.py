# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""The API that partners and other systems read: what it offers, how its answers look, and how it is
described. Pure functions; ``controllers/api.py`` serves them."""
