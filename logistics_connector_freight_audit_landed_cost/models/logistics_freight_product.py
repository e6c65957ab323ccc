from odoo import fields, models
from odoo.addons.stock_landed_costs.models.stock_landed_cost import SPLIT_METHOD

# Customs reckon by value, carriers by weight.
BY_VALUE = ("government", "brokerage")


class LogisticsFreightProduct(models.Model):
    _inherit = "logistics.freight.product"

    landed_product_id = fields.Many2one(
        "product.product",
        "Product for goods that come in",
        domain="[('type', '=', 'service'), ('landed_cost_ok', '=', True),"
        " ('company_id', 'in', (False, company_id))]",
        ondelete="restrict",
        check_company=True,
        help="Stands for this class where the shipment brought goods that were bought. Empty: the "
        "product of the class, where it is a landed cost; otherwise the class is an expense.",
    )
    landed_split_method = fields.Selection(
        SPLIT_METHOD,
        "Landed by",
        help="How it is divided among the goods. Empty: as the product says; otherwise duties and "
        "brokerage by current cost, the rest by weight.",
    )

    def _landed_product(self, company, kind):
        """By which product, and divided how, a class of charges is added to goods.

        :return: product, or an empty one where the class is an expense; and method
        """
        found = self._of(company, kind)
        product = found.landed_product_id or found.product_id
        product = product.with_company(company).filtered("landed_cost_ok")
        usual = "by_current_cost_price" if kind in BY_VALUE else "by_weight"
        return product, found.landed_split_method or product.split_method_landed_cost or usual
