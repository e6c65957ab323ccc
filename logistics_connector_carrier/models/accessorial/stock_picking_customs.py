from decimal import Decimal

from odoo import fields, models

from ...core import booking as core
from ...core.customs import duties_paid_by, takes_ioss


class StockPicking(models.Model):
    _inherit = "stock.picking"

    def _booking_customs(self, shipper, recipient, parcels, is_return, method=None):
        """What customs is told: terms, invoice and numbers of the order, the method and the
        company.

        :param method: the ``delivery.carrier``, where it is not the delivery's own
        :rtype: Customs
        """
        order, method = self.sale_id, method or self.carrier_id
        incoterm = order.incoterm or method.logistics_incoterm_id or self.company_id.incoterm_id
        invoice = order.invoice_ids.filtered(lambda one: one.state == "posted")[:1]
        signer = self.company_id.logistics_signer_id or self.user_id or self.env.user
        ioss = self.company_id.logistics_ioss or ""
        if ioss and not self._takes_ioss(shipper, recipient, parcels):
            ioss = ""
        return core.Customs(
            content="return_merchandise" if is_return else "merchandise",
            incoterm=incoterm.code or "",
            invoice=invoice.name or order.name or self.name,
            invoice_date=(invoice.invoice_date or fields.Date.context_today(self)).isoformat(),
            ioss=ioss,
            signer=signer.name or "",
            duties_paid_by=duties_paid_by(incoterm.code),
        )

    def _takes_ioss(self, shipper, recipient, parcels):
        """Whether it enters the EU as a consumer's consignment of small value."""
        euro = self.env.ref("base.EUR")
        day, total = fields.Date.context_today(self), Decimal()
        for good in (good for parcel in parcels for good in parcel.goods):
            currency = self.env["res.currency"].with_context(active_test=False)
            currency = currency.search([("name", "=", good.currency)], limit=1)
            value = float(good.value) * good.quantity
            total += Decimal(str(currency._convert(value, euro, self.company_id, day)))
        is_consumer = not self.partner_id.commercial_partner_id.is_company
        return takes_ioss(shipper.country, recipient.country, is_consumer, total)
