from odoo import api, models
from odoo.tools import format_amount


class LogisticsFreightBillShipment(models.Model):
    """Findings in the user's words."""

    _inherit = "logistics.freight.bill.shipment"

    @api.depends("findings")
    def _compute_finding_text(self):
        types = self.env["logistics.freight.charge.type"]._by_key()
        for line in self:
            line.finding_text = "\n".join(
                line._finding_words(finding, types) for finding in line.findings or ()
            )

    @api.depends("compared")
    def _compute_comparison(self):
        types = self.env["logistics.freight.charge.type"]._by_key()
        whole = self.env._("All in all")
        for line in self:
            line.comparison = [
                {**row, "name": types[row["key"]].name if row["key"] in types else whole}
                for row in line.compared or ()
            ]

    def _finding_words(self, finding, types):
        """One finding as a sentence, with its charge and amount."""
        name = types[finding["key"]].name if finding["key"] in types else ""
        amount = format_amount(self.env, finding["amount"], self.currency_id)
        text = self._why(finding["code"], finding["values"])
        return f"{name or self.env._('Shipment')}: {text} ({amount})"

    def _why(self, code, values):
        words = {
            "unknown_shipment": self.env._("No shipment of ours has its numbers."),
            "wrong_account": self.env._(
                "Somebody else pays for it, or it was billed to an account that is not ours."
            ),
            "voided": self.env._("The shipment was cancelled, and not credited."),
            "never_moved": self.env._("The carrier never scanned it."),
            "unmapped": self.env._("Nobody has said yet what this charge is."),
            "other_currency": self.env._("It is in another currency than the bill."),
            "no_rate": self.env._("Nothing was booked or agreed to compare it with."),
            "account_charge": self.env._("No such fee was agreed."),
            "old_rate": self.env._("The price of the older agreement was billed."),
            "rate": self.env._("The price is not what was agreed."),
            "fuel_follows": self.env._("Fuel on a carriage that is too high."),
            "residential": self.env._("The receiver is a business, no private address."),
            "address": self.env._("The address was right; nothing had to be corrected."),
            "not_asked": self.env._("Nobody ordered this."),
            "duty": self.env._("There are no duties within a country."),
            "total": self.env._("More than the price at which it was booked."),
            "under": self.env._("Less than expected."),
            "tolerance": self.env._("Differs within the tolerance."),
            "cap": self.env._(
                "Within the tolerance, but what may be tolerated in a month is used up."
            ),
        }
        if code in words:
            return words[code]
        if code == "duplicate":
            bill = values.get("bill")
            return (
                self.env._("Billed before, on bill %s.", bill)
                if bill
                else self.env._("Billed twice on this bill.")
            )
        if code == "weight":
            return self.env._(
                "Billed for %(billed)s kg, it weighs %(ours)s kg.",
                billed=_number(values.get("billed")),
                ours=_number(values.get("ours")),
            )
        if code in ("service", "zone"):
            text = {
                "service": self.env._("Billed as %(billed)s, bought as %(ours)s."),
                "zone": self.env._("Billed for zone %(billed)s, it lies in zone %(ours)s."),
            }[code]
            return text % values
        if code == "discount":
            return self.env._(
                "The discount is %(given)s %%, %(agreed)s %% were agreed.",
                given=_percent(values.get("given")),
                agreed=_percent(values.get("agreed")),
            )
        if code == "fuel":
            if values.get("agreed_share") and values.get("billed_share") is not None:
                return self.env._(
                    "Fuel is %(billed)s %% of the carriage, %(agreed)s %% were agreed.",
                    billed=_percent(values["billed_share"]),
                    agreed=_percent(values["agreed_share"]),
                )
            return self.env._("The fuel surcharge is not what was expected.")
        if code == "account_fee":
            return self.env._(
                "%(agreed)s were agreed for each bill.",
                agreed=format_amount(self.env, values["agreed"], self.currency_id),
            )
        if code == "late":
            return self.env._(
                "It came %s days late, and the agreement gives the money back.", values["days"]
            )
        return code


def _number(value):
    return f"{value:g}" if value else "?"


def _percent(share):
    return f"{100 * (share or 0):.1f}"
