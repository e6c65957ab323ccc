import base64
import secrets

from odoo import api, fields, models
from odoo.addons.base.models.res_partner import _tz_get
from odoo.exceptions import UserError

from ..models.connection.logistics_connection import OPEN_STATES

# Kinds of proof whose secret may be of our making: the partner stores what we give it.
OURS = (
    "static",
    "bearer",
    "basic",
    "query",
    "hmac",
    "hmac_time",
    "plain_hash",
    "standard_webhooks",
)
SHOWN = 5  # messages


class LogisticsConnectionSetup(models.TransientModel):
    """Leads through a new connection: who it is, its secret, our address, its first message. All of
    it is done on the connection itself, so that one can stop anywhere and go on another day."""

    _name = "logistics.connection.setup"
    _description = "Connection Setup"

    step = fields.Selection(
        [
            ("partner", "Partner"),
            ("proof", "Secret"),
            ("address", "Address"),
            ("access", "Our access"),
            ("listen", "First message"),
        ],
        required=True,
        default="partner",
        readonly=True,
    )
    connection_id = fields.Many2one("logistics.connection", readonly=True, ondelete="cascade")
    source_id = fields.Many2one(
        "logistics.connection", "Copied from", readonly=True, ondelete="cascade"
    )

    # who it is
    provider_id = fields.Many2one(
        "logistics.provider", "Whose messages", help="Who made the form of the messages."
    )
    documentation_url = fields.Char(related="provider_id.documentation_url")
    name = fields.Char(help="As you call it among yourselves, such as “UPS tracking”.")
    partner_id = fields.Many2one("res.partner", help="The carrier, warehouse or 3PL.")
    environment = fields.Selection(
        [("test", "Test"), ("production", "Production")], default="production", required=True
    )
    company_id = fields.Many2one("res.company", default=lambda self: self.env.company)
    tz = fields.Selection(
        _tz_get,
        string="Time zone",
        default=lambda self: self.env.user.tz,
        help="For times that the partner sends without a zone. They are marked as assumed.",
    )

    # the secret
    proof_summary = fields.Char(related="connection_id.proof_summary")
    proof_warning = fields.Char(related="connection_id.proof_warning")
    proof_id = fields.Many2one("logistics.verifier", compute="_compute_proof")
    proof_description = fields.Char(related="proof_id.description")
    is_proof_open = fields.Boolean(compute="_compute_proof")
    can_make = fields.Boolean(compute="_compute_proof")
    secret = fields.Char(
        compute="_compute_secret",
        inverse="_inverse_secret",
        store=False,
        copy=False,
        help="Write only: it is encrypted when you go on and cannot be read back.",
    )
    made_secret = fields.Char("The secret", compute="_compute_shown")

    # the address
    has_address = fields.Boolean(related="connection_id.has_address")
    made_url = fields.Char("Address", compute="_compute_shown")
    instructions = fields.Text(compute="_compute_instructions")

    # the first message
    state = fields.Selection(related="connection_id.state")
    refused = fields.Char(compute="_compute_news")
    message_ids = fields.Many2many("logistics.message", compute="_compute_news")
    event_ids = fields.Many2many("logistics.event", compute="_compute_news")
    is_waiting = fields.Boolean(compute="_compute_news")
    advice = fields.Text(compute="_compute_news")

    # -- what is shown ------------------------------------------------------------------------

    @api.depends("connection_id", "step")
    def _compute_proof(self):
        for setup in self:
            proofs = setup.connection_id.verifier_ids
            bare = proofs.filtered(
                lambda proof: proof.needs_secret and not proof._secrets().filtered("is_usable")
            )
            setup.proof_id = bare[:1]
            setup.is_proof_open = bool(bare)
            setup.can_make = setup._can_make(bare[:1].kind)

    def _can_make(self, kind):
        handler = self.connection_id.provider_id and self.connection_id.provider_id._handler()
        return kind in OURS and handler is not None and not handler._secret_is_theirs()

    def _compute_secret(self):
        self.secret = False

    def _inverse_secret(self):
        for setup in self:
            if setup.secret:
                setup._store(setup.secret)

    @api.depends_context("made_secret", "made_url")
    def _compute_shown(self):
        """Shown once, in the window that made them: nothing of it is stored here."""
        self.made_secret = self.env.context.get("made_secret")
        self.made_url = self.env.context.get("made_url")

    @api.depends("connection_id")
    def _compute_instructions(self):
        for setup in self:
            provider = setup.connection_id.provider_id
            lines = provider._handler()._setup_words(setup.connection_id) if provider else []
            setup.instructions = "\n".join(f"{n}. {line}" for n, line in enumerate(lines, 1))

    @api.depends("connection_id", "step")
    def _compute_news(self):
        for setup in self:
            connection = setup.connection_id
            messages = self.env["logistics.message"].search(
                [("connection_id", "=", connection.id), ("direction", "=", "in")],
                order="id desc",
                limit=SHOWN if connection else 0,
            )
            setup.message_ids = messages
            setup.event_ids = messages.event_ids[:20]
            refusal = connection.refusal_ids.filtered(
                lambda row, last=messages[:1].received_at: not last or row.last_at > last
            ).sorted("last_at")[-1:]
            kinds = dict(refusal._fields["kind"]._description_selection(self.env))
            setup.refused = refusal.detail or kinds.get(refusal.kind, False)
            setup.is_waiting = bool(connection) and (
                not messages or bool(messages.filtered(lambda m: m.state == "received"))
            )
            setup.advice = setup._advise(messages)

    def _advise(self, messages):
        """What to think of what came, in the user's words."""
        said = []
        if any(event.is_unmapped for event in messages.event_ids):
            said.append(
                self.env._(
                    "Some codes are not known yet: their events are kept and change nothing. Say "
                    "what they mean under Exceptions."
                )
            )
        if "parked" in messages.mapped("state"):
            said.append(
                self.env._(
                    "Messages about numbers that are in no shipment of yours wait for it. That is "
                    "right for a partner's test messages."
                )
            )
        dead = messages.filtered(lambda message: message.state == "dead")[:1]
        if dead:
            said.append(self.env._("It could not be read: %s", dead.why or dead.error_text or ""))
        return "\n".join(said)

    # -- going on -----------------------------------------------------------------------------

    @api.model
    def _start(self, connection=None, source=None):
        """Open the setup of a new connection, of one that was begun, or of a copy of ``source``."""
        values = {}
        if connection:
            values = {"connection_id": connection.id, "step": self._first_open(connection)}
            values |= {name: connection[name] for name in ("name", "environment", "tz")}
            for name in ("provider_id", "partner_id", "company_id"):
                values[name] = connection[name].id
        elif source:
            is_test = source.environment == "test"
            values = {
                "source_id": source.id,
                "provider_id": source.provider_id.id,
                "partner_id": source.partner_id.id,
                "tz": source.tz,
                "name": self.env._("%s (copy)", source.name),
                "environment": "production" if is_test else "test",
            }
        return self.create(values)._open()

    @api.model
    def action_new(self):
        return self._start()

    @api.model
    def _first_open(self, connection):
        if connection._missing_proofs():
            return "proof"
        return "listen" if connection.has_address else "address"

    def _open(self, **shown):
        """The window again, at its present step; ``shown`` is seen in it this one time."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.connection_id.name or self.env._("New connection"),
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "target": "new",
            "context": shown,
        }

    def _go(self, step, **shown):
        self.step = step
        return self._open(**shown)

    def action_back(self):
        self.ensure_one()
        steps = self._steps()
        return self._go(steps[max(steps.index(self.step) - 1, 0)])

    def action_partner_done(self):
        self.ensure_one()
        if not self.provider_id:
            raise UserError(self.env._("Choose whose messages you will receive."))
        values = {
            "name": self.name or self.provider_id.name,
            "partner_id": self.partner_id.id,
            "environment": self.environment,
            "tz": self.tz,
        }
        if self.connection_id:
            self.connection_id.write(values)
        elif self.source_id:
            self.connection_id = self.source_id._copy_for(self.company_id, values)
        else:
            self.connection_id = self.env["logistics.connection"].create(
                {
                    **self.provider_id._handler()._connection_defaults(),
                    **values,
                    "provider_id": self.provider_id.id,
                    "company_id": self.company_id.id,
                }
            )
        self.invalidate_recordset(["way"])
        return self._go(self._steps()[1])

    def action_proof_done(self):
        self.ensure_one()
        return self._go("proof" if self.connection_id._missing_proofs() else "address")

    def action_make_secret(self):
        """A secret of our making, for the partner to store; shown this one time."""
        self.ensure_one()
        kind = self.proof_id.kind
        if not self._can_make(kind):
            raise UserError(self.env._("The partner makes this one: paste what it gives you."))
        text = secrets.token_urlsafe(32)
        if kind == "standard_webhooks":
            text = "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode()
        elif kind == "basic":
            text = f"odoo:{text}"
        self._store(text)
        step = "proof" if self.connection_id._missing_proofs() else "address"
        return self._go(step, made_secret=text)

    def _store(self, text):
        self.ensure_one()
        values = {"connection_id": self.connection_id.id, "secret": text}
        if self.connection_id.has_several_secrets:
            values["verifier_id"] = self.proof_id.id
        self.env["logistics.credential"].create(values)
        self.connection_id.invalidate_recordset()
        self.invalidate_recordset()

    def action_make_address(self):
        """Our address for this partner; a former one stops working. Shown this one time."""
        self.ensure_one()
        url = self.connection_id.action_new_address()["context"]["default_url"]
        self.invalidate_recordset()
        made = self.env.context.get("made_secret")
        return self._open(made_url=url, **({"made_secret": made} if made else {}))

    def action_listen(self):
        """From now on messages are taken."""
        self.ensure_one()
        if self.connection_id.state not in OPEN_STATES:
            self.connection_id.action_listen()
        return self._go("listen")

    def action_look(self):
        return self._open()

    def action_go_live(self):
        self.ensure_one()
        self.connection_id.action_go_live()
        return self.action_show()

    def action_show(self):
        """Leave for the connection itself."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "logistics.connection",
            "res_id": self.connection_id.id,
            "view_mode": "form",
            "views": [(False, "form")],
        }
