from datetime import UTC

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ...core import cadence as cadences
from ...core import netguard, retry_schedule
from ...core.bodies import CONTENT_TYPES
from ...core.masking import is_secret_in_query
from ...outbox.address import fill

# Connections in these states are sent to.
SENDING_STATES = ("parallel", "live")
MOST_SENDERS = 8


class LogisticsFlow(models.Model):
    """One thing that we tell a partner, or ask of it: order releases, bookings, master data. Each
    has its own address, cadence, patience and breaker, so that none waits for another (law 10)."""

    _name = "logistics.flow"
    _description = "Logistics Flow"
    _inherit = ["mail.thread"]
    _order = "connection_id, name, id"
    _check_company_auto = True

    name = fields.Char(required=True, translate=True, tracking=True)
    code = fields.Char(
        required=True,
        tracking=True,
        help="What Odoo's own steps call it, such as “release”. One of a kind on a connection.",
    )
    active = fields.Boolean(default=True, tracking=True)
    connection_id = fields.Many2one(
        "logistics.connection", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="connection_id.company_id", store=True, index=True)

    # where, and how
    method = fields.Selection(
        [("POST", "POST"), ("PUT", "PUT"), ("PATCH", "PATCH"), ("DELETE", "DELETE")],
        required=True,
        default="POST",
        tracking=True,
    )
    url = fields.Char(
        "Address",
        required=True,
        tracking=True,
        help="Where messages are sent. “{key}” stands for the number of the order or shipment.",
    )
    form = fields.Selection(
        [("json", "JSON"), ("xml", "XML"), ("form", "Form"), ("text", "Plain text")],
        string="Format",
        required=True,
        default="json",
        tracking=True,
    )
    id_header = fields.Char(
        "Header of our id",
        default="Idempotency-Key",
        tracking=True,
        help="Carries an id that is the same for all tries of a message, so that the partner can "
        "tell a repetition from a new one. Empty: it is not sent.",
    )
    timeout = fields.Integer(
        "Time-out (s)", required=True, default=30, tracking=True, help="For one call altogether."
    )

    # when
    cadence = fields.Selection(
        [("at_once", "At once"), ("every", "Every few minutes"), ("times", "At set times")],
        required=True,
        default="at_once",
        tracking=True,
    )
    minutes = fields.Integer("Every (minutes)", default=5, tracking=True)
    times = fields.Char(
        tracking=True, help="Times of the day in the connection's zone, such as “06:00 14:30”."
    )
    is_ordered = fields.Boolean(
        "In order",
        default=True,
        tracking=True,
        help="Of one order or shipment, the next message leaves when the one before it has "
        "arrived. One that failed holds back those behind it until a person decides.",
    )
    senders = fields.Integer(
        "Calls at a time",
        required=True,
        default=1,
        tracking=True,
        help="More than one helps with a partner that answers slowly. Order is kept all the same.",
    )

    # whether they have taken it
    ack = fields.Selection(
        [
            ("none", "2xx is enough"),
            ("answer", "In the answer"),
            ("message", "By a message of theirs"),
            ("poll", "Ask for it"),
        ],
        string="They say yes",
        required=True,
        default="none",
        tracking=True,
        help="Many partners answer 200 and tell inside, or later, whether they take a message.",
    )
    ack_field = fields.Char(
        "Where it stands",
        tracking=True,
        help="Names joined by dots: “result.status” in JSON, “Envelope.Body.Ack.Status” in XML.",
    )
    ack_values = fields.Char(
        "Means yes",
        tracking=True,
        help="Separated by commas; everything else means no. Empty: true, ok, accepted, success, "
        "received, yes, 1.",
    )
    ack_text_field = fields.Char("Where the reason stands", tracking=True)
    ack_minutes = fields.Integer(
        "Expected within (min)",
        required=True,
        default=60,
        tracking=True,
        help="After that a person is told that no acknowledgement came.",
    )

    # trouble
    repeat = fields.Selection(
        [
            ("safe", "Send it again: the partner knows our id"),
            ("ask", "Ask the partner first"),
            ("never", "A person decides"),
        ],
        string="When in doubt",
        required=True,
        default="safe",
        tracking=True,
        help="When a call breaks off, nobody knows whether the partner worked it. What must not "
        "happen twice, such as a booking, is not simply sent again.",
    )
    ask_url = fields.Char(
        "Address to ask",
        tracking=True,
        help="Asked by GET: 2xx says that the message has arrived, 404 that it has not. “{id}” "
        "stands for our id, “{key}” for the number of the order or shipment.",
    )
    retry_schedule = fields.Char(
        "Pauses between tries",
        required=True,
        default=retry_schedule.DEFAULT,
        tracking=True,
        help="After the last one it is repeated, until the message is given up.",
    )
    give_up_hours = fields.Integer(
        "Give up after (h)",
        required=True,
        default=72,
        tracking=True,
        help="A message that did not get through for so long, and with all its tries, is given to "
        "a person. Nothing is thrown away.",
    )
    breaker_limit = fields.Integer(
        "Pause after failures",
        required=True,
        default=5,
        tracking=True,
        help="So many calls in a row that fail, and nothing more is sent but one message now and "
        "then, to see whether the partner is back. 0: never.",
    )
    breaker_pause = fields.Integer(
        "Try again after (s)", required=True, default=30, tracking=True, help="Doubles each time."
    )
    breaker_longest = fields.Integer(
        "At least every (s)", required=True, default=600, tracking=True
    )

    _code_uniq = models.Constraint(
        "UNIQUE(connection_id, code)", "This connection has a flow with this code already."
    )

    # -- checks -------------------------------------------------------------------------------

    @api.constrains("url", "ask_url")
    def _check_url(self):
        for flow in self:
            for url in filter(None, (flow.url, flow.ask_url)):
                try:
                    targets = [netguard.parse_target(fill(url, text, text)) for text in "12"]
                    if len({target.host for target in targets}) > 1:
                        raise ValueError(self.env._("a place to fill in stands in the host's name"))
                    if is_secret_in_query(url):
                        text = self.env._("it holds a key; store it under “Our access” instead")
                        raise ValueError(text)
                except (netguard.Refusal, ValueError) as error:
                    raise ValidationError(
                        self.env._(
                            "The address of “%(name)s” cannot be used: %(why)s",
                            name=flow.name,
                            why=error,
                        )
                    ) from None

    @api.constrains("retry_schedule", "cadence", "times")
    def _check_texts(self):
        for flow in self:
            try:
                retry_schedule.parse(flow.retry_schedule)
                if flow.cadence == "times":
                    cadences.parse_times(flow.times)
            except ValueError as error:
                text = self.env._("%(name)s: %(error)s", name=flow.name, error=error)
                raise ValidationError(text) from None

    @api.constrains(
        "timeout",
        "minutes",
        "senders",
        "ack_minutes",
        "give_up_hours",
        "breaker_limit",
        "breaker_pause",
        "breaker_longest",
    )
    def _check_numbers(self):
        bounds = {
            "timeout": (1, 100),
            "minutes": (1, 1440),
            "senders": (1, MOST_SENDERS),
            "ack_minutes": (1, 60 * 24 * 30),
            "give_up_hours": (1, 24 * 30),
            "breaker_limit": (0, 1000),
            "breaker_pause": (1, 86400),
            "breaker_longest": (1, 86400),
        }
        for flow in self:
            for name, (least, most) in bounds.items():
                if not least <= flow[name] <= most:
                    raise ValidationError(
                        self.env._(
                            "“%(field)s” of “%(name)s” must be between %(least)s and %(most)s.",
                            field=self._fields[name].string,
                            name=flow.name,
                            least=least,
                            most=most,
                        )
                    )

    @api.constrains("repeat", "ask_url", "ack", "ack_field")
    def _check_asking(self):
        for flow in self:
            asks = flow.repeat == "ask" and not flow._has_engine()
            if (asks or flow.ack == "poll") and not flow.ask_url:
                raise ValidationError(self.env._("“%s” needs an address to ask.", flow.name))
            if flow.ack == "answer" and not flow.ack_field:
                raise ValidationError(
                    self.env._("“%s”: say where in the answer it stands.", flow.name)
                )

    # -- for other code -----------------------------------------------------------------------

    def _has_engine(self):
        """Whether messages of this flow are acts that an engine carries out, and not calls to its
        address."""
        return False

    def _make_engine(self):
        """The engine, see ``outbox/engine_messenger.py``; None where there is none.

        :raises ValueError, UserError: something is missing, for a person to mend
        """
        return None

    def _departure(self, now):
        """When a message written ``now`` (naive UTC) may leave: naive UTC."""
        self.ensure_one()
        times = cadences.parse_times(self.times) if self.cadence == "times" else ()
        moment = cadences.next_departure(
            now.replace(tzinfo=UTC),
            self.cadence,
            self.minutes,
            times,
            self.connection_id.tz or "UTC",
        )
        return moment.replace(tzinfo=None)

    def _content_type(self):
        self.ensure_one()
        return CONTENT_TYPES[self.form]

    def write(self, vals):
        if "code" in vals or "connection_id" in vals:
            self._refuse_new_identity(vals)
        result = super().write(vals)
        self.env["logistics.outbox"]._wake_after_commit()  # what was held may go
        return result

    def _refuse_new_identity(self, vals):
        """What was sent once for ever is known by connection and code (law 5)."""
        messages = self.env["logistics.message"].sudo()
        for flow in self:
            is_other = vals.get("code", flow.code) != flow.code
            is_other |= vals.get("connection_id", flow.connection_id.id) != flow.connection_id.id
            if is_other and messages.search_count([("flow_id", "=", flow.id)], limit=1):
                raise UserError(
                    self.env._(
                        "Messages went through “%s”: its code and connection stay. Make a new "
                        "flow, and archive this one.",
                        flow.name,
                    )
                )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_used(self):
        if (
            self.env["logistics.message"]
            .sudo()
            .search_count([("flow_id", "in", self.ids)], limit=1)
        ):
            raise UserError(
                self.env._("Messages went through this flow. Archive it instead of deleting it.")
            )
