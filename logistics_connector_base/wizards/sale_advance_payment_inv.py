from odoo import models


class SaleAdvancePaymentInv(models.TransientModel):
    _inherit = "sale.advance.payment.inv"

    def _create_invoices(self, sale_orders):
        # A down payment's invoice is written past the order's own method.
        sale_orders._check_billing()
        return super()._create_invoices(sale_orders)
