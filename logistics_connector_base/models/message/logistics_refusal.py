from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ...intake.clerk import LEVEL_TABLE
from ...intake.limits import BUCKET_TABLE

KEEP_DAYS = 90
QUIET_MINUTES = 5  # without a refusal: the trouble is over


class LogisticsRefusal(models.Model):
    """How many messages were kept out on one day: authentic ones by a limit, others because they
    did not prove who sends them. Partners send them again."""

    _name = "logistics.refusal"
    _description = "Refused Logistics Messages"
    _log_access = False
    _order = "day desc, last_at desc, id desc"
    _rec_name = "kind"

    connection_id = fields.Many2one(
        "logistics.connection", required=True, readonly=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="connection_id.company_id", store=True, index=True)
    day = fields.Date(required=True, readonly=True, help="In UTC.")
    kind = fields.Selection(
        [
            ("size", "Larger than allowed"),
            ("rate", "Too many at a time"),
            ("high_water", "Too many waiting of this partner"),
            ("full", "Too many waiting in all"),
            ("proof", "Proof did not fit"),
        ],
        string="Why",
        required=True,
        readonly=True,
    )
    count = fields.Integer("Refused", required=True, readonly=True)
    first_at = fields.Datetime("First", required=True, readonly=True)
    last_at = fields.Datetime("Last", required=True, readonly=True)
    detail = fields.Char("Of the last one", readonly=True)

    _day_uniq = models.UniqueIndex("(connection_id, day, kind)")

    def init(self):
        self.env.cr.execute(BUCKET_TABLE)
        self.env.cr.execute(LEVEL_TABLE)

    @api.model
    def _record(self, refusals, notes=None):
        """Count refused messages, and open or continue one exception for each kind.

        :param Mapping[tuple[int, str], int] refusals: (connection id, kind) → how many
        :param Mapping[tuple[int, str], FailedProof] notes: what the last one lacked
        """
        connections = self.env["logistics.connection"].browse({key[0] for key in refusals}).exists()
        now = fields.Datetime.now()
        for (connection_id, kind), count in sorted(refusals.items()):
            connection = connections.filtered(lambda c, wanted=connection_id: c.id == wanted)
            if not connection:  # deleted meanwhile
                continue
            note = (notes or {}).get((connection_id, kind))
            detail = self._proof_words(connection, note) if note else None
            self.env.execute_query(
                SQL(
                    """
                    INSERT INTO logistics_refusal AS r
                        (connection_id, company_id, day, kind, count, first_at, last_at,
                         detail)
                    VALUES (%(connection)s, %(company)s, %(now)s::date, %(kind)s, %(count)s,
                            %(now)s, %(now)s, %(detail)s)
                    ON CONFLICT (connection_id, day, kind) DO UPDATE SET
                        count = r.count + EXCLUDED.count, last_at = EXCLUDED.last_at,
                        detail = COALESCE(EXCLUDED.detail, r.detail)
                    RETURNING id
                    """,
                    connection=connection_id,
                    company=connection.company_id.id,
                    now=now,
                    kind=kind,
                    count=count,
                    detail=detail,
                )
            )
            if kind == "proof":
                self._report_proof(connection, count, detail)
            else:
                self._report_limit(connection, kind, count)
        self.invalidate_model()

    def _report_limit(self, connection, kind, count):
        labels = dict(self._fields["kind"]._description_selection(self.env))
        name = self.env._("%(partner)s: %(limit)s", partner=connection.name, limit=labels[kind])
        detail = self._detail(connection, kind)
        self._report(
            connection, "limit_reached", f"limit:{connection.id}:{kind}", name, detail, count
        )

    @api.model
    def _report(self, connection, kind, key, name, detail, count):
        exception = self.env["logistics.exception"]._report(
            [
                {
                    "type": kind,
                    "key": key,
                    "name": name,
                    "company_id": connection.company_id.id,
                    "connection_id": connection.id,
                    "provider": connection.provider_id.code,
                    "detail": detail,
                }
            ]
        )
        # It counts messages, not the times that somebody looked.
        exception.with_context(tracking_disable=True).occurrence_count += count - 1

    def _detail(self, connection, kind):
        """What was refused and why, in the words of the form."""
        texts = {
            "size": self.env._(
                "A message of more than %s kB was refused with 413. The partner cannot send it.",
                connection.max_kilobytes,
            ),
            "rate": self.env._(
                "The partner sent more than %(rate)s messages a second; the surplus was answered "
                "with 429 and is sent again later.",
                rate=connection.rate_limit,
            ),
            "high_water": self.env._(
                "%s messages of this partner wait. New ones were answered with 503 and are sent "
                "again later.",
                connection.high_water,
            ),
            "full": self.env._(
                "The whole inbox is full. New messages were answered with 503 and are sent again "
                "later."
            ),
        }
        return texts[kind]

    @api.model
    def _sweep(self):
        """Cron: what has been quiet for some minutes is over; old counts are dropped."""
        now = fields.Datetime.now()
        self._sweep_proofs(now)
        exceptions = self.env["logistics.exception"]
        over = exceptions.search(
            Domain("type_id.code", "=", "limit_reached")
            & Domain("last_seen_at", "<", now - timedelta(minutes=QUIET_MINUTES))
            & exceptions._troubled()
        )
        if over:
            over._over(self.env._("No message was refused any more."))
        self.search([("day", "<", now.date() - timedelta(days=KEEP_DAYS))], limit=10_000).unlink()
