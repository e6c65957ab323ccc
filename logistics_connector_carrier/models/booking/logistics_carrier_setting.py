from odoo import api, fields, models
from odoo.addons.logistics_connector_base.core.secretbox import SecretBoxError
from odoo.addons.logistics_connector_base.tools.master_key import open_secret, secret_box
from odoo.exceptions import UserError, ValidationError


class LogisticsCarrierSetting(models.Model):
    """One field of our access to a carrier that is booked: which there are says the carrier's
    package. A secret can be written and used, never read back (law 9)."""

    _name = "logistics.carrier.setting"
    _description = "Carrier Access Setting"
    _order = "connection_id, sequence, id"
    _rec_name = "label"
    _logistics_scope = "logistics.code.coverage"  # narrowed as what belongs to a connection

    connection_id = fields.Many2one(
        "logistics.connection", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="connection_id.company_id", store=True, index=True)
    sequence = fields.Integer(default=10)
    name = fields.Char("Technical name", required=True, readonly=True)
    label = fields.Char("Field", required=True, readonly=True)
    kind = fields.Selection(
        [("text", "Text"), ("secret", "Secret"), ("flag", "Yes or no"), ("choice", "Choice")],
        required=True,
        readonly=True,
        default="text",
    )
    choices = fields.Char(readonly=True)
    is_required = fields.Boolean("Required", readonly=True)
    value = fields.Char()
    secret = fields.Char(
        "Secret to store",
        compute="_compute_secret",
        inverse="_inverse_secret",
        store=False,
        copy=False,
        help="Write only: it is encrypted when you save and cannot be read back.",
    )
    secret_encrypted = fields.Char(groups=fields.NO_ACCESS, copy=False)
    is_set = fields.Boolean("Filled", compute="_compute_is_set")

    _name_uniq = models.Constraint(
        "UNIQUE(connection_id, name)", "This field of the access is there already."
    )

    def _compute_secret(self):
        self.secret = False

    @api.depends("value", "secret_encrypted")
    def _compute_is_set(self):
        for setting in self:
            setting.is_set = bool(setting.value or setting.sudo().secret_encrypted)

    def _inverse_secret(self):
        for setting in self:
            text = (setting.secret or "").strip()
            if not text:
                continue
            try:
                setting.sudo().secret_encrypted = secret_box().encrypt(text)
            except SecretBoxError as error:
                raise UserError(str(error)) from None
            setting.invalidate_recordset(["secret"], flush=False)
            setting.connection_id._log_secret_change(
                self.env._("Access for booking: %s was stored.", setting.label)
            )

    @api.constrains("kind", "value", "choices")
    def _check_value(self):
        for setting in self:
            if setting.kind == "secret" and setting.value:
                raise ValidationError(
                    self.env._(
                        "“%s” is a secret: store it in the field for secrets.", setting.label
                    )
                )
            known = (setting.choices or "").split()
            if setting.kind == "choice" and setting.value and setting.value not in known:
                raise ValidationError(
                    self.env._(
                        "“%(field)s” is one of: %(choices)s.",
                        field=setting.label,
                        choices=", ".join(known),
                    )
                )

    def write(self, vals):
        result = super().write(vals)
        if "value" in vals:
            for setting in self:
                setting.connection_id._message_log(
                    body=self.env._(
                        "Access for booking: %(field)s is “%(value)s”.",
                        field=setting.label,
                        value=setting.value or "",
                    )
                )
        return result

    def _plain(self):
        """The value as the carrier's package takes it. As superuser.

        :raises UserError: the secret cannot be opened
        """
        self.ensure_one()
        if self.kind == "secret":
            if not self.secret_encrypted:
                return None
            try:
                return open_secret(self.secret_encrypted)
            except SecretBoxError as error:
                raise UserError(str(error)) from None
        if self.kind == "flag":
            return (self.value or "").strip().lower() in ("1", "yes", "true")
        return (self.value or "").strip() or None
