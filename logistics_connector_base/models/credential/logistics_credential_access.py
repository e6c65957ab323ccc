from datetime import UTC

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ...core.access import TLS_KEY, pem
from ...core.secretbox import SecretBoxError
from ...tools.master_key import open_secret

# What says where a secret belongs. It stays there: who wants it elsewhere must know it.
PLACE = ("connection_id", "access_id", "direction", "purpose", "environment", "bound_to")


class LogisticsCredential(models.Model):
    """Secrets of our own calls. Each serves the connection, purpose, environment and hosts for
    which it was stored, and nothing else."""

    _inherit = "logistics.credential"

    name = fields.Char(
        default=lambda self: (
            self.env._("Secret of our calls")
            if self.env.context.get("default_direction") == "out"
            else self.env._("Signature secret")
        )
    )
    access_id = fields.Many2one(
        "logistics.access", string="For our calls by", index="btree_not_null", ondelete="cascade"
    )
    purpose = fields.Selection(
        selection_add=[
            ("token", "Key, password or token of our calls"),
            ("client_secret", "Client secret for tokens"),
            ("signing_key", "Key that signs our calls"),
            ("tls_key", "Private key of our client certificate"),
        ],
        ondelete={
            "token": "cascade",
            "client_secret": "cascade",
            "signing_key": "cascade",
            "tls_key": "cascade",
        },
    )
    environment = fields.Selection(
        [("test", "Test"), ("production", "Production")], readonly=True, copy=False
    )
    bound_to = fields.Char(readonly=True, copy=False)
    certificate = fields.Text(
        copy=False, help="Our certificate with its chain, as PEM. It is no secret."
    )
    passphrase = fields.Char(
        "Password of the key",
        compute="_compute_passphrase",
        inverse="_inverse_secret",
        store=False,
        copy=False,
        help="Only if the private key has one. It opens the key when you save, and is not kept.",
    )
    certificate_to = fields.Datetime(
        "Certificate ends", compute="_compute_certificate_to", store=True
    )
    ends_at = fields.Datetime("Ends", compute="_compute_ends_at", store=True, index=True)
    trouble = fields.Char(compute="_compute_trouble")

    def _compute_passphrase(self):
        self.passphrase = False

    @api.depends("certificate")
    def _compute_certificate_to(self):
        for secret in self:
            try:
                ends = pem.certificate_ends(secret.certificate) if secret.certificate else None
            except ValueError:
                ends = None
            secret.certificate_to = ends and ends.astimezone(UTC).replace(tzinfo=None)

    @api.depends("valid_to", "certificate_to")
    def _compute_ends_at(self):
        for secret in self:
            ends = [moment for moment in (secret.valid_to, secret.certificate_to) if moment]
            secret.ends_at = min(ends, default=False)

    @api.depends(
        "secret_encrypted", "ends_at", "valid_from", "environment", "bound_to", "purpose",
        "access_id.kind", "access_id.hosts", "access_id.token_url", "connection_id.environment",
    )  # fmt: skip
    def _compute_trouble(self):
        now = fields.Datetime.now()
        for secret in self:
            trouble = secret._misfit() if secret.is_set and secret.direction == "out" else ""
            if not trouble and secret.ends_at and secret.ends_at <= now:
                trouble = self.env._("has ended")
            secret.trouble = trouble

    def _compute_is_usable(self):
        outgoing = self.filtered(lambda secret: secret.direction == "out")
        now = fields.Datetime.now()
        for secret in outgoing:
            secret.is_usable = secret.is_set and not secret._misfit() and secret._is_valid(now)
        return super(LogisticsCredential, self - outgoing)._compute_is_usable()

    def _is_valid(self, now):
        """Whether it has begun and not ended at ``now`` (naive UTC)."""
        self.ensure_one()
        begun = not self.valid_from or self.valid_from <= now
        return begun and not (self.ends_at and self.ends_at <= now)

    def _misfit(self):
        """Why this secret of ours may not be used where it is, in the user's words; "" if it may.

        A key that signs is not sent as a password because the kind was changed; a secret of
        production does not serve tests; a password is not sent to hosts that were added later.
        """
        self.ensure_one()
        secret, way = self.sudo(), self.sudo().access_id
        if secret.direction != "out" or not way or way.connection_id != secret.connection_id:
            return self.env._("it is no secret of our calls")
        if secret.purpose != way._method().purpose:
            return self.env._("the stored secret is for another purpose: store it anew")
        if secret.environment != secret.connection_id.environment:
            return self.env._("the stored secret is for another environment (test, production)")
        stored_origin, _bar, stored_hosts = (secret.bound_to or "|").partition("|")
        origin, _bar, hosts = way._destinations().partition("|")
        narrower = hosts and set(hosts.split()) <= set(stored_hosts.split())
        if origin != stored_origin or (stored_hosts and not narrower):
            return self.env._("the address it is sent to was changed: store the secret anew")
        return ""

    # -- storing ------------------------------------------------------------------------------

    def _fit(self, text):
        text = super()._fit(text)
        if self.access_id and self.access_id._method().purpose == TLS_KEY:
            if not self.certificate:
                raise ValueError(self.env._("Paste the certificate, too."))
            text = pem.open_private_key(text, (self.passphrase or "").strip())
            pem.check_pair(self.certificate, text)
        return text

    def _stamp(self):
        values = super()._stamp()
        if self.access_id:
            values |= {
                "purpose": self.access_id._method().purpose,
                "environment": self.connection_id.environment,
                "bound_to": self.access_id._destinations(),
            }
        return values

    def _checks(self):
        if self.access_id:
            return [self.access_id._method().check_secret]
        return super()._checks()

    @api.constrains("access_id", "connection_id", "direction", "purpose", "verifier_id")
    def _check_place(self):
        for secret in self:
            way = secret.access_id
            if (secret.direction == "out") != bool(way) or (way and secret.verifier_id):
                raise ValidationError(
                    self.env._(
                        "“%s”: a secret of our calls belongs to a way to identify ourselves, a "
                        "secret of their calls to a proof.",
                        secret.name,
                    )
                )
            if way and way.connection_id != secret.connection_id:
                raise ValidationError(
                    self.env._("The secret “%s” is for another connection.", secret.name)
                )
            if (secret.purpose == "signature") == bool(way):
                raise ValidationError(
                    self.env._("The purpose of the secret “%s” does not fit.", secret.name)
                )

    @api.constrains("certificate")
    def _check_certificate(self):
        """A renewed certificate for the same key may replace the old one."""
        for secret in self.filtered("certificate"):
            try:
                pem.certificate_ends(secret.certificate)
                encrypted = secret.sudo().secret_encrypted
                if encrypted and secret.purpose == TLS_KEY:
                    pem.check_pair(secret.certificate, open_secret(encrypted))
            except ValueError as error:
                raise ValidationError(str(error)) from None
            except SecretBoxError as error:
                raise UserError(str(error)) from None

    @api.model_create_multi
    def create(self, vals_list):
        for values in vals_list:
            if values.get("access_id"):
                way = self.env["logistics.access"].browse(values["access_id"])
                values["connection_id"] = way.connection_id.id
                values["direction"] = "out"
                values["purpose"] = way._method().purpose
                values.setdefault("name", way.description)
            for name in ("environment", "bound_to", "stored_at"):
                values.pop(name, None)
        return super().create(vals_list)

    def write(self, vals):
        if not self.env.su:
            moved = [
                name
                for name in PLACE
                if name in vals and any(self._id_of(secret, name) != vals[name] for secret in self)
            ]
            if moved:
                raise UserError(
                    self.env._("A stored secret stays where it is. Store it anew, please.")
                )
        return super().write(vals)

    @staticmethod
    def _id_of(secret, name):
        value = secret[name]
        return value.id if isinstance(value, models.BaseModel) else value
