import base64

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL

from ...core import personal
from ...core.identity import digest
from ...tools import trail
from ..personal_access import sees_personal_data

# Characters of a body shown on the screen; the whole body can be downloaded.
PREVIEW_CHARACTERS = 20_000


class LogisticsMessage(models.Model):
    """One message in or out: a narrow row. Its raw body lies in a table of its own, its key in a
    third one, which outlives both."""

    _name = "logistics.message"
    _description = "Logistics Message"
    _log_access = False
    _order = "id desc"
    _rec_name = "receipt"

    connection_id = fields.Many2one(
        "logistics.connection", required=True, readonly=True, ondelete="restrict"
    )
    company_id = fields.Many2one("res.company", required=True, readonly=True)
    direction = fields.Selection(
        [("in", "Incoming"), ("out", "Outgoing")], required=True, readonly=True
    )
    channel = fields.Selection(
        [
            ("webhook", "Webhook"),
            ("poll", "Poll"),
            ("file", "File"),
            ("mail", "Mail"),
            ("edi", "EDI"),
            ("hand", "By hand"),
        ],
        required=True,
        readonly=True,
    )
    state = fields.Selection(
        [
            ("received", "Received"),
            ("processing", "In work"),
            ("processed", "Processed"),
            ("parked", "Waiting for its shipment"),
            ("conflict", "Conflict"),
            ("dead", "Failed"),
            ("duplicate", "Duplicate"),
            ("dismissed", "Dismissed"),
        ],
        required=True,
        readonly=True,
    )
    provider = fields.Char(required=True, readonly=True)
    message_type = fields.Char(readonly=True)
    receipt = fields.Char(required=True, readonly=True)
    correlation_id = fields.Char(required=True, readonly=True)
    causation_id = fields.Char(readonly=True)
    external_id = fields.Char(readonly=True, string="Partner's id")
    revision = fields.Char(readonly=True)
    digest = fields.Char(required=True, readonly=True, string="SHA-256 of the body")
    size = fields.Integer(readonly=True, string="Bytes")
    content_type = fields.Char(readonly=True)
    credential_id = fields.Many2one(
        "logistics.credential",
        "Signed with",
        readonly=True,
        ondelete="set null",
        groups="logistics_connector_base.group_logistics_admin,"
        "logistics_connector_base.group_logistics_service",
    )
    received_at = fields.Datetime(required=True, readonly=True)
    claimed_at = fields.Datetime(readonly=True)
    processed_at = fields.Datetime(readonly=True)
    next_try_at = fields.Datetime(readonly=True)
    priority = fields.Integer(required=True, readonly=True, default=50)
    is_conflict = fields.Boolean(readonly=True)
    conflict_accepted = fields.Boolean(readonly=True)
    tries = fields.Integer(required=True, readonly=True, default=0)
    event_count = fields.Integer(required=True, readonly=True, default=0)
    parked_count = fields.Integer(required=True, readonly=True, default=0)
    error_class = fields.Char(readonly=True)
    error_text = fields.Text(readonly=True)
    purged_at = fields.Datetime(
        "Body deleted", readonly=True, help="When body and headers were deleted; the key stays."
    )
    erased_at = fields.Datetime(
        readonly=True, help="When the body was erased on the request of a person named in it."
    )
    event_ids = fields.One2many("logistics.event", "message_id", readonly=True)
    attempt_ids = fields.One2many("logistics.message.attempt", "message_id", readonly=True)
    duplicate_count = fields.Integer(compute="_compute_duplicate_count")
    headers_text = fields.Text(
        compute="_compute_body",
        string="Headers",
        groups="logistics_connector_base.group_logistics_manager",
    )
    body_text = fields.Text(
        compute="_compute_body",
        string="Body as received",
        groups="logistics_connector_base.group_logistics_manager",
    )
    body_file = fields.Binary(
        compute="_compute_body_file",
        string="Download body",
        groups="logistics_connector_base.group_logistics_manager",
    )
    body_filename = fields.Char(compute="_compute_body_filename")

    _receipt_uniq = models.UniqueIndex("(receipt)")
    _list = models.Index("(state, id DESC)")
    # What a person has to look at; empty as long as all goes well.
    _trouble = models.Index("(id DESC) WHERE state IN ('conflict', 'dead', 'parked')")
    _trouble_by_connection = models.Index(
        "(connection_id, state) WHERE state IN ('conflict', 'dead', 'parked')"
    )
    # What came, or what went: every screen asks for one of the two.
    _by_connection = models.Index("(connection_id, direction, id DESC)")
    # Looked up as a whole: four bytes a row instead of 36.
    _correlation = models.Index("USING hash (correlation_id)")
    _received = models.Index("(received_at)")

    def init(self):
        # Raw bytes are not an ORM field (Binary would keep them as base64) and not an ir.attachment
        # (whose files are not flushed to disk before the answer is sent).
        self.env.cr.execute(
            """
            CREATE TABLE IF NOT EXISTS logistics_message_body (
                message_id integer PRIMARY KEY
                    REFERENCES logistics_message(id) ON DELETE CASCADE,
                headers jsonb,
                content bytea
            )
            """
        )

    # -- reading ------------------------------------------------------------------------------

    def _read_bodies(self):
        """The raw bytes by message id; a purged body is missing."""
        rows = self.env.execute_query(
            SQL(
                "SELECT message_id, content FROM logistics_message_body "
                "WHERE message_id = ANY(%s) AND content IS NOT NULL",
                list(self.ids),
            )
        )
        return {message_id: bytes(content) for message_id, content in rows}

    @api.depends_context("uid")
    def _compute_body(self):
        bodies = self._read_bodies()
        headers = dict(
            self.env.execute_query(
                SQL(
                    "SELECT message_id, headers FROM logistics_message_body "
                    "WHERE message_id = ANY(%s)",
                    list(self.ids),
                )
            )
        )
        masked = not sees_personal_data(self.env)
        hidden = self._tells_of_hidden()
        for message in hidden:
            message.headers_text = ""
            message.body_text = self.env._(
                "It also tells of shipments that you may not see, so its text is not shown."
            )
        for message in self - hidden:
            pairs = headers.get(message.id) or {}
            text = "\n".join(f"{name}: {value}" for name, value in pairs.items())
            message.headers_text = personal.mask_text(text) if masked else text
            body = bodies.get(message.id)
            message.body_text = (
                "" if body is None else personal.pretty(body, masked, PREVIEW_CHARACTERS)
            )

    @api.depends_context("uid")
    def _compute_body_file(self):
        # The bytes as they came cannot be masked.
        bodies = self._read_bodies() if sees_personal_data(self.env) else {}
        hidden = self._tells_of_hidden()
        for message in self:
            body = bodies.get(message.id) if message not in hidden else None
            message.body_file = base64.b64encode(body) if body is not None else False

    @api.depends("receipt")
    def _compute_body_filename(self):
        for message in self:
            message.body_filename = f"{message.receipt}.txt"

    def _compute_duplicate_count(self):
        counts = dict(
            self.env["logistics.message.key"]
            .sudo()
            ._read_group([("message_id", "in", self.ids)], ["message_id"], ["duplicate_count:sum"])
        )
        for message in self:
            message.duplicate_count = counts.get(message, 0)

    # -- what people do -----------------------------------------------------------------------

    def action_retry(self):
        """Work these messages once more from their raw bytes. Nothing is doubled by it: events and
        effects carry identities of their own."""
        self.check_access("read")
        if not self.env.user.has_group("logistics_connector_base.group_logistics_user"):
            raise UserError(self.env._("Only people of Logistics can work messages again."))
        busy = self.filtered(lambda message: message.state == "processing")
        if busy:
            raise UserError(self.env._("A message that is in work cannot be worked again now."))
        gone = self.filtered("purged_at")
        if gone and gone == self:
            raise UserError(
                self.env._(
                    "There is nothing left to work: the body was deleted on %s, as the retention "
                    "says. What came of the message stays.",
                    fields.Date.to_string(max(gone.mapped("purged_at"))),
                )
            )
        self.sudo()._requeue()
        return True

    def _requeue(self):
        """Put messages back to the start of the line, with a fresh count of tries. The last error
        stays until they succeed: it tells the inbox whose exceptions may be healed then. Those
        whose body was deleted are left as they are."""
        messages = self.filtered(lambda message: not message.purged_at)
        if not messages:
            return
        messages.write({"state": "received", "tries": 0, "next_try_at": False})
        self.env["logistics.inbox"]._wake_after_commit()

    def action_accept_conflict(self):
        """Take a message instead of the one that came under the same identity before."""
        return self._settle_conflict("take")

    def action_view_events(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "logistics_connector_base.action_logistics_event"
        )
        return dict(action, domain=[("message_id", "=", self.id)], context={})

    def _record_failure(self, error_class, text):
        """Write one failed try (the try itself was counted when the message was claimed)."""
        self.env["logistics.message.attempt"].create(
            [
                {
                    "message_id": message.id,
                    "number": message.tries,
                    "error_class": error_class,
                    "error_text": text,
                }
                for message in self
            ]
        )

    def _leave_trail(self, error_class):
        """That it failed stands in the log, once it is so for good."""
        values = {
            "state": self.state,
            "error": error_class,
            "correlation_id": self.correlation_id,
            "message_id": self.id,
            "connection_id": self.connection_id.id,
            "tries": self.tries,
        }
        self.env.cr.postcommit.add(lambda: trail.note("failed", **values))

    def _bury(self, error_class, text, exception_type):
        """Give up on a message and open (or count) an exception; the raw bytes stay.

        Messages of one connection that fail alike make one exception.
        """
        self.ensure_one()
        self.write(
            {
                "state": "dead",
                "processed_at": fields.Datetime.now(),
                "error_class": error_class,
                "error_text": text,
            }
        )
        self._leave_trail(error_class)
        self.env["logistics.exception"]._report(
            [
                {
                    "type": exception_type,
                    "key": self._failure_key(),
                    "name": self.env._(
                        "%(connection)s: %(text)s",
                        connection=self.connection_id.name,
                        text=text.partition("\n")[0][:120] or error_class,
                    ),
                    "company_id": self.company_id.id,
                    "connection_id": self.connection_id.id,
                    "message_id": self.id,
                    "provider": self.provider,
                    "detail": text,
                }
            ]
        )

    def _failure_key(self):
        kind = digest(f"{self.error_class}:{self.error_text}".encode())[:32]
        return f"failure:{self.connection_id.id}:{kind}"

    def _resolve_failures(self):
        """Resolve the failures of this connection of which no message is left."""
        exceptions = self.env["logistics.exception"]
        exceptions = exceptions.search(
            Domain("connection_id", "=", self.connection_id.id)
            & Domain("type_code", "in", ("parse_failure", "processing_failure"))
            & exceptions._troubled()
        )
        dead = self.search([("connection_id", "=", self.connection_id.id), ("state", "=", "dead")])
        left = {message._failure_key() for message in dead}
        healed = exceptions.filtered(lambda exception: exception.key not in left)
        healed._over(self.env._("Its messages were worked."))
