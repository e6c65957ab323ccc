import uuid

from odoo import api, fields, models
from odoo.exceptions import UserError

from .logistics_rates import charges_json

MOST = 50  # chosen for at once: somebody waits for it


class LogisticsRateSubject(models.AbstractModel):
    """What carriers are compared for: an order, or a delivery. A model that inherits it says what
    is asked for, and what is done with an offer that was taken."""

    _name = "logistics.rate.subject"
    _description = "Subject of Rates"

    logistics_quote = fields.Json(
        "Carrier's quote",
        copy=False,
        groups=fields.NO_ACCESS,
        help="The offer that was taken, as the carrier made it; becomes charges of the shipment.",
    )

    # -- what the models say ------------------------------------------------------------------

    def _rate_methods(self):
        """The delivery methods that may carry it, in their order."""
        raise NotImplementedError

    def _rate_currency(self):
        """In what prices are compared."""
        raise NotImplementedError

    def _rate_ends(self):
        """(sender, receiver): where it leaves and arrives, ``res.partner``."""
        raise NotImplementedError

    def _rate_own_price(self, method):
        """(cost, price for the customer) of a method whose price Odoo knows.

        :raises UserError: it has none
        """
        raise NotImplementedError

    def _rate_customer_price(self, method, cost):
        """What the customer pays for what costs us that much; None where nobody pays now."""
        raise NotImplementedError

    def _rate_promised(self):
        """The day that was promised to the customer, or None."""
        raise NotImplementedError

    def _rate_case(self):
        """What rules look at, as superuser: a dict with ``weight``, ``value`` (of the goods without
        tax, in the company's currency), ``country`` and ``categories`` (records)."""
        raise NotImplementedError

    def _rate_problem(self):
        """Why no method can be chosen any more; "" where one can."""
        raise NotImplementedError

    def _apply_offer(self, offer):
        """Set the method (and the price) of an offer."""
        raise NotImplementedError

    # -- for all ------------------------------------------------------------------------------

    def _rate_ship_date(self):
        return fields.Date.context_today(self)

    def _rate_shares(self, methods):
        methods = self.env["delivery.carrier"].union(*methods)
        return self.env["logistics.lane"]._shares(methods, self.company_id, *self._rate_ends())

    def _money_of(self, total, code):
        """A carrier's price in the currency of the comparison.

        :param str total: exact, such as "12.40"
        :param str code: of its currency
        :rtype: float
        :raises UserError: there is no exchange rate
        """
        currency = self.env["res.currency"]._by_code(code)
        target, day = self._rate_currency(), self._rate_ship_date()
        price = currency._convert_or_none(float(total), target, self.company_id, day)
        if price is None:
            raise UserError(
                self.env._(
                    "The price is %(amount)s %(currency)s, and there is no exchange rate to "
                    "%(target)s.",
                    amount=total,
                    currency=code,
                    target=target.name,
                )
            )
        return price

    def _company_value(self, value, currency):
        company = self.company_id
        return currency._convert(value, company.currency_id, company, self._rate_ship_date())

    def _day_of(self, moment):
        """A moment (UTC) as a day of the user's time zone."""
        return fields.Datetime.context_timestamp(self, moment).date() if moment else None

    @api.private
    def _take_offer(self, offer, words=""):
        """Set an offer's method, keep what the carrier asks for it, and say why it was chosen.

        :param offer: ``core.choice.Offer``
        :param str words: why, where a rule chose
        """
        self.ensure_one()
        self.check_access("write")
        problem = self._rate_problem()
        if problem:
            raise UserError(problem)
        self._apply_offer(offer)
        self._keep_quote(
            {
                "method": offer.method,
                "service": offer.code,
                "total": offer.total,
                "currency": offer.currency,
                "charges": charges_json(offer.charges),
            }
        )
        currency = self._rate_currency()
        text = self.env._(
            "Delivery method: %(name)s, %(cost)s.",
            name=offer.name,
            cost=currency.format(float(offer.cost)),
        )
        if words:
            text = self.env._("%(text)s Chosen by the rule %(words)s.", text=text, words=words)
        self.sudo()._message_log(body=text)

    @api.private
    def _keep_quote(self, quote):
        """What a carrier asks for it; each quote that is kept becomes charges once.

        :param dict quote: ``method`` (id), ``service``, ``total``, ``currency``, ``charges``
        """
        self.sudo().logistics_quote = {**quote, "key": str(uuid.uuid4())}

    # -- buttons ------------------------------------------------------------------------------

    def action_compare_rates(self):
        """Ask all accounts, and show what they say."""
        self.ensure_one()
        self.check_access("write")
        problem = self._rate_problem()
        if problem:
            raise UserError(problem)
        comparison = self.env["logistics.rate.comparison"]._make(self)
        return comparison._action()

    def action_choose_by_rule(self):
        """Have the rules choose, for as many as are marked. Each that finds no method stays as it
        is and is told with the reason; the others are not held up by it."""
        self.check_access("write")
        if len(self) > MOST:
            raise UserError(self.env._("Choose for at most %s at once.", MOST))
        problems = {subject: subject._rate_problem() for subject in self}
        open_ones = [subject for subject in self if not problems[subject]]
        for subject, offers in self.env["logistics.rates"]._offers(open_ones).items():
            offer, words = self.env["logistics.choice.rule"]._choose(subject, offers)
            if offer is None:
                problems[subject] = words
                continue
            try:
                with self.env.cr.savepoint():
                    subject._take_offer(offer, words)
            except UserError as error:
                problems[subject] = str(error)
        return self._chosen_notification({one: text for one, text in problems.items() if text})

    def _chosen_notification(self, problems):
        chosen = len(self) - len(problems)
        lines = [self.env._("Delivery methods chosen: %s.", chosen)]
        lines += [f"{subject.display_name}: {text}" for subject, text in problems.items()]
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "message": "\n".join(lines),
                "type": "warning" if problems else "success",
                "sticky": bool(problems),
                "next": {"type": "ir.actions.act_window_close"},
            },
        }
