from odoo import fields, models


class LogisticsApiKeySecret(models.TransientModel):
    """Shows a new key once. Only its digest is stored: the form opens unsaved, with the key as a
    default value."""

    _name = "logistics.api.key.secret"
    _description = "New API Key"

    key_id = fields.Many2one("logistics.api.key", "For", required=True, ondelete="cascade")
    secret = fields.Char("Key", readonly=True, store=False)
    example = fields.Char("Try it", readonly=True, store=False)
