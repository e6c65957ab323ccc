from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

from ...core.stream import Gap, Seen, from_one, hear

OPEN = """
INSERT INTO logistics_message_stream (connection_id, company_id, name, start, highest, patience)
VALUES %s ON CONFLICT (connection_id, name) DO NOTHING
"""
PATIENCE = 15


class LogisticsMessageStream(models.Model):
    """How far a partner has counted its messages, where it does: a number that does not come is a
    message that got lost."""

    _name = "logistics.message.stream"
    _description = "Counter of a Partner's Messages"
    _order = "connection_id, name"
    _log_access = False
    _logistics_scope = "logistics.code.coverage"  # narrowed as what belongs to a connection

    connection_id = fields.Many2one(
        "logistics.connection", required=True, readonly=True, ondelete="cascade"
    )
    company_id = fields.Many2one("res.company", required=True, readonly=True, index=True)
    name = fields.Char("Counter", required=True, readonly=True)
    start = fields.Float("Heard from", digits=(19, 0), readonly=True)
    highest = fields.Float("Heard up to", digits=(19, 0), readonly=True)
    early = fields.Json("Early numbers", readonly=True)  # ranges below start, see core/stream.py
    heard_at = fields.Datetime("Last message", readonly=True)
    patience = fields.Integer(
        "Patience (min)",
        required=True,
        default=PATIENCE,
        help="A number that is missing for longer is told to a person. Messages overtake each "
        "other, and a partner sends again what was not acknowledged.",
    )
    gap_ids = fields.One2many("logistics.message.gap", "stream_id", "Missing", readonly=True)
    missing = fields.Integer("Messages missing", compute="_compute_missing")

    _name_uniq = models.Constraint(
        "UNIQUE(connection_id, name)", "This counter of the partner is there already."
    )

    @api.depends("gap_ids")
    def _compute_missing(self):
        for stream in self:
            stream.missing = sum(gap.last - gap.first + 1 for gap in stream.gap_ids)

    @api.model
    def _take_statements(self, told):
        """Note numbers that came.

        :param told: list of (message, Mark)
        :return: nothing to report: what is missing may be on its way
        """
        numbers = {}
        for message, mark in told:
            owner = (message.connection_id.id, mark.stream)
            numbers.setdefault(owner, []).append((mark.number, message))
        # In one order, as all that lanes lock.
        for (connection_id, name), heard in sorted(numbers.items(), key=lambda pair: pair[0]):
            company_id = heard[0][1].connection_id.company_id.id
            values = [(connection_id, company_id, name, 0, 0, PATIENCE)]
            self.env.cr.execute_values(OPEN, values)
            self._hear(connection_id, name, [number for number, _message in heard])
        return []

    @api.model
    def _hear(self, connection_id, name, numbers):
        self.env.flush_all()
        self.env.cr.execute(
            "SELECT id FROM logistics_message_stream WHERE connection_id = %s AND name = %s "
            "FOR NO KEY UPDATE",
            (connection_id, name),
        )
        stream = self.browse(self.env.cr.fetchone()[0])
        stream.invalidate_recordset()
        before = stream._seen()
        seen = before
        for number in numbers:
            seen = hear(seen, number)
        stream._write_seen(before, seen)
        stream.heard_at = fields.Datetime.now()

    def _seen(self):
        gaps = sorted(Gap(int(gap.first), int(gap.last)) for gap in self.gap_ids)
        early = tuple((first, last) for first, last in self.early or ())
        return Seen(int(self.start), int(self.highest), tuple(gaps), early)

    def _write_seen(self, before, seen):
        """
        :param Seen before: what the record has
        """
        self.write(
            {"start": seen.start, "highest": seen.highest, "early": list(seen.early) or False}
        )
        if seen.gaps != before.gaps:
            known = {Gap(int(gap.first), int(gap.last)): gap for gap in self.gap_ids}
            self._write_gaps(known, seen.gaps, fields.Datetime.now())

    def _write_gaps(self, known, gaps, now):
        """What is left of a gap is as old as it was."""
        created = []
        for gap in set(gaps) - known.keys():
            origin = next(
                (row for old, row in known.items() if old.first <= gap.first <= old.last), None
            )
            created.append(
                {
                    "stream_id": self.id,
                    "connection_id": self.connection_id.id,
                    "company_id": self.company_id.id,
                    "first": gap.first,
                    "last": gap.last,
                    "since": origin.since if origin else now,
                }
            )
        rows = self.env["logistics.message.gap"].create(created)
        gone = rows.browse(row.id for gap, row in known.items() if gap not in gaps)
        gone.unlink()

    def _heal(self):
        self.env["logistics.exception"]._resolve_keys(
            [f"stream:{stream.id}" for stream in self], self.env._("All its messages have come.")
        )

    # -- what is missing ----------------------------------------------------------------------

    @api.model
    def _sweep(self):
        """Cron, each five minutes: tell a person of numbers that did not come in time, and close
        the cases of those that did."""
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT s.id FROM logistics_message_stream s
                WHERE EXISTS (SELECT 1 FROM logistics_message_gap g WHERE g.stream_id = s.id
                              AND g.since < %s - make_interval(mins => s.patience))
                """,
                fields.Datetime.now(),
            )
        )
        streams = self.browse(row[0] for row in rows)
        told = self.env["logistics.exception"].search(
            [("type_code", "=", "message_gap"), ("is_open", "=", True)]
        )
        whole = self.search(
            [("connection_id", "in", told.connection_id.ids), ("gap_ids", "=", False)]
        )
        whole._heal()
        self.env["logistics.exception"]._report([stream._trouble() for stream in streams])

    def _trouble(self):
        late = fields.Datetime.now() - timedelta(minutes=self.patience)
        gaps = self.gap_ids.filtered(lambda gap: gap.since < late).sorted("first")
        ranges = ", ".join(gap.display_name for gap in gaps[:20])
        return {
            "type": "message_gap",
            "key": f"stream:{self.id}",
            "name": self.env._(
                "%(partner)s: messages missing (%(ranges)s)",
                partner=self.connection_id.name,
                ranges=ranges,
            )[:200],
            "company_id": self.company_id.id,
            "connection_id": self.connection_id.id,
            "provider": self.connection_id.provider_id.code,
            "reference": self.name or False,
            "detail": self.env._(
                "It counted to %(highest)s, and these never came: %(ranges)s.",
                highest=int(self.highest),
                ranges=ranges,
            ),
        }

    def action_forget_gaps(self):
        """A person knows that these will never come, or were sent in another way."""
        self.check_access("write")
        self.sudo().gap_ids.unlink()
        self.sudo()._heal()
        return True

    def action_from_one(self):
        """The partner has counted from 1: what was told before the first number that was heard is
        missing. Nobody but a person knows: a connection may begin in the middle of a count."""
        self.check_access("write")
        self.sudo().lock_for_update()
        self.invalidate_recordset()
        for stream in self.sudo():
            before = stream._seen()
            stream._write_seen(before, from_one(before))
        return True

    def action_restart(self):
        """The partner counts anew: the next number is the first one."""
        self.check_access("write")
        self.sudo().gap_ids.unlink()
        self.sudo().write({"start": 0, "highest": 0, "early": False})
        self.sudo()._heal()
        return True
