from decimal import Decimal

from markupsafe import Markup
from odoo import api, models
from odoo.tools import format_amount

ROW = Markup(
    "<tr><td>{}<div class='text-muted small'>{}</div></td><td class='text-end'>{}</td></tr>"
)
TABLE = Markup(
    "<table class='table table-sm mb-0'>{}<tr class='fw-bold'><td>{}</td>"
    "<td class='text-end'>{}</td></tr></table>"
)


class LogisticsRateAgreement(models.Model):
    """What was reckoned, in the user's words."""

    _inherit = "logistics.rate.agreement"

    @api.model
    def _expected_table(self, found):
        """An Expected as a table of its charges, each with its explanation."""
        currency = self._currency_of(found)
        types = self.env["logistics.freight.charge.type"]._by_key()
        rows = Markup("").join(
            ROW.format(
                types[one.key].name if one.key in types else one.key,
                self._steps_text(one.steps, currency),
                format_amount(self.env, float(one.amount), currency),
            )
            for one in found.charges
        )
        total = format_amount(self.env, float(found.total), currency)
        return TABLE.format(rows, self.env._("Total"), total)

    @api.model
    def _currency_of(self, found):
        currencies = self.env["res.currency"].with_context(active_test=False)
        return currencies.search([("name", "=", found.currency)], limit=1)

    @api.model
    def _steps_text(self, steps, currency):
        """“zone 5, 40 × 30 × 31 cm / 5000, 7.5 kg billable, list 12.40 €, discount 30 %”"""
        return ", ".join(self._step_text(one.code, dict(one.values), currency) for one in steps)

    @api.model
    def _step_text(self, code, values, currency):
        told = {
            key: format_amount(self.env, float(value), currency)
            if key == "amount" or (key == "of" and code != "per_weight")
            else plain(value)
            for key, value in values.items()
        }
        words = {
            "zone": self.env._("zone %(zone)s"),
            "together": self.env._("%(packages)s packages together"),
            "dimensional": self.env._("by volume %(sides)s %(length_unit)s / %(divisor)s"),
            "billable": self.env._("%(weight)s %(weight_unit)s billable"),
            "list": self.env._("list %(amount)s"),
            "discount": self.env._("discount %(percent)s %%"),
            "minimum": self.env._("at least %(amount)s"),
            "minimum_shipment": self.env._("up to the minimum of a shipment, %(amount)s"),
            "asked": self.env._("ordered"),
            "always": self.env._("always due"),
            "residential": self.env._("private address"),
            "area": self.env._("area of delivery"),
            "weight": self.env._("heavy package"),
            "longest": self.env._("long package"),
            "girth": self.env._("large package"),
            "times": self.env._("%(times)s packages"),
            "per_weight": self.env._("%(amount)s for each unit of %(weight)s"),
            "percent_base": self.env._("%(percent)s %% of the carriage, %(of)s"),
            "percent_value": self.env._("%(percent)s %% of the value, %(of)s"),
            "fuel": self.env._("%(percent)s %% of %(of)s, from %(since)s"),
        }
        return words[code] % told if code in words else code

    @api.model
    def _missing_text(self, found):
        """What is not known, a sentence each."""
        types = self.env["logistics.freight.charge.type"]._by_key()
        return "\n".join(self._missing_words(one, types) for one in found.missing)

    @api.model
    def _missing_words(self, missing, types):
        about = types[missing.about].name if missing.about in types else missing.about
        words = {
            "no_agreement": self.env._("No approved agreement covers it: %s.", about),
            "two_agreements": self.env._("Two agreements hold on this day: %s.", about),
            "no_weight": self.env._("The weight of a package is not known."),
            "no_zone": self.env._("It lies in no zone: %s.", about),
            "two_zones": self.env._("It lies in more than one zone: %s.", about),
            "no_price": self.env._("There is no price for the weight in zone %s.", about),
            "no_fuel": self.env._("There is no fuel percentage for %s.", about),
            "no_accessorial": self.env._("Ordered, and not agreed: %s.", about),
            "no_value": self.env._("The declared value is not known: %s.", about),
            "residential_unknown": self.env._("Whether the address is private is not known."),
            "no_dimensions": self.env._("A package was not measured: its volume may cost more."),
        }
        return words.get(missing.code, missing.code)


def plain(value):
    """A value of a step as people write it."""
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    if isinstance(value, tuple):
        return " × ".join(map(plain, value))
    return value.isoformat() if hasattr(value, "isoformat") else str(value)
