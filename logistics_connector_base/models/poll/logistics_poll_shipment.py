from odoo import api, fields, models
from odoo.tools import ormcache

from ..shipment.logistics_shipment import FINAL_STATES

ENDS = [
    ("delivered", "It is over"),
    ("cancelled", "It is cancelled"),
    ("silent", "No news for long"),
    ("forgotten", "They do not know the number any more"),
    ("numberless", "It has no tracking number"),
]
# Asked about by the first poll that fits, spread over the first minute. What ended for want of a
# number goes on.
ENROL = """
INSERT INTO logistics_poll_shipment AS r (poll_id, shipment_id, company_id, begun_at, next_at,
    quiet, unknown, asks, is_forced)
SELECT %(poll)s, s.id, s.company_id, now() AT TIME ZONE 'UTC',
       now() AT TIME ZONE 'UTC' + random() * interval '1 minute', 0, 0, 0, FALSE
FROM logistics_shipment s
WHERE s.issuer = %(issuer)s AND s.company_id = ANY(%(companies)s) AND s.state <> ALL(%(final)s)
      AND (%(ids)s::integer[] IS NULL OR s.id = ANY(%(ids)s::integer[]))
      AND EXISTS (SELECT 1 FROM logistics_shipment_reference f
                  WHERE f.shipment_id = s.id AND f.type = 'tracking')
      AND NOT EXISTS (SELECT 1 FROM logistics_poll_shipment k
                      WHERE k.shipment_id = s.id AND k.ended IS DISTINCT FROM 'numberless')
ORDER BY s.id
ON CONFLICT (shipment_id) DO UPDATE SET next_at = EXCLUDED.next_at, ended = NULL, ended_at = NULL,
    begun_at = EXCLUDED.begun_at
WHERE r.ended = 'numberless'
"""
# Another carrier's shipment now, or of a poll that is archived: it may come on another list.
LEAVE = """
DELETE FROM logistics_poll_shipment r
USING logistics_shipment s, logistics_poll p, logistics_connection c, logistics_provider v
WHERE s.id = r.shipment_id AND p.id = r.poll_id AND c.id = p.connection_id
      AND v.id = c.provider_id AND s.id = ANY(%s)
      AND (s.issuer IS DISTINCT FROM v.code OR NOT p.active)
"""
# What is over stays, for people to read.
CLOSE = "DELETE FROM logistics_poll_shipment WHERE poll_id = ANY(%s) AND next_at IS NOT NULL"
# Something changed: whether it is to be asked about again, or sooner where its state is another one
# now, is judged in a minute. Locked in one order; one that is being asked about is left alone.
STIR = """
WITH stirred AS MATERIALIZED (
    SELECT id FROM logistics_poll_shipment
    WHERE shipment_id = ANY(%(changed)s)
          AND (next_at IS NULL OR shipment_id = ANY(%(moved)s)
               AND next_at > now() AT TIME ZONE 'UTC' + interval '1 minute')
    ORDER BY id FOR UPDATE SKIP LOCKED
)
UPDATE logistics_poll_shipment r
SET next_at = now() AT TIME ZONE 'UTC' + interval '1 minute', ended = NULL, ended_at = NULL
FROM stirred WHERE r.id = stirred.id
"""
ASK_NOW = """
UPDATE logistics_poll_shipment SET next_at = now() AT TIME ZONE 'UTC', is_forced = TRUE,
    begun_at = now() AT TIME ZONE 'UTC', unknown = 0, ended = NULL, ended_at = NULL
WHERE shipment_id = ANY(%s) RETURNING shipment_id
"""


class LogisticsPollShipment(models.Model):
    """When a partner is asked about a shipment next, or why no more. Written by the askers, in
    READ COMMITTED; what decides is the shipment's own story (``core/poll_interval.py``)."""

    _name = "logistics.poll.shipment"
    _description = "Shipment That Is Asked About"
    _log_access = False
    _order = "next_at, id"
    _rec_name = "shipment_id"

    poll_id = fields.Many2one("logistics.poll", required=True, readonly=True, ondelete="cascade")
    shipment_id = fields.Many2one(
        "logistics.shipment", required=True, readonly=True, ondelete="cascade"
    )
    company_id = fields.Many2one("res.company", readonly=True, index=True)
    shipment_state = fields.Selection(related="shipment_id.state", string="State")
    begun_at = fields.Datetime("Since", required=True, readonly=True)
    next_at = fields.Datetime("Next", readonly=True)
    asked_at = fields.Datetime("Last asked", readonly=True)
    asks = fields.Integer("Times asked", readonly=True)
    quiet = fields.Integer("Without news", readonly=True, help="Polls in a row.")
    unknown = fields.Integer("Number not known", readonly=True, help="Answers in a row.")
    is_forced = fields.Boolean("A person's wish", readonly=True)
    error = fields.Char(readonly=True)
    ended = fields.Selection(ENDS, "No more, because", readonly=True)
    ended_at = fields.Datetime(readonly=True)

    _shipment_uniq = models.UniqueIndex("(shipment_id)")
    # What is due, however many shipments there are.
    _due = models.Index("(poll_id, next_at) WHERE next_at IS NOT NULL")

    @api.model
    @ormcache()
    def _polls_at_work(self):
        """Polls by shipments: ``((poll id, issuer, company ids), …)``."""
        polls = self.env["logistics.poll"].sudo().search([("kind", "=", "shipment")], order="id")
        return tuple(
            (
                poll.id,
                poll.connection_id.provider_id.code,
                tuple(poll.connection_id._served_companies().ids),
            )
            for poll in polls
            if poll.connection_id.active
        )

    @api.model
    def _enrol(self, polls=None, shipments=None):
        """Put open shipments on the lists of the polls that fit them; those that are on a list stay
        there.

        :param polls: of these only
        :param shipments: these only
        """
        found = [row for row in self._polls_at_work() if polls is None or row[0] in polls.ids]
        if not found or (shipments is not None and not shipments):
            return
        self.env.flush_all()
        for poll_id, issuer, companies in found:
            self.env.cr.execute(
                ENROL,
                {
                    "poll": poll_id,
                    "issuer": issuer,
                    "companies": list(companies),
                    "final": list(FINAL_STATES),
                    "ids": None if shipments is None else list(shipments.ids),
                },
            )
        self._after_sql()

    @api.model
    def _move(self, shipments):
        """Put shipments on the list where they belong, whatever list they are on."""
        if self._polls_at_work() and shipments:
            self.env.flush_all()
            self.env.cr.execute(LEAVE, (list(shipments.ids),))
            self._enrol(shipments=shipments)

    @api.model
    def _close(self, polls):
        """These polls are archived: others may ask about their shipments."""
        self.env.flush_all()
        self.env.cr.execute(CLOSE, (list(polls.ids),))
        self._after_sql()
        self._enrol()

    @api.model
    def _stir(self, changed, moved):
        """Something changed on these shipments; of those that have ``moved``, the state.

        This is on the way of every message: one statement, by an index.
        """
        if changed and self._polls_at_work():
            self.env.cr.execute(STIR, {"changed": changed.ids, "moved": moved.ids})
            self.env["logistics.poll.shipment"].invalidate_model()

    @api.model
    def _ask_now(self, shipments):
        """Ask about these at once, also where it had ended.

        :return: the shipments that nobody can be asked about
        """
        self._move(shipments)
        self.env.flush_all()
        self.env.cr.execute(ASK_NOW, (list(shipments.ids),))
        found = {row[0] for row in self.env.cr.fetchall()}
        self._after_sql()
        return shipments.filtered(lambda shipment: shipment.id not in found)

    def _after_sql(self):
        self.env["logistics.poll.shipment"].invalidate_model()
        self.env["logistics.outbox"]._wake_after_commit()
