from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ...core import netguard, polling
from ...core.masking import is_secret_in_query
from ...core.poll_interval import Rules
from ...outbox.lanes import SLOTS

BOUNDS = {
    "shortest_minutes": (1, 60 * 24 * 7),
    "longest_minutes": (1, 60 * 24 * 7),
    "overlap_minutes": (0, 60 * 24 * 7),
    "page_size": (1, 5000),
    "grace_days": (0, 365),
    "silent_days": (1, 365),
    "senders": (1, SLOTS),
    "timeout": (1, 100),
    "breaker_limit": (0, 1000),
    "breaker_pause": (1, 86400),
    "breaker_longest": (1, 86400),
}


class LogisticsPoll(models.Model):
    """One thing that we ask a partner for from time to time. It stands behind the webhooks, because
    partners lose some; or in their place, where there are none. How far it has come is written by
    its askers, in tables of their own."""

    _name = "logistics.poll"
    _description = "Logistics Poll"
    _inherit = ["mail.thread"]
    _order = "connection_id, name, id"
    _check_company_auto = True

    name = fields.Char(required=True, translate=True, tracking=True)
    active = fields.Boolean(default=True, tracking=True)
    connection_id = fields.Many2one(
        "logistics.connection", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="connection_id.company_id", store=True, index=True)
    kind = fields.Selection(
        [
            (polling.SHIPMENT, "Shipment by shipment"),
            (polling.FEED, "Everything since the last time"),
        ],
        string="What is asked",
        required=True,
        default=polling.SHIPMENT,
        tracking=True,
        help="By the tracking numbers of open shipments, or for all that the partner has recorded "
        "since a moment. Which of them there is depends on the provider.",
    )
    url = fields.Char(
        "Address",
        required=True,
        tracking=True,
        help="Without keys: those belong on the connection's page “Our access”.",
    )
    timeout = fields.Integer("Time-out (s)", required=True, default=30, tracking=True)
    shortest_minutes = fields.Integer(
        "At most every (min)",
        required=True,
        default=15,
        tracking=True,
        help="The shortest pause: of a shipment that is out for delivery, or of a feed that brings "
        "something each time.",
    )
    longest_minutes = fields.Integer(
        "At least every (min)",
        required=True,
        default=1440,
        tracking=True,
        help="The longest pause: of a shipment whose webhooks come, or that has had no news for "
        "long. So late at most is found what a webhook has lost.",
    )

    # a feed
    overlap_minutes = fields.Integer(
        "Overlap (min)",
        required=True,
        default=60,
        tracking=True,
        help="Each reading begins so long before the end of the last one: what the partner shows "
        "late, with an earlier time, is still seen. What is read twice counts once.",
    )
    start_at = fields.Datetime(
        "From",
        required=True,
        default=lambda self: fields.Datetime.now() - timedelta(days=1),
        tracking=True,
        help="Where the very first reading begins.",
    )
    page_size = fields.Integer(
        "Entries a page", required=True, default=100, tracking=True, help="Where they can be told."
    )

    # shipment by shipment
    grace_days = fields.Integer(
        "After delivery (days)",
        required=True,
        default=3,
        tracking=True,
        help="A delivered shipment is asked about for so long: for its proof of delivery, and for "
        "corrections.",
    )
    silent_days = fields.Integer(
        "Without news (days)",
        required=True,
        default=30,
        tracking=True,
        help="A shipment that nobody has told anything new of for so long is asked about no more.",
    )
    senders = fields.Integer("Calls at a time", required=True, default=1, tracking=True)

    # trouble
    breaker_limit = fields.Integer(
        "Pause after failures",
        required=True,
        default=5,
        tracking=True,
        help="So many calls in a row that fail, and only one is made now and then, to see whether "
        "the partner is back. 0: never.",
    )
    breaker_pause = fields.Integer(
        "Try again after (s)", required=True, default=60, tracking=True, help="Doubles each time."
    )
    breaker_longest = fields.Integer(
        "At least every (s)", required=True, default=3600, tracking=True
    )

    # -- what the provider says ---------------------------------------------------------------

    def _declared(self):
        """What the provider declares of this kind of poll (``core.polling``).

        :raises UserError: it cannot be asked so
        """
        self.ensure_one()
        provider = self.connection_id.provider_id
        declared = provider._handler()._polls().get(self.kind)
        if declared is None:
            labels = dict(self._fields["kind"]._description_selection(self.env))
            raise UserError(
                self.env._(
                    "“%(provider)s” cannot be asked so: %(kind)s.",
                    provider=provider.name,
                    kind=labels[self.kind],
                )
            )
        choose = getattr(declared, "at", None)
        return choose(self.url or "") if choose else declared

    @api.onchange("connection_id", "kind")
    def _onchange_connection_id(self):
        provider = self.connection_id.provider_id
        if not provider:
            return
        polls = provider._handler()._polls()
        if self.kind not in polls and len(polls) == 1:
            (self.kind,) = polls
        if self.kind in polls:
            known = {url for poll in polls.values() for url in poll.urls.values()}
            if not self.url or self.url in known:
                self.url = polls[self.kind].urls.get(self.connection_id.environment)
        self.name = self.name or self.env._("Sweep of %s", provider.name)

    # -- checks -------------------------------------------------------------------------------

    @api.constrains("kind", "connection_id")
    def _check_kind(self):
        for poll in self:
            try:
                poll._declared()
            except UserError as error:
                raise ValidationError(str(error)) from None

    @api.constrains("url", "connection_id", "kind")
    def _check_url(self):
        for poll in self:
            try:
                netguard.parse_target(poll.url)
                if is_secret_in_query(poll.url):
                    text = self.env._("it holds a key; store it under “Our access” instead")
                    raise ValueError(text)
            except (netguard.Refusal, ValueError) as error:
                raise ValidationError(
                    self.env._(
                        "The address of “%(name)s” cannot be used: %(why)s",
                        name=poll.name,
                        why=error,
                    )
                ) from None
            try:
                poll._check_place()
            except UserError as error:
                raise ValidationError(str(error)) from None

    def _check_place(self):
        """A connection for tests must not ask the partner's live system.

        :raises UserError: it would
        """
        self.ensure_one()
        urls = self._declared().urls
        live = [urls[polling.LIVE]] if polling.LIVE in urls else []
        hosts = {netguard.parse_target(url).host for url in live}
        if (
            self.connection_id.environment == polling.TEST
            and netguard.parse_target(self.url).host in hosts
        ):
            raise UserError(
                self.env._(
                    "“%s” belongs to a connection for tests and must not ask the partner's live "
                    "system.",
                    self.name,
                )
            )

    @api.constrains(*BOUNDS)
    def _check_numbers(self):
        for poll in self:
            for name, (least, most) in BOUNDS.items():
                if not least <= poll[name] <= most:
                    raise ValidationError(
                        self.env._(
                            "“%(field)s” of “%(name)s” must be between %(least)s and %(most)s.",
                            field=self._fields[name].string,
                            name=poll.name,
                            least=least,
                            most=most,
                        )
                    )
            if poll.shortest_minutes > poll.longest_minutes:
                raise ValidationError(
                    self.env._("“%s”: the shortest pause is longer than the longest.", poll.name)
                )

    def _pace(self):
        self.ensure_one()
        return Rules(
            self.shortest_minutes * 60.0,
            self.longest_minutes * 60.0,
            float(self.grace_days),
            float(self.silent_days),
        )

    # -- life ---------------------------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        polls = super().create(vals_list)
        self.env["logistics.poll.progress"].sudo()._make(polls)
        self._has_changed()
        polls._enrol()
        return polls

    def write(self, vals):
        result = super().write(vals)
        self._has_changed()
        if {"active", "kind", "connection_id"} & set(vals):
            idle = self.filtered(lambda poll: not poll.active or poll.kind != "shipment")
            self.env["logistics.poll.shipment"].sudo()._close(idle)
            self._enrol()
        return result

    def unlink(self):
        self._has_changed()
        return super().unlink()

    def _has_changed(self):
        self.env.registry.clear_cache()
        self.env["logistics.outbox"]._wake_after_commit()

    def _enrol(self):
        """Put the open shipments that these polls are for on their lists."""
        self.env["logistics.poll.shipment"].sudo()._enrol(self)
