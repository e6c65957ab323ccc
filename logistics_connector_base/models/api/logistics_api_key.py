from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ...core.api import keys
from ..personal_access import sees_personal_data

OVERLAP_DAYS = 7
SCOPE_FIELDS = {scope: scope.replace(":", "_") for scope in keys.SCOPES}
# Made by the buttons alone.
OWN_FIELDS = ("digest", "prefix", "revoked_at", "revoked_by_id", "last_used_at")


class LogisticsApiKey(models.Model):
    """A key with which another system reads shipments, events and orders, or tells events. It is
    shown once, when it is made; here lies its digest (law 9)."""

    _name = "logistics.api.key"
    _description = "API Key"
    _inherit = ["mail.thread"]
    _order = "revoked_at desc, name, id desc"
    _check_company_auto = True

    name = fields.Char("Used by", required=True, tracking=True, help="The system that has the key.")
    company_id = fields.Many2one(
        "res.company",
        required=True,
        index=True,
        default=lambda self: self.env.company,
        tracking=True,
    )
    partner_id = fields.Many2one(
        "res.partner", "Whose", tracking=True, help="Whom to talk to about it."
    )
    prefix = fields.Char("Begins with", readonly=True, copy=False)
    digest = fields.Char(groups=fields.NO_ACCESS, copy=False, readonly=True)
    receipts_read = fields.Boolean("Read receipts", tracking=True)
    shipments_read = fields.Boolean("Read shipments", tracking=True)
    events_read = fields.Boolean("Read events", tracking=True)
    events_write = fields.Boolean("Tell events", tracking=True)
    orders_read = fields.Boolean("Read the orders' state", tracking=True)
    personal_read = fields.Boolean(
        "With personal data",
        tracking=True,
        help="Who signed, streets, postal codes, the partner's words. Only for who needs it and "
        "may have it; only people who see personal data can allow it.",
    )
    all_connections = fields.Boolean(
        "All connections of the company",
        tracking=True,
        help="Reads everything of the company, also what people recorded. Otherwise only "
        "shipments that one of the chosen connections has told of, and its events.",
    )
    connection_ids = fields.Many2many(
        "logistics.connection",
        "logistics_api_key_connection_rel",
        "key_id",
        "connection_id",
        string="Reads what these told",
        tracking=True,
        check_company=True,
    )
    write_connection_id = fields.Many2one(
        "logistics.connection",
        "Tells events as",
        index="btree_not_null",
        ondelete="restrict",
        tracking=True,
        check_company=True,
        domain="[('provider_id.code', '=', 'canonical')]",
        help="The connection whose messages these are. It takes canonical JSON.",
    )
    valid_from = fields.Datetime(tracking=True, help="Empty: valid at once.")
    valid_to = fields.Datetime(
        tracking=True, help="Empty: until it is revoked. You are told 30 days before."
    )
    revoked_at = fields.Datetime("Revoked", readonly=True, copy=False, tracking=True)
    revoked_by_id = fields.Many2one("res.users", readonly=True, copy=False)
    last_used_at = fields.Datetime("Last used", readonly=True, copy=False)
    rate_limit = fields.Integer(
        "Calls a second",
        required=True,
        default=10,
        tracking=True,
        help="On the average; what comes faster is answered with 429. 0: no limit.",
    )
    rate_burst = fields.Integer("At once", required=True, default=100, tracking=True)
    state = fields.Selection(
        [
            ("draft", "No key yet"),
            ("valid", "Valid"),
            ("later", "Not yet"),
            ("ended", "Ended"),
            ("revoked", "Revoked"),
        ],
        compute="_compute_state",
    )
    scopes = fields.Char("May", compute="_compute_scopes")
    use_ids = fields.One2many("logistics.api.use", "key_id", readonly=True)

    _digest_uniq = models.UniqueIndex("(digest) WHERE digest IS NOT NULL")

    @api.depends("prefix", "valid_from", "valid_to", "revoked_at")
    def _compute_state(self):
        now = fields.Datetime.now()
        for key in self:
            if key.revoked_at:
                key.state = "revoked"
            elif not key.sudo().digest:
                key.state = "draft"
            elif key.valid_to and key.valid_to <= now:
                key.state = "ended"
            else:
                key.state = "later" if key.valid_from and key.valid_from > now else "valid"

    @api.depends(*SCOPE_FIELDS.values())
    def _compute_scopes(self):
        for key in self:
            key.scopes = " ".join(scope for scope, name in SCOPE_FIELDS.items() if key[name])

    # -- what makes sense ---------------------------------------------------------------------

    @api.constrains("events_write", "write_connection_id")
    def _check_write_connection(self):
        for key in self:
            connection = key.write_connection_id
            if key.events_write and not connection:
                raise ValidationError(
                    self.env._(
                        "“%s” tells events: choose the connection it tells them as.", key.name
                    )
                )
            if connection and connection.provider_id.code != "canonical":
                raise ValidationError(
                    self.env._("“%s” does not take canonical JSON.", connection.name)
                )

    @api.constrains(
        "all_connections", "connection_ids", *(s for s in SCOPE_FIELDS.values() if "write" not in s)
    )
    def _check_connections(self):
        for key in self:
            reads = any(key[name] for name in SCOPE_FIELDS.values() if name != "events_write")
            if reads and not key.all_connections and not key.connection_ids:
                raise ValidationError(
                    self.env._(
                        "“%s” reads: choose the connections it reads of, or all of the company.",
                        key.name,
                    )
                )

    @api.constrains("valid_from", "valid_to")
    def _check_validity(self):
        for key in self:
            if key.valid_from and key.valid_to and key.valid_from >= key.valid_to:
                raise ValidationError(
                    self.env._("The key “%s” would end before it begins.", key.name)
                )

    @api.constrains("rate_limit", "rate_burst")
    def _check_rate(self):
        for key in self:
            if key.rate_limit < 0 or key.rate_burst < 1:
                raise ValidationError(self.env._("Calls a second: 0 or more; at once: at least 1."))

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._refuse_own(vals)
        found = super().create(vals_list)
        found._check_personal()
        return found

    def write(self, vals):
        self._refuse_own(vals)
        result = super().write(vals)
        # Whoever lets a key with personal data reach further hands out personal data.
        self._check_personal(vals)
        return result

    def _refuse_own(self, vals):
        if not self.env.su and any(name in vals for name in OWN_FIELDS):
            raise UserError(self.env._("Keys are made and revoked by their buttons."))

    def _check_personal(self, vals=None):
        harmless = {"name", "partner_id", "valid_to", "rate_limit", "rate_burst"}
        if vals is not None and set(vals) <= harmless:
            return
        opens = vals is None or vals.get("personal_read", True)
        if opens and self.filtered("personal_read") and not sees_personal_data(self.env):
            raise UserError(self.env._("Only people who see personal data can let a key read it."))

    @api.ondelete(at_uninstall=False)
    def _unlink_except_used(self):
        if self.filtered("last_used_at"):
            raise UserError(self.env._("This key was used. Revoke it instead of deleting it."))

    # -- buttons ------------------------------------------------------------------------------

    def action_make(self):
        """Make the secret, and show it this one time."""
        self.ensure_one()
        self.check_access("write")
        if self.sudo().digest or self.revoked_at:
            raise UserError(self.env._("There is a key already. Replace it, please."))
        return self._make()

    def _make(self):
        secret = keys.make()
        self.sudo().write({"digest": keys.digest(secret), "prefix": keys.prefix(secret)})
        self._message_log(body=self.env._("Key made: %s…", keys.prefix(secret)))
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("New key"),
            "res_model": "logistics.api.key.secret",
            "view_mode": "form",
            "target": "new",
            "context": {
                "default_key_id": self.id,
                "default_secret": secret,
                "default_example": self._example(secret),
            },
        }

    def _example(self, secret):
        base = self.get_base_url()
        path = next(
            (
                path
                for name, path in (
                    ("shipments_read", "shipments"),
                    ("events_read", "events"),
                    ("orders_read", "orders"),
                    ("receipts_read", "receipts"),
                )
                if self[name]
            ),
            "events",
        )
        return f'curl -H "Authorization: Bearer {secret}" "{base}/logistics/v1/{path}?limit=1"'

    def action_replace(self):
        """A new key that may the same; this one ends a week later, so that both are valid while
        the other side changes over."""
        self.ensure_one()
        self.check_access("write")
        if self.state not in ("valid", "later"):
            raise UserError(self.env._("Only a key that is valid can be replaced."))
        end = fields.Datetime.now() + timedelta(days=OVERLAP_DAYS)
        successor = self.copy({"valid_from": False, "valid_to": False})
        if not self.valid_to or self.valid_to > end:
            self.valid_to = end
        self._message_log(body=self.env._("Replaced; it ends on %s.", self.valid_to.date()))
        return successor._make()

    def action_revoke(self):
        """From now on it opens nothing."""
        self.check_access("write")
        live = self.filtered(lambda key: not key.revoked_at)
        live.sudo().write(
            {"revoked_at": fields.Datetime.now(), "revoked_by_id": self.env.uid, "digest": False}
        )

    def action_docs(self):
        """Open the page for the other side's developers."""
        return {"type": "ir.actions.act_url", "url": "/logistics/v1/docs", "target": "new"}
