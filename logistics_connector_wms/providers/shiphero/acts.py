# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""What ShipHero is told of a transfer: orders, purchase orders, returns."""

from ...core.act import REFUSED, Act, ReleaseActs, Trouble, Verdict
from . import inbounds, orders
from .graphql import Refusal
from .told import Untold


class ShipHeroActs(ReleaseActs):
    """See ``ReleaseActs``."""

    def place(self, content: dict) -> Act:
        kind, number = _named(content)
        acts = {"receipt": inbounds.place_receipt, "return": inbounds.place_return}
        return (yield from _said(acts.get(kind, orders.place)(number, content)))

    def cancel(self, content: dict) -> Act:
        kind, number = _named(content)
        if kind == "receipt":
            return (yield from _said(inbounds.cancel_receipt(number)))
        if kind == "return":
            return (yield from _said(inbounds.cancel_return(number)))
        return (yield from _said(orders.cancel(number, content)))

    def find(self, content: dict) -> Act:
        kind, number = _named(content)
        try:
            if kind == "receipt":
                return (yield from inbounds.find_receipt(number))
            if kind == "return":
                return (yield from inbounds.find_return(number, content))
            return (yield from orders.find(number))
        except Refusal as error:
            raise Trouble(str(error)) from None


def _named(content: dict) -> tuple[str, str]:
    return content["kind"], content[content["kind"]]


def _said(act: Act) -> Act:
    """What ShipHero does not want, and what it cannot be told, is for a person."""
    try:
        return (yield from act)
    except (Refusal, Untold) as error:
        return Verdict(REFUSED, str(error))
