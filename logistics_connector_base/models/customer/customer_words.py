"""The words in which a customer is told of a shipment, in the language of the environment."""

from babel.dates import format_skeleton, format_time
from odoo.tools.misc import babel_locale_parse, get_lang

from ...core import customer


def stage_words(env):
    """Stage of :mod:`..core.customer` → what a customer reads as its name."""
    return {
        customer.PREPARING: env._("We are preparing your shipment"),
        customer.SHIPPED: env._("On its way"),
        customer.OUT: env._("Out for delivery"),
        customer.ATTEMPTED: env._("The carrier could not hand it over"),
        customer.READY: env._("Ready for you to collect"),
        customer.DELIVERED: env._("Delivered"),
        customer.PARTLY: env._("A part has arrived"),
        customer.RETURNING: env._("On its way back to us"),
        customer.RETURNED: env._("Back with us"),
        customer.PROBLEM: env._("We are looking into it"),
        customer.CANCELLED: env._("Cancelled"),
    }


def next_words(env):
    """Stage → what comes next, or what the customer can do."""
    return {
        customer.PREPARING: env._("As soon as the carrier has it, you see its way here."),
        customer.SHIPPED: env._("Next it goes to a place near you, and then out for delivery."),
        customer.OUT: env._("Somebody should be there to take it."),
        customer.ATTEMPTED: env._(
            "As a rule the carrier tries again. Look for a card at your door, or ask us."
        ),
        customer.READY: env._("Please collect it soon, or it is sent back. Bring a proof of id."),
        customer.DELIVERED: env._("Something missing or damaged? Please tell us soon."),
        customer.PARTLY: env._("The rest is still to come."),
        customer.RETURNING: env._("Please ask us if you did not expect this."),
        customer.RETURNED: env._("Please ask us if you did not expect this."),
        customer.PROBLEM: env._(
            "Something happened to this shipment. Please ask us; we will tell you what we know."
        ),
        customer.CANCELLED: env._("Nothing will come under this number."),
    }


def step_words(env):
    """Step of :mod:`..core.journey` → its name for customers."""
    return {
        "booked": env._("Preparing"),
        "picked_up": env._("Shipped"),
        "in_transit": env._("On its way"),
        "out_for_delivery": env._("Out for delivery"),
        "delivered": env._("Delivered"),
    }


def expectation_words(env, expectation):
    """An :class:`..core.customer.Expectation` as a sentence; "" where nothing is known. What was
    delivered stands under its stage's name: the time is enough.

    Never more than is known: an estimate is "expected", what has passed "was expected".
    """
    if not expectation.at:
        return ""
    day = day_words(env, expectation.at)
    if expectation.kind == "delivered":
        time = time_words(env, expectation.at)
        return f"{day}, {time}"
    if expectation.kind == "expected" and expectation.since:
        begins, ends = time_words(env, expectation.since), time_words(env, expectation.at)
        return env._("Expected %(day)s, %(begins)s to %(ends)s", day=day, begins=begins, ends=ends)
    if expectation.kind == "expected":
        return env._("Expected %s", day)
    if expectation.kind == "was_expected":
        return env._("Was expected %s. There is no newer estimate.", day)
    if expectation.kind == "planned":
        return env._("Planned for %s", day)
    return env._("Was planned for %s. The carrier has not given an estimate.", day)


def locale_of(env):
    return babel_locale_parse(get_lang(env).code)


def day_words(env, moment):
    """A day, such as “Tue, Mar 10, 2026”, in the order of the language."""
    return format_skeleton("yMMMEd", moment, locale=locale_of(env), fuzzy=True)


def time_words(env, moment):
    """The time of a day as the language writes it."""
    return format_time(moment, "short", locale=locale_of(env))


def country_words(env, code):
    """A country in the language; the code where it has no name."""
    return locale_of(env).territories.get((code or "").upper(), code or "")


def zone_words(offset):
    """Minutes east of UTC as “UTC+01:00”."""
    if not offset:
        return "UTC"
    sign, minutes = ("-" if offset < 0 else "+"), abs(offset)
    return f"UTC{sign}{minutes // 60:02}:{minutes % 60:02}"
