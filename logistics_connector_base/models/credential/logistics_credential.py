from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ...core import signatures
from ...core.secretbox import SecretBoxError
from ...tools.master_key import secret_box


class LogisticsCredential(models.Model):
    """One secret of a connection. It can be written and used, never read back (law 9)."""

    _name = "logistics.credential"
    _description = "Logistics Credential"
    _order = "connection_id, valid_from desc, id desc"

    name = fields.Char(required=True, default=lambda self: self.env._("Signature secret"))
    connection_id = fields.Many2one(
        "logistics.connection", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="connection_id.company_id", store=True, index=True)
    verifier_id = fields.Many2one(
        "logistics.verifier",
        string="For the proof",
        index="btree_not_null",
        ondelete="cascade",
        domain="[('connection_id', '=', connection_id), ('needs_secret', '=', True)]",
        help="Empty: for every proof of the connection that needs a secret.",
    )
    direction = fields.Selection(
        [("in", "Incoming"), ("out", "Outgoing")], required=True, default="in"
    )
    purpose = fields.Selection(
        [("signature", "Signature or static token of their calls")],
        required=True,
        default="signature",
    )
    valid_from = fields.Datetime(help="Empty: valid at once. Times are shown in your time zone.")
    valid_to = fields.Datetime(help="Empty: valid until removed. Two secrets may overlap.")
    secret = fields.Char(
        compute="_compute_secret",
        inverse="_inverse_secret",
        store=False,
        copy=False,
        help="Write only: it is encrypted when you save and cannot be read back.",
    )
    secret_encrypted = fields.Char(groups=fields.NO_ACCESS, copy=False)
    stored_at = fields.Datetime("Stored", readonly=True, copy=False)
    is_set = fields.Boolean(compute="_compute_is_set", string="Secret stored")
    is_usable = fields.Boolean(compute="_compute_is_usable")
    last_used_at = fields.Datetime(readonly=True, copy=False)

    @api.depends("secret_encrypted")
    def _compute_is_set(self):
        for credential in self:
            credential.is_set = bool(credential.sudo().secret_encrypted)

    def _compute_secret(self):
        self.secret = False

    def _inverse_secret(self):
        for credential in self:
            text = (credential.secret or "").strip()
            if not text:
                continue
            try:
                text = credential._fit(text)
                for check in credential._checks():
                    check(text)
                credential.sudo().write(
                    {"secret_encrypted": secret_box().encrypt(text), **credential._stamp()}
                )
            except ValueError as error:
                raise ValidationError(str(error)) from None
            except SecretBoxError as error:
                raise UserError(str(error)) from None
            # The plain text must not stay in the record cache of this request.
            credential.invalidate_recordset(["secret"], flush=False)

    def _fit(self, text):
        """A new secret as it is to be stored. Raises ValueError, without it."""
        return text

    def _stamp(self):
        """What is written down beside a new secret."""
        return {"stored_at": fields.Datetime.now()}

    def _checks(self):
        """What a new secret must pass: the checks of all proofs that it is for."""
        proofs = self.verifier_id or self.connection_id.verifier_ids.filtered("needs_secret")
        if not proofs:
            return [lambda text: signatures.check_secret("static", text)]
        return [proof._scheme().check_secret for proof in proofs]

    @api.depends("direction", "secret_encrypted", "valid_to")
    def _compute_is_usable(self):
        now = fields.Datetime.now()
        for credential in self:
            ended = credential.valid_to and credential.valid_to <= now
            credential.is_usable = credential.direction == "in" and credential.is_set and not ended

    @api.constrains("verifier_id", "connection_id")
    def _check_verifier(self):
        for credential in self:
            proof = credential.verifier_id
            if proof and proof.connection_id != credential.connection_id:
                raise ValidationError(
                    self.env._(
                        "The secret “%s” is for a proof of another connection.", credential.name
                    )
                )

    @api.constrains("valid_from", "valid_to")
    def _check_validity(self):
        for credential in self:
            if (
                credential.valid_from
                and credential.valid_to
                and credential.valid_from >= credential.valid_to
            ):
                raise ValidationError(
                    self.env._("The secret “%s” would end before it begins.", credential.name)
                )

    @api.model_create_multi
    def create(self, vals_list):
        credentials = super().create(vals_list)
        self.env.registry.clear_cache()
        for credential in credentials:
            credential.connection_id._log_secret_change(
                self.env._("Secret added: %s", credential.name)
            )
        return credentials

    def write(self, vals):
        result = super().write(vals)
        self.env.registry.clear_cache()
        if "secret" in vals:
            for credential in self:
                credential.connection_id._log_secret_change(
                    self.env._("Secret replaced: %s", credential.name)
                )
        return result

    def unlink(self):
        for credential in self:
            credential.connection_id._log_secret_change(
                self.env._("Secret removed: %s", credential.name)
            )
        self.env.registry.clear_cache()
        return super().unlink()
