from odoo import fields, models


class ResCompany(models.Model):
    """What customers of this company see of their shipments."""

    _inherit = "res.company"

    logistics_tracking_page = fields.Boolean(
        "Page for whoever has the link",
        default=True,
        help="Each shipment has a page that its link opens without a login. Switched off, all "
        "links are dead; customers who log in see their shipments all the same.",
    )
    logistics_proof_audience = fields.Selection(
        [
            ("never", "Nobody"),
            ("portal", "Customers who are logged in"),
            ("public", "Whoever has the link of the shipment's page, too"),
        ],
        "Who sees proofs of delivery",
        required=True,
        default="portal",
        help="A proof may bear a signature, a name or a picture of somebody's door.",
    )
