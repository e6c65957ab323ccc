from odoo import api, fields, models

from ...core import master as core

USER = "logistics_connector_base.group_logistics_user"


class ProductProduct(models.Model):
    _inherit = "product.product"

    logistics_master_ids = fields.One2many(
        "logistics.master.record",
        "product_id",
        "3PLs",
        readonly=True,
        domain=[("kind", "=", core.ITEM)],
        groups=USER,
    )
    logistics_master_text = fields.Char("At 3PLs", compute="_compute_logistics_master", groups=USER)

    @api.depends("logistics_master_ids.state")
    def _compute_logistics_master(self):
        for product in self:
            product.logistics_master_text = _in_words(product.logistics_master_ids)

    def action_view_logistics_master(self):
        """What 3PLs know of this product and its lots."""
        return _view(self)


class ProductTemplate(models.Model):
    _inherit = "product.template"

    logistics_master_text = fields.Char("At 3PLs", compute="_compute_logistics_master", groups=USER)

    @api.depends("product_variant_ids.logistics_master_ids.state")
    def _compute_logistics_master(self):
        for template in self:
            variants = template.with_context(active_test=False).product_variant_ids
            template.logistics_master_text = _in_words(variants.logistics_master_ids)

    def action_view_logistics_master(self):
        """What 3PLs know of the variants and their lots."""
        return _view(self.with_context(active_test=False).product_variant_ids)


class ProductUom(models.Model):
    _inherit = "product.uom"

    def unlink(self):
        self.env["logistics.master.record"]._look_again(self.product_id)
        return super().unlink()


class LogisticsItemCode(models.Model):
    _inherit = "logistics.item.code"

    def unlink(self):
        self.env["logistics.master.record"]._look_again(self.product_id)
        return super().unlink()


def _in_words(rows):
    """The state where there is one, else how many know it; False where nobody was told."""
    if not rows:
        return False
    states = set(rows.mapped("state"))
    if len(states) == 1:
        labels = dict(rows._fields["state"]._description_selection(rows.env))
        return labels[states.pop()]
    known = len(rows.filtered(lambda row: row.state == core.KNOWN))
    return rows.env._("%(known)s of %(all)s", known=known, all=len(rows))


def _view(products):
    action = products.env["ir.actions.act_window"]._for_xml_id(
        "logistics_connector_wms.action_master_record"
    )
    return {**action, "domain": [("product_id", "in", products.ids)], "context": {}}
