"""Numbers of Odoo's fields as the price list reckons with them."""

from decimal import Decimal


def exact(number):
    """A float as the decimal that it shows: 0.1 is 0.1.

    :rtype: Decimal
    """
    text = f"{number or 0.0:.6f}".rstrip("0").rstrip(".")
    return Decimal(text)
