# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""Numbers of parcels that a carrier lets us give: a serial of fixed length between a prefix and a
suffix, with a check digit by which scanners find misread ones."""

import re

S10_WEIGHTS = (8, 6, 4, 2, 3, 5, 9, 7)
S10_DIGITS = len(S10_WEIGHTS)


def _nothing(_prefix, _serial):
    return ""


def _s10(_prefix, serial):
    """UPU S10: modulo 11 over the eight digits of the serial."""
    if len(serial) != S10_DIGITS:
        raise ValueError(serial)
    rest = 11 - sum(int(one) * by for one, by in zip(serial, S10_WEIGHTS, strict=True)) % 11
    return {10: "0", 11: "5"}.get(rest, str(rest))


def _weighted(*weights):
    """Modulo 10 over all digits, prefix included, with weights in turn from the right."""

    def check(prefix, serial):
        digits = re.sub(r"\D", "", prefix + serial)[::-1]
        count = len(weights)
        total = sum(int(one) * weights[place % count] for place, one in enumerate(digits))
        return str(-total % 10)

    return check


def _mod7(_prefix, serial):
    """Modulo 7 of the serial, as on air waybills."""
    return str(int(serial) % 7)


CHECKS = {
    "none": _nothing,
    "s10": _s10,  # post: RR12345678?DE
    "gs1": _weighted(3, 1),  # GS1: SSCC and the like
    "mod10": _weighted(4, 9),  # identcodes
    "mod7": _mod7,
}


def number_of(prefix, serial, check, suffix=""):
    """The number as it is printed.

    :param str serial: digits, with the zeros in front
    :param str check: of :data:`CHECKS`
    :raises ValueError: the check wants another length of serial
    """
    return f"{prefix}{serial}{CHECKS[check](prefix, serial)}{suffix}"


def serial_of(first, offset):
    """The serial so many after the first one, as long as that.

    :raises OverflowError: it would be longer
    """
    text = str(int(first) + offset).zfill(len(first))
    if len(text) > len(first):
        raise OverflowError(text)
    return text
