# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""What a carrier would refuse, or cut off without a word, seen before it is asked: a packer mends a
field in seconds, a refused booking waits for one."""

import re
from dataclasses import dataclass

from . import accessorials
from .accessorials import NOTHING_OFFERED, Offers

# GS1 and carriers count in steps of a gram; nothing lighter is a parcel.
LEAST_KILOGRAMS = 0.001


@dataclass(frozen=True, slots=True)
class Rules:
    """How long a carrier's fields may be, and what it wants beside the street: of its published
    schema. 0: no limit. ``state_countries``: where the state or province is needed; ``zip_free``:
    countries without postal codes that it knows."""

    line_length: int = 35
    lines: int = 3
    name_length: int = 35
    city_length: int = 30
    phone_digits: tuple[int, int] = (1, 15)
    most_parcels: int = 0
    most_kilograms: float = 0.0
    state_countries: frozenset[str] = frozenset({"US", "CA"})
    needs_phone: str = "abroad"  # always, abroad, never
    needs_size: bool = False
    formats: frozenset[str] = frozenset({"PDF", "ZPL", "PNG"})
    offers: Offers = NOTHING_OFFERED  # where nothing is said


@dataclass(frozen=True, slots=True)
class Problem:
    """``place``: the field in our request, such as "recipient.lines.0"; ``kind``: what is wrong
    with it, for :data:`WORDS`; ``values``: what the sentence tells."""

    place: str
    kind: str
    values: dict

    @property
    def text(self) -> str:
        """In English."""
        return self.in_words(lambda text: text)

    def in_words(self, translate) -> str:
        """The sentence in another language.

        :param translate: a text of this module → the same in that language
        """
        ours = ("who", "field", "what", "other")
        values = {
            name: translate(value) if name in ours else value for name, value in self.values.items()
        }
        return translate(WORDS[self.kind]) % values


def _lt(text):
    """Marks what translators get: the models look it up in the user's language."""
    return text


WORDS = {
    "no_parcel": _lt("There is nothing to ship: the delivery has no package with a weight."),
    "parcels": _lt("%(count)s packages are too many for one shipment: the carrier takes %(most)s."),
    "missing": _lt("%(who)s: %(field)s is missing."),
    "line": _lt(
        "%(who)s: “%(text)s” has %(length)s characters; the carrier prints %(most)s. Shorten"
        " it, or use the second address line."
    ),
    "lines": _lt("%(who)s: the address has %(count)s lines; the carrier takes %(most)s."),
    "name": _lt("%(who)s: “%(text)s” has %(length)s characters; the carrier prints %(most)s."),
    "phone": _lt(
        "%(who)s: “%(text)s” is no telephone number that the carrier can use: it wants"
        " %(least)s to %(most)s digits."
    ),
    "weight": _lt("Package %(parcel)s has no weight."),
    "heavy": _lt("Package %(parcel)s weighs %(weight)s kg; the carrier takes %(most)s kg."),
    "size": _lt("Package %(parcel)s has no length, width and height; the carrier wants them."),
    "customs": _lt("The goods leave the customs territory, and the customs data is missing."),
    "goods": _lt("Package %(parcel)s: what is inside is not known; customs wants each product."),
    "hs_code": _lt("“%(product)s” has no HS code; customs wants one."),
    "origin": _lt("“%(product)s” has no country of origin; customs wants one."),
    "value": _lt("“%(product)s” has no value; customs wants one."),
    "currencies": _lt(
        "The goods are priced in several currencies (%(currencies)s); a customs"
        " declaration has one."
    ),
    "goods_weight": _lt(
        "Package %(parcel)s: the goods weigh %(goods)s kg, the package %(weight)s kg."
    ),
    "format": _lt("The carrier makes no labels as %(format)s."),
    **accessorials.WORDS,
}
LABELS = {
    "name": _lt("the name"),
    "lines": _lt("the street"),
    "city": _lt("the city"),
    "country": _lt("the country"),
    "zip": _lt("the postal code"),
    "state": _lt("the state"),
    "phone": _lt("the telephone number"),
}
WHO = {"shipper": _lt("Sender"), "recipient": _lt("Recipient")}
# Countries without postal codes (UPU, Universal POST*CODE DataBase).
NO_ZIP = frozenset(
    "AE AG AO AW BF BI BJ BO BS BW BZ CD CF CG CI CK CM DJ DM ER FJ GA GD GH GM GQ GY HK JM KI KM"
    " KN KP LC ML MO MR MW NR NU QA RW SB SC SL SR ST SY TD TF TG TK TL TO TT TV UG VU YE"
    " ZW".split()
)


def problems(request, rules):
    """What keeps a request from being booked: a tuple of Problem, the first to be mended first.

    :param BookingRequest request:
    :param Rules rules: of the carrier
    """
    found = []
    is_abroad = request.shipper.country != request.recipient.country
    for who in ("shipper", "recipient"):
        found += _party(who, getattr(request, who), rules, is_abroad)
    found += _parcels(request, rules)
    if is_abroad and not _is_one_territory(request):
        found += _customs(request)
    found += accessorial_problems(request, rules)
    if rules.formats and request.label not in rules.formats:
        found.append(Problem("label", "format", {"format": request.label}))
    return tuple(found)


def accessorial_problems(request, rules):
    """As :func:`problems`, of what is asked for beside the transport: prices want it, too."""
    return tuple(Problem(*one) for one in accessorials.found(request, rules.offers))


def _party(place, party, rules, is_abroad):
    who = WHO[place]
    wanted = {
        "name": party.name or party.company,
        "lines": any(party.lines),
        "city": party.city,
        "country": party.country,
        "zip": party.zip or party.country in NO_ZIP,
        "state": party.state or party.country not in rules.state_countries,
        "phone": party.phone
        or rules.needs_phone == "never"
        or (rules.needs_phone == "abroad" and not is_abroad),
    }
    for field, is_there in wanted.items():
        if not is_there:
            yield Problem(f"{place}.{field}", "missing", {"who": who, "field": LABELS[field]})
    lines = [line for line in party.lines if line]
    if rules.lines and len(lines) > rules.lines:
        values = {"who": who, "count": len(lines), "most": rules.lines}
        yield Problem(f"{place}.lines", "lines", values)
    for number, line in enumerate(lines):
        if rules.line_length and len(line) > rules.line_length:
            yield _too_long(f"{place}.lines.{number}", "line", who, line, rules.line_length)
    for field, most in (("name", rules.name_length), ("company", rules.name_length),
                        ("city", rules.city_length)):  # fmt: skip
        text = getattr(party, field)
        if most and len(text) > most:
            yield _too_long(f"{place}.{field}", "name", who, text, most)
    digits = re.sub(r"\D", "", party.phone)
    least, most = rules.phone_digits
    if party.phone and not least <= len(digits) <= most:
        values = {"who": who, "text": party.phone, "least": least, "most": most}
        yield Problem(f"{place}.phone", "phone", values)


def _too_long(place, kind, who, text, most):
    values = {"who": who, "text": text, "length": len(text), "most": most}
    return Problem(place, kind, values)


def _parcels(request, rules):
    if not request.parcels:
        yield Problem("parcels", "no_parcel", {})
    count = len(request.parcels)
    if rules.most_parcels and count > rules.most_parcels:
        yield Problem("parcels", "parcels", {"count": count, "most": rules.most_parcels})
    for number, parcel in enumerate(request.parcels):
        place, values = f"parcels.{number}", {"parcel": parcel.key}
        if parcel.weight < LEAST_KILOGRAMS:
            yield Problem(f"{place}.weight", "weight", values)
        if rules.most_kilograms and parcel.weight > rules.most_kilograms:
            heavy = {**values, "weight": f"{parcel.weight:g}", "most": f"{rules.most_kilograms:g}"}
            yield Problem(f"{place}.weight", "heavy", heavy)
        if rules.needs_size and not (parcel.length and parcel.width and parcel.height):
            yield Problem(f"{place}.length", "size", values)


def _customs(request):
    if request.customs is None:
        yield Problem("customs", "customs", {})
        return
    goods = [(number, good) for number, one in enumerate(request.parcels) for good in one.goods]
    for number, parcel in enumerate(request.parcels):
        if not parcel.goods:
            yield Problem(f"parcels.{number}.goods", "goods", {"parcel": parcel.key})
        inside = sum(good.weight for good in parcel.goods)
        # Carriers refuse goods that weigh more than their box; a gram is rounding.
        if inside > parcel.weight + 0.001:
            values = {
                "parcel": parcel.key,
                "goods": f"{inside:.3f}",
                "weight": f"{parcel.weight:.3f}",
            }
            yield Problem(f"parcels.{number}.weight", "goods_weight", values)
    told = set()
    for number, good in goods:
        for field, kind in (("hs_code", "hs_code"), ("origin", "origin")):
            if not getattr(good, field) and (kind, good.description) not in told:
                told.add((kind, good.description))
                place = f"parcels.{number}.goods.{field}"
                yield Problem(place, kind, {"product": good.description})
        if not float(good.value or 0):
            values = {"product": good.description}
            yield Problem(f"parcels.{number}.goods.value", "value", values)
    currencies = sorted({good.currency for _number, good in goods})
    if len(currencies) > 1:
        values = {"currencies": ", ".join(currencies)}
        yield Problem("parcels.goods.currency", "currencies", values)


# Customs union of the EU with Monaco (Regulation (EU) 952/2013, article 4); by country alone: some
# islands of its members lie outside and are told by their postal codes, which carriers check.
UNION = frozenset(
    "AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MC MT NL PL PT RO SE SI SK".split()
)


def _is_one_territory(request):
    return {request.shipper.country, request.recipient.country} <= UNION
