"""What of a bill is part of what goods cost. Amounts are Decimal."""

from decimal import ROUND_HALF_UP, Decimal


def less_disputed(landed, disputed):
    """Class → what of it may be added to goods.

    What is disputed of a class is taken from what would be added: which charge of the class the
    carrier takes back is not known, and what is too little is added later, what is too much is not
    easily taken away.

    :param dict landed: class → amount of its charges that goods bear; credits are negative
    :param dict disputed: class → how much of the class is disputed; not negative
    """
    return {
        kind: amount - min(disputed.get(kind, Decimal(0)), max(amount, Decimal(0)))
        for kind, amount in landed.items()
    }


def converted(amounts, rate, step):
    """Amounts in another currency, each rounded, which together are their rounded sum: what is
    added to goods is what the vendor bill has booked, to the cent.

    :param list amounts: in one currency
    :param Decimal rate: how many of the other currency one is
    :param Decimal step: smallest amount of the other currency, 0.01 for cents
    :rtype: list
    """
    found, whole, told = [], Decimal(0), Decimal(0)
    for amount in amounts:
        whole += amount * rate
        part = (whole / step).quantize(Decimal(1), ROUND_HALF_UP) * step - told
        told += part
        found.append(part)
    return found
