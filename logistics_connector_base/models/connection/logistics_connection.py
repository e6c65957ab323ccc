import json
import secrets

from odoo import api, fields, models
from odoo.addons.base.models.res_partner import _tz_get
from odoo.exceptions import UserError
from odoo.tools import ormcache

from ...core.identity import digest
from ...intake.profile import IntakeProfile

# States in which authentic messages are taken.
OPEN_STATES = ("parallel", "live")
# 128 bits and more: nobody finds an address by trying (RFC 4122 section 4.4 has 122).
TOKEN_BYTES = 24


class LogisticsConnection(models.Model):
    """A configured link with one party in one environment."""

    _name = "logistics.connection"
    _description = "Logistics Connection"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _order = "name, id"
    _check_company_auto = True

    name = fields.Char(required=True, tracking=True)
    active = fields.Boolean(default=True, tracking=True)
    provider_id = fields.Many2one(
        "logistics.provider", required=True, ondelete="restrict", tracking=True
    )
    environment = fields.Selection(
        [("test", "Test"), ("production", "Production")],
        required=True,
        default="production",
        tracking=True,
    )
    company_id = fields.Many2one(
        "res.company",
        required=True,
        index=True,
        default=lambda self: self.env.company,
        tracking=True,
        help="Owns the connection and the messages that belong to no shipment yet.",
    )
    company_ids = fields.Many2many(
        "res.company",
        string="Companies served",
        help="Shipments of these companies may be moved by this connection's events. "
        "Empty: the owning company only.",
    )
    partner_id = fields.Many2one(
        "res.partner", tracking=True, help="The carrier, warehouse or 3PL."
    )
    state = fields.Selection(
        [
            ("draft", "Draft"),
            ("approval", "In approval"),
            ("parallel", "Parallel run"),
            ("live", "Live"),
            ("suspended", "Suspended"),
            ("retired", "Retired"),
        ],
        required=True,
        default="draft",
        readonly=True,
        copy=False,
        tracking=True,
    )
    # Before the secrets: these are checked against the proofs that they are for.
    verifier_ids = fields.One2many(
        "logistics.verifier", "connection_id", string="Proofs", copy=True
    )
    verifier_mode = fields.Selection(
        [("all", "all of them"), ("any", "one of them")],
        string="Proofs needed",
        required=True,
        default="all",
        tracking=True,
        help="Of several proofs a call must bring all, or one.",
    )
    message_id_header = fields.Char(
        tracking=True,
        help="Header that carries the partner's id of a message. Empty: messages are told apart by "
        "their content.",
    )
    tz = fields.Selection(
        _tz_get,
        string="Time zone",
        tracking=True,
        help="Used where the partner's times carry no zone. Such times are marked as assumed.",
    )
    credential_ids = fields.One2many(
        "logistics.credential", "connection_id", copy=False, domain=[("direction", "=", "in")]
    )
    token_digest = fields.Char(groups=fields.NO_ACCESS, copy=False, index="btree_not_null")
    has_address = fields.Boolean(compute="_compute_has_address")
    message_count = fields.Integer(compute="_compute_counts")
    dead_count = fields.Integer(compute="_compute_counts")
    exception_count = fields.Integer(compute="_compute_counts")
    last_message_at = fields.Datetime(compute="_compute_counts")

    _token_uniq = models.UniqueIndex("(token_digest) WHERE token_digest IS NOT NULL")

    @api.depends("token_digest")
    def _compute_has_address(self):
        for connection in self:
            connection.has_address = bool(connection.sudo().token_digest)

    @api.onchange("provider_id")
    def _onchange_provider_id(self):
        if self.provider_id:
            self.update(self.provider_id._handler()._connection_defaults())
            self.name = self.name or self.provider_id.name

    # -- life ---------------------------------------------------------------------------------

    def _missing_for_live(self):
        """What keeps this connection from taking messages, in the user's words."""
        self.ensure_one()
        missing = []
        if not self.has_address:
            missing.append(self.env._("no address was made (button “New address”)"))
        return missing + self._missing_proofs()

    def _set_state(self, state, allowed):
        """Move to ``state`` from one of ``allowed``.

        :raises UserError: when the connection is in another state
        """
        for connection in self:
            if connection.state not in allowed:
                labels = dict(self._fields["state"]._description_selection(self.env))
                raise UserError(
                    self.env._(
                        "“%(name)s” is %(state)s and cannot become %(target)s.",
                        name=connection.name,
                        state=labels[connection.state],
                        target=labels[state],
                    )
                )
        self.write({"state": state})
        self.env.registry.clear_cache()

    def action_go_live(self):
        for connection in self:
            missing = connection._missing_for_live()
            if missing:
                raise UserError(
                    self.env._(
                        "“%(name)s” cannot go live: %(missing)s.",
                        name=connection.name,
                        missing="; ".join(missing),
                    )
                )
        self._set_state("live", ("draft", "approval", "parallel", "suspended"))

    def action_listen(self):
        """Take messages and work them, while both sides still try things out."""
        for connection in self:
            missing = connection._missing_for_live()
            if missing:
                raise UserError(
                    self.env._(
                        "“%(name)s” cannot take messages: %(missing)s.",
                        name=connection.name,
                        missing="; ".join(missing),
                    )
                )
        self._set_state("parallel", ("draft", "approval"))

    def action_suspend(self):
        self._set_state("suspended", ("parallel", "live"))

    def action_retire(self):
        self._set_state("retired", ("draft", "approval", "parallel", "live", "suspended"))

    def action_new_address(self):
        """Make a new secret address; the old one stops working. It is shown once."""
        self.ensure_one()
        self.check_access("write")
        token = secrets.token_urlsafe(TOKEN_BYTES)
        self.sudo().token_digest = digest(token.encode())
        self.env.registry.clear_cache()
        self.message_post(body=self.env._("A new address was made; the former one is void."))
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("New address"),
            "res_model": "logistics.connection.address",
            "view_mode": "form",
            "target": "new",
            "context": {
                "default_connection_id": self.id,
                "default_url": f"{self.get_base_url()}/logistics/v1/in/{token}",
            },
        }

    def action_view_messages(self):
        self.ensure_one()
        return self.env["logistics.message"]._open_messages(
            self.env._("Messages of %s", self.name),
            [("connection_id", "=", self.id), ("direction", "=", "in")],
        )

    def action_view_exceptions(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "logistics_connector_base.action_logistics_exception"
        )
        return dict(action, domain=[("connection_id", "=", self.id)])

    def _log_secret_change(self, text):
        for connection in self:
            connection._message_log(body=text)

    def _served_companies(self):
        """Companies whose shipments this connection may move."""
        self.ensure_one()
        return self.company_ids | self.company_id

    # -- intake -------------------------------------------------------------------------------

    @api.model
    @ormcache("token_digest")
    def _intake_profile(self, token_digest):
        """What the intake must know of the connection behind a token, or None.

        Cached per process; Odoo's cache signalling carries a suspension or a new secret to every
        worker before its next request. Secrets stay encrypted in the cache.
        """
        connection = self.sudo().search(
            [("token_digest", "=", token_digest), ("state", "in", OPEN_STATES)], limit=1
        )
        return connection._make_profile() if connection else None

    def _make_profile(self):
        self.ensure_one()
        proofs = self._make_proofs()
        handler = self.provider_id._handler()
        words = handler._receipt_body()
        return IntakeProfile(
            connection_id=self.id,
            company_id=self.company_id.id,
            provider=self.provider_id.code,
            message_id_header=self.message_id_header or "",
            proofs=proofs,
            needs_all=self.verifier_mode == "all",
            has_handshake=handler._has_handshake(),
            receipt_status=handler._receipt_status(),
            receipt_body=json.dumps(words).encode() if words is not None else b"",
            secret_headers=frozenset(
                header for proof in proofs for header in proof.scheme.secret_headers if header
            ),
        )

    def write(self, vals):
        result = super().write(vals)
        self.env.registry.clear_cache()
        return result

    def unlink(self):
        self.env.registry.clear_cache()
        return super().unlink()

    @api.ondelete(at_uninstall=False)
    def _unlink_except_used(self):
        if self.env["logistics.message"].search_count([("connection_id", "in", self.ids)], limit=1):
            raise UserError(
                self.env._("Messages came over this connection. Retire it instead of deleting it.")
            )
