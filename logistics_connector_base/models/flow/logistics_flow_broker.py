from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ...access import NoAccess
from ...client import CallError, Limits
from ...client.broker import MissingLibrary, library
from ...core import broker_address, broker_message, broker_reply
from ...core.netguard import Refusal
from ...outbox.broker_messenger import judge

# Somebody is waiting for it.
TEST_LIMITS = Limits(connect=3.0, read=8.0, total=10.0)


class LogisticsFlow(models.Model):
    """Messages to a message broker (RabbitMQ): the address is amqps://host/vhost. Everything else
    of a flow is as with partners that are called by HTTP."""

    _inherit = "logistics.flow"

    is_broker = fields.Boolean(compute="_compute_is_broker")
    broker_exchange = fields.Char(
        "Exchange",
        tracking=True,
        help="Takes the messages and gives them to the queues that are bound to it.",
    )
    broker_routing_key = fields.Char(
        "Routing key",
        default=broker_address.DEFAULT_KEY,
        tracking=True,
        help="By it queues choose what they want. “{type}” stands for the kind of message "
        "(logistics.event.recorded), “{code}” for the event's code or else the flow's, “{key}” for "
        "the number of the order or shipment.",
    )
    broker_declare = fields.Boolean(
        "Make the exchange",
        tracking=True,
        help="Where it is missing it is made, as a durable topic exchange. Otherwise it must be "
        "there.",
    )
    broker_mandatory = fields.Boolean(
        "A queue must take it",
        default=True,
        tracking=True,
        help="What no queue takes counts as not sent and is tried again. Without this the broker "
        "throws it away: right where receivers choose some messages and nobody wants the others.",
    )
    broker_mode = fields.Selection(
        [
            (broker_message.STRUCTURED, "Whole, as JSON (structured)"),
            (broker_message.BINARY, "Data alone, the rest in headers (binary)"),
        ],
        string="CloudEvents",
        required=True,
        default=broker_message.STRUCTURED,
        tracking=True,
        help="How events are packed. Structured is what webhooks get, too.",
    )
    broker_problem = fields.Char(compute="_compute_broker_problem")

    @api.depends("url")
    def _compute_is_broker(self):
        for flow in self:
            flow.is_broker = broker_address.is_broker(flow.url)

    @api.depends("url", "connection_id.access_ids.kind")
    def _compute_broker_problem(self):
        for flow in self:
            flow.broker_problem = flow._broker_problem() if flow.is_broker else False

    def _broker_problem(self):
        """What must be mended before anything can be sent, in the user's words, or False."""
        try:
            library()
        except MissingLibrary:
            return self.env._(
                "This server cannot speak to message brokers: the Python package kombu is missing. "
                "Have it installed (pip install kombu), and Odoo restarted."
            )
        if "basic" not in self.connection_id.access_ids.mapped("kind"):
            return self.env._(
                "A message broker asks for a user name and a password: add them to “Our access” of "
                "the connection."
            )
        return False

    # -- checks -------------------------------------------------------------------------------

    @api.constrains("url", "ask_url")
    def _check_url(self):
        brokers = self.filtered("is_broker")
        for flow in brokers:
            try:
                broker_address.parse_address(flow.url)
            except Refusal as error:
                raise ValidationError(
                    self.env._(
                        "The address of “%(name)s” cannot be used: %(why)s",
                        name=flow.name,
                        why=error,
                    )
                ) from None
        return super(LogisticsFlow, self - brokers)._check_url()

    @api.constrains(
        "url", "broker_exchange", "broker_routing_key", "broker_declare", "repeat", "ack"
    )
    def _check_broker(self):
        for flow in self.filtered("is_broker"):
            if flow.repeat == "ask" or flow.ack in ("answer", "poll"):
                raise ValidationError(
                    self.env._(
                        "“%s”: a message broker answers that it keeps a message, and cannot be "
                        "asked for more.",
                        flow.name,
                    )
                )
            if flow.broker_declare and (flow.broker_exchange or "").startswith("amq."):
                raise ValidationError(
                    self.env._("“%s”: names that begin with “amq.” are the broker's.", flow.name)
                )
            try:
                broker_address.check_name(flow.broker_exchange or "", "The exchange")
                broker_address.check_routing_key(flow.broker_routing_key or "")
            except Refusal as error:
                text = self.env._("%(name)s: %(error)s", name=flow.name, error=error)
                raise ValidationError(text) from None

    # -- the test -----------------------------------------------------------------------------

    def action_test_broker(self):
        """Open a connection and look for the exchange; nothing is sent."""
        self.ensure_one()
        self.check_access("write")
        is_good, text = self._test_broker()
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "title": self.env._("It works") if is_good else self.env._("It does not work"),
                "message": text,
                "type": "success" if is_good else "danger",
                "sticky": not is_good,
            },
        }

    def _test_broker(self):
        """:return: whether messages would be taken, and that in words"""
        connection, flow = self.connection_id, self.sudo()
        place = broker_reply.Place("", flow.broker_exchange)
        caller = connection._make_caller()
        try:
            address = broker_address.parse_address(flow.url)
            place = broker_reply.Place(address.vhost, flow.broker_exchange)
            login = caller.login(flow.url)
            http, options = self.env["logistics.http"], caller.client_options()
            with http._broker_client(TEST_LIMITS, **options) as client:
                client.check(address, login, flow.broker_exchange)
        except CallError as error:
            if flow.broker_declare and getattr(error, "step", "") == broker_reply.LOOKING:
                return True, self.env._("The broker lets us in. The exchange is made when needed.")
            return False, caller.mask(judge(error, place).text)
        except (NoAccess, ValueError) as error:
            return False, caller.mask(str(error))
        words = self.env._(
            "The broker lets us in, and the exchange “%s” is there. Nothing was sent.",
            flow.broker_exchange,
        )
        return True, words
