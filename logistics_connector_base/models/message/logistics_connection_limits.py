from dataclasses import replace

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ...core.jsonsafe import MAX_DEPTH, check_depth
from ...core.token_bucket import Rate
from ...intake.limits import CEILING_BYTES, Limits

CEILING_KILOBYTES = CEILING_BYTES // 1024


class LogisticsConnection(models.Model):
    """What one partner may send: its trouble stays its own (law 10)."""

    _inherit = "logistics.connection"

    max_kilobytes = fields.Integer(
        "Largest (kB)",
        required=True,
        default=1024,
        tracking=True,
        help="Larger messages are answered with 413 and not taken. At most 5120.",
    )
    rate_limit = fields.Integer(
        "Messages a second",
        required=True,
        default=100,
        tracking=True,
        help="On the average; what comes faster is answered with 429 and sent again later. "
        "All servers keep this rate together. 0: no limit.",
    )
    rate_burst = fields.Integer(
        "At once",
        required=True,
        default=1000,
        tracking=True,
        help="So many may come at once after a quiet time. Many partners send in bursts, for "
        "example after a night's run.",
    )
    high_water = fields.Integer(
        "Most waiting",
        required=True,
        default=200_000,
        tracking=True,
        help="While so many messages of this partner wait to be processed, new ones are answered "
        "with 503 and sent again later. 0: no limit.",
    )
    max_depth = fields.Integer(
        "Deepest JSON",
        required=True,
        default=MAX_DEPTH,
        tracking=True,
        help="Levels of objects and lists inside each other. Deeper messages are kept and shown as "
        "not readable. At most 64.",
    )
    refusal_ids = fields.One2many("logistics.refusal", "connection_id", readonly=True)
    is_limited = fields.Boolean(
        compute="_compute_is_limited", help="A limit keeps messages out at present."
    )

    @api.depends("refusal_ids.last_at")
    def _compute_is_limited(self):
        open_exceptions = self.env["logistics.exception"]._read_group(
            [
                ("connection_id", "in", self.ids),
                ("type_id.code", "=", "limit_reached"),
                ("is_open", "=", True),
            ],
            ["connection_id"],
        )
        limited = {connection.id for (connection,) in open_exceptions}
        for connection in self:
            connection.is_limited = connection.id in limited

    @api.constrains("max_kilobytes", "rate_limit", "rate_burst", "high_water", "max_depth")
    def _check_limits(self):
        for connection in self:
            if not 1 <= connection.max_kilobytes <= CEILING_KILOBYTES:
                raise ValidationError(
                    self.env._(
                        "The largest message must be between 1 and %s kB.", CEILING_KILOBYTES
                    )
                )
            if not 1 <= connection.max_depth <= MAX_DEPTH:
                raise ValidationError(
                    self.env._("The deepest JSON must be between 1 and %s levels.", MAX_DEPTH)
                )
            if connection.rate_limit < 0 or connection.high_water < 0:
                raise ValidationError(self.env._("A limit cannot be negative. 0 means no limit."))
            if connection.rate_limit and connection.rate_burst < 1:
                raise ValidationError(self.env._("At least one message must be allowed at once."))

    def _check_depth(self, body):
        """Refuse a JSON body (bytes) that is nested deeper than this partner's may be. No parser of
        ours takes more than the default.

        :raises ParseError: it is
        """
        if self.max_depth < MAX_DEPTH and body.lstrip()[:1] in (b"{", b"["):
            check_depth(body, self.max_depth)

    def _make_profile(self):
        rate = Rate(self.rate_limit, self.rate_burst) if self.rate_limit else None
        limits = Limits(
            max_bytes=min(self.max_kilobytes * 1024, CEILING_BYTES),
            rate=rate,
            high_water=self.high_water,
        )
        return replace(super()._make_profile(), limits=limits)
