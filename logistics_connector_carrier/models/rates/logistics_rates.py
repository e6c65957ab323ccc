import json
from dataclasses import replace
from datetime import date
from decimal import Decimal

from odoo import api, models
from odoo.exceptions import UserError

from ...core import booking as core
from ...core.choice import Offer, after_working_days, in_order
from ...engine.inquiry import Inquiry, ask_all

# Somebody looks at the screen; of many at once, for a batch of orders, each has less to wait for.
SECONDS, BATCH_SECONDS = 20, 60


class LogisticsRates(models.AbstractModel):
    """What every delivery method would cost for an order or a delivery, side by side."""

    _name = "logistics.rates"
    _description = "Rates Side by Side"

    @api.model
    def _offers(self, subjects):
        """The offers for each of them, the cheapest first. All accounts are asked at the same time,
        each once for an order; what has no price stands there with the reason.

        :param subjects: orders or deliveries (``logistics.rate.subject``)
        :return: dict subject → list of ``core.choice.Offer``
        """
        inquiries, plans = {}, {}
        for subject in subjects:
            plans[subject] = [
                (method, *self._plan(subject, method, inquiries))
                for method in subject._rate_methods()
            ]
        seconds = SECONDS if len(subjects) == 1 else BATCH_SECONDS
        replies = ask_all(
            {key: one for key, one in inquiries.items() if isinstance(one, Inquiry)}, seconds
        )
        return {
            subject: in_order(self._offers_of(subject, plan, inquiries, replies))
            for subject, plan in plans.items()
        }

    def _plan(self, subject, method, inquiries):
        """What is asked for a method: (key of the inquiry, or None; problem). ``inquiries`` gets
        whoever is to be called, or the rates or the problem that are known without a call."""
        if method.delivery_type != "logistics":
            return None, ""
        account = method.sudo().logistics_connection_id
        try:
            request = subject._rate_request(method.sudo())
        except UserError as error:
            return None, str(error)
        # Price lists of ours are looked up for one service; who is called names all its services.
        own = method.sudo().logistics_service if account._is_own() else ""
        key = (subject._name, subject.id, account.id, own, core.as_json(request))
        if key not in inquiries:
            try:
                account._check_in_use()
                inquiries[key] = (
                    account.with_context(logistics_service=own)._ask_rates(request)
                    if own
                    else account._rate_inquiry(request)
                )
            except UserError as error:
                inquiries[key] = str(error)
        return key, inquiries[key] if isinstance(inquiries[key], str) else ""

    def _offers_of(self, subject, plan, inquiries, replies):
        said = {key: self._said(key, inquiries, replies) for _method, key, _why in plan if key}
        shares = subject._rate_shares([method for method, _key, _why in plan])
        offers, sold = [], set()
        for method, key, problem in plan:
            name, share = method.name, shares[method.id]
            if method.delivery_type != "logistics":
                offer = self._own_offer(subject, method)
            else:
                rates, why = said.get(key, ((), problem))
                code = method.sudo().logistics_service
                sold.add((key, code))
                rate = next((one for one in rates if one.service == code), None)
                if rate is None:
                    offer = Offer(
                        method.id, name, problem=problem or why or self._not_offered(rates)
                    )
                else:
                    offer = self._offer(subject, method, rate)
                service = method.sudo().logistics_service_id.name
                offer = replace(offer, service=service, code=code)
            offers.append(replace(offer, share=share))
        return offers + self._unsold(subject, plan, said, sold)

    def _said(self, key, inquiries, replies):
        """(rates, problem) of an inquiry."""
        known = inquiries[key]
        if not isinstance(known, Inquiry):
            return ((), known) if isinstance(known, str) else (known, "")
        reply = replies[key]
        if reply.is_late:
            return (), self.env._("It has not answered in time.")
        if reply.said is None:
            return (), reply.problem
        if reply.said.value is None:
            return (), reply.said.words or reply.said.outcome.text
        return reply.said.value, ""

    def _not_offered(self, rates):
        codes = ", ".join(sorted(one.service for one in rates)) or "-"
        return self.env._("Not offered for these goods and this address (offered: %s).", codes)

    def _own_offer(self, subject, method):
        """Of a method whose price Odoo knows itself."""
        if method.delivery_type not in ("fixed", "base_on_rule"):
            text = self.env._("Its price is asked for with Odoo's own button “Get rate”.")
            return Offer(method.id, method.name, problem=text)
        try:
            cost, price = subject._rate_own_price(method)
        except UserError as error:
            return Offer(method.id, method.name, problem=str(error))
        return Offer(method.id, method.name, cost=_exact(cost), price=_exact(price))

    def _offer(self, subject, method, rate):
        """Of a carrier's rate for a method that sells it; ``method`` may be empty."""
        try:
            cost = subject._money_of(rate.total, rate.currency)
            price = subject._rate_customer_price(method, cost) if method else None
        except UserError as error:
            return Offer(method.id or 0, method.name or rate.name, problem=str(error))
        arrives, is_reckoned = self._arrival(subject, rate)
        return Offer(
            method=method.id or 0,
            name=method.name or "",
            service=rate.name,
            code=rate.service,
            cost=_exact(cost),
            price=_exact(price),
            total=rate.total,
            currency=rate.currency,
            charges=rate.charges,
            days=rate.days,
            arrives=arrives,
            is_reckoned=is_reckoned,
        )

    def _arrival(self, subject, rate):
        """(day, whether it is reckoned from working days)."""
        try:
            return date.fromisoformat(rate.delivery_date[:10]), False
        except ValueError:
            pass
        if rate.days is None:
            return None, False
        return after_working_days(subject._rate_ship_date(), rate.days), True

    def _unsold(self, subject, plan, said, sold):
        """Services that an account offers and no delivery method sells: worth knowing."""
        none = self.env["delivery.carrier"]
        offers = {}
        for method, key, _problem in plan:
            account = method.sudo().logistics_connection_id
            for rate in said.get(key, ((), ""))[0]:
                if (key, rate.service) in sold or (account.id, rate.service) in offers:
                    continue
                offer = self._offer(subject, none, rate)
                service = rate.name or account.provider_id._service_name(rate.service)
                offer = replace(offer, name=account.name, service=service)
                offers[account.id, rate.service] = offer
        return list(offers.values())


def _exact(amount):
    return None if amount is None else Decimal(str(round(amount, 6)))


def charges_json(charges):
    """Charges as they are kept in a JSON field."""
    return [json.loads(core.as_json(one)) for one in charges]
