# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""One cell: an amount, a date, a weight. Strict: what can be read in two ways is not read.

A cell is text, or a number or date where the file is a workbook that knows its types.
"""

import re
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache

from .bill import Dimensions, Weight

# ISO 4217, active codes.
CURRENCIES = frozenset(
    """
    AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN BWP BYN
    BZD CAD CDF CHF CLP CNY COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS
    GIP GMD GNF GTQ GYD HKD HNL HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW
    KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD
    NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD SCR SDG SEK SGD
    SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX USD UYU UZS VED
    VES VND VUV WST XAF XCD XCG XOF XPF YER ZAR ZMW ZWG
    """.split()
)
ORDERS = ("dmy", "mdy", "ymd")

_BLANKS = str.maketrans("", "", " \u00a0\u202f\u2009'’")
_SIGNS = re.compile(r"[A-Z]{3}|[€$£¥]")
# What a sign beside an amount may stand for.
_MEANT = {
    "€": {"EUR"},
    "£": {"GBP", "EGP", "FKP", "GIP", "LBP", "SHP", "SYP"},
    "¥": {"JPY", "CNY"},
    "$": {code for code in CURRENCIES if code.endswith("D")} | {"MXN", "ARS", "CLP", "COP", "UYU"},
}
_SIGNED = CURRENCIES | _MEANT.keys()
_POINT = re.compile(r"(?:\d{1,3}(?:,\d{3})+|\d+)?(?:\.\d+)?\Z")
_COMMA = re.compile(r"(?:\d{1,3}(?:\.\d{3})+|\d+)?(?:,\d+)?\Z")
_ROUNDED = re.compile(r"\d(?:[.,]\d+)?[eE]\+\d{2,3}\Z")
_ISO = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:[T ][\d:.+Z-]*)?\Z")
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})\Z")
_MIXED = re.compile(r"(\d{1,2})[-/.](\d{1,2})[-/.](\d{4}|\d{2})(?: [\d:.]+)?\Z")
_DIGITS_AT_MOST = 24
# A cell that a spreadsheet would run. A sign before a number or a phone number is none.
_FORMULA = re.compile(r"(?:^|\x1f)\s*(?:[=@\t\r]|[+-](?![\d.,\s'’\u00a0]*(?:\x1f|$)))")
_SIDES = re.compile(r"\s*([\d.,]+)\s*[xX*×]\s*([\d.,]+)\s*[xX*×]\s*([\d.,]+)\s*(cm|in)?\s*\Z", re.I)
_UNITS = {
    **dict.fromkeys(("K", "KG", "KGS", "KGM", "KILOGRAM", "KILOGRAMS"), "kg"),
    **dict.fromkeys(("L", "LB", "LBS", "LBR", "POUND", "POUNDS"), "lb"),
    **dict.fromkeys(("O", "OZ", "ONZ", "OUNCE", "OUNCES"), "oz"),
}
_LENGTHS = {
    **dict.fromkeys(("C", "CM", "CMT"), "cm"),
    **dict.fromkeys(("I", "IN", "INH", "INCH", "INCHES"), "in"),
}


class AmbiguousDate(ValueError):
    """Day or month first? Nobody said."""


def text(cell):
    """A cell as text: dates as ISO, numbers without exponent."""
    if isinstance(cell, str):
        return cell.strip()
    if cell is None:
        return ""
    if isinstance(cell, Decimal):
        return format(cell, "f")
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time() == datetime.min.time() else cell.isoformat()
    if isinstance(cell, date):
        return cell.isoformat()
    return str(cell)


def amount(cell, decimal="."):
    """An amount, or None of an empty cell.

    Minus before or behind, brackets, groups of three, a currency beside it: read. Groups of another
    size are not: ``1,23`` is no 123 where the point is the decimal sign.

    :param decimal: ``.`` or ``,``
    :raise ValueError: it is none
    """
    if isinstance(cell, Decimal):
        return cell
    return _amount(text(cell), decimal)


@lru_cache(maxsize=4096)
def _amount(told, decimal):
    if not told:
        return None
    bare = _without_sign(told.translate(_BLANKS).upper())
    negative = False
    if bare.startswith("(") and bare.endswith(")"):
        negative, bare = True, bare[1:-1]
    elif bare[:1] in "+-":
        negative, bare = bare[:1] == "-", bare[1:]
    elif bare[-1:] == "-":
        negative, bare = True, bare[:-1]
    bare = _without_sign(bare)
    shape, group = (_COMMA, ".") if decimal == "," else (_POINT, ",")
    some = any(char in "0123456789" for char in bare)
    if not bare.isascii() or not some or len(bare) > _DIGITS_AT_MOST or not shape.match(bare):
        raise ValueError(told)
    value = Decimal(bare.replace(group, "").replace(",", "."))
    return -value if negative else value


def _without_sign(bare):
    found = _SIGNS.search(bare)
    if not found or found.group() not in _SIGNED:
        return bare
    beside = found.start() == 0 or found.end() == len(bare)
    return bare[: found.start()] + bare[found.end() :] if beside else bare


def is_other_currency(cell, currency):
    """Whether a cell names another currency beside its amount than it should."""
    if not isinstance(cell, str) or not currency:
        return False
    found = _SIGNS.search(cell.upper())
    return bool(found) and currency not in _MEANT.get(found.group(), {found.group()})


def day(cell, order=""):
    """A date, or None of an empty cell (and of zeros, which some files write there).

    :param order: dmy, mdy or ymd, of dates that do not begin with a year
    :raise AmbiguousDate: no order was said, and the date does not begin with its year
    :raise ValueError: it is none
    """
    if isinstance(cell, datetime):
        return cell.date()
    if isinstance(cell, date):
        return cell
    return _day(text(cell), order)


@lru_cache(maxsize=4096)
def _day(told, order):
    if not told.strip("0-/. "):
        return None
    found = _ISO.match(told) or _COMPACT.match(told)
    if found:
        return _in_range(*map(int, found.groups()[:3]))
    found = _MIXED.match(told)
    if not found:
        raise ValueError(told)
    if order not in ORDERS:
        raise AmbiguousDate(told)
    one, two, three = map(int, found.groups())
    if order == "ymd":
        return _in_range(2000 + one, two, three)
    year = three if three > 99 else 2000 + three
    return _in_range(year, two, one) if order == "dmy" else _in_range(year, one, two)


def _in_range(year, month, number):
    if not 1990 <= year <= 2100:
        raise ValueError(f"the year {year}")
    return date(year, month, number)


def weight(cell, unit, decimal="."):
    """A weight, or None of an empty cell or zero. :raise ValueError: it is none"""
    value = amount(cell, decimal)
    return Weight(value, weight_unit(unit)) if value else None


@lru_cache(maxsize=256)
def weight_unit(unit):
    bare = unit.strip().upper()
    return _UNITS.get(bare, bare.lower())


def sides(told, unit="", decimal="."):
    """Dimensions of one cell (``12.0x 9.0x 7.0``); None where it says none of it clearly."""
    found = _SIDES.match(told)
    if not found:
        return None
    return dimensions(*found.groups()[:3], unit or found.group(4) or "", decimal)


def dimensions(length, width, height, unit="", decimal="."):
    """Dimensions of three cells; None unless all three are there and more than nothing."""
    try:
        three = [amount(side, decimal) for side in (length, width, height)]
    except ValueError:
        return None
    if not all(three) or min(three) < 0:
        return None
    return Dimensions(*three, _LENGTHS.get(unit.strip().upper(), ""))


def is_rounded(tracking):
    """Whether a spreadsheet made ``1.23457E+11`` of a number: its last digits are lost."""
    return bool(_ROUNDED.match(tracking))


def has_formula(raw):
    """Whether a spreadsheet would run one of these cells, were they exported as they are."""
    return bool(_FORMULA.search("\x1f".join(raw)))
