from odoo import models

# What a warehouse is told of an address, and what decides about credit.
TOLD = {
    "name",
    "street",
    "street2",
    "city",
    "zip",
    "state_id",
    "country_id",
    "phone",
    "email",
    "credit_limit",
}


class ResPartner(models.Model):
    _inherit = "res.partner"

    def write(self, vals):
        result = super().write(vals)
        if TOLD & vals.keys():
            self.env["logistics.release"]._look_soon(partners=self)
        return result
