from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL, ormcache

from ..shipment.logistics_shipment import FINAL_STATES

FLOW = "track"
STATES = [
    ("wanted", "To be followed"),
    ("asked", "Asked for"),
    ("following", "Followed"),
    ("refused", "Refused"),
    ("ended", "No more"),
]
ENDS = [
    ("over", "It is over"),
    ("silent", "No news for long"),
    ("withdrawn", "The number was taken away"),
]
# A number is followed once for a shipment: by the first connection that fits.
ENROL = """
INSERT INTO logistics_tracker (connection_id, company_id, shipment_id, number, carrier, state,
    next_at, refusals)
SELECT DISTINCT ON (s.id, f.value_key) t.connection_id, s.company_id, s.id, f.value_key, t.carrier,
       'wanted', now() AT TIME ZONE 'UTC', 0
FROM (%(targets)s) t
JOIN logistics_shipment s ON s.id = t.shipment_id
JOIN logistics_shipment_reference f ON f.shipment_id = s.id AND f.type = 'tracking'
     AND (f.valid_to IS NULL OR f.valid_to >= current_date)
WHERE s.state <> ALL(%(final)s) AND %(which)s
ORDER BY s.id, f.value_key, t.connection_id
ON CONFLICT (shipment_id, number) DO NOTHING
"""
# Of the shipments that name the carrier itself.
BY_ISSUER = """
SELECT s.id AS shipment_id, %s::integer AS connection_id, '' AS carrier FROM logistics_shipment s
WHERE s.issuer = %s AND s.company_id = ANY(%s)
"""
# Rows that are being worked are left alone: they are looked at when their time comes.
END = """
UPDATE logistics_tracker SET state = 'ended', ended = 'over', next_at = NULL
WHERE id IN (SELECT id FROM logistics_tracker WHERE shipment_id = ANY(%s) AND state <> 'ended'
             ORDER BY id FOR UPDATE SKIP LOCKED)
"""


class LogisticsTracker(models.Model):
    """A tracking number of which a provider shall tell us: asked for when it is known, and anew
    before it ends (``core/tracker.py``). Which connection follows it: the delivery method says so,
    else it is that of the carrier itself."""

    _name = "logistics.tracker"
    _description = "Followed Number"
    _log_access = False
    _order = "id desc"
    _rec_name = "number"
    _logistics_scope = "logistics.shipment.charge"  # narrowed as what hangs on a shipment

    number = fields.Char(required=True, readonly=True, index=True)
    carrier = fields.Char("Carrier's name there", readonly=True)
    shipment_id = fields.Many2one(
        "logistics.shipment", required=True, readonly=True, ondelete="cascade"
    )
    company_id = fields.Many2one("res.company", readonly=True, index=True)
    connection_id = fields.Many2one(
        "logistics.connection", "Followed by", required=True, readonly=True, ondelete="cascade"
    )
    state = fields.Selection(STATES, required=True, readonly=True)
    next_at = fields.Datetime(
        "Looked at next", readonly=True, help="Asked for then, or asked for anew, or ended."
    )
    followed_at = fields.Datetime("Followed since", readonly=True)
    until = fields.Datetime("Ends", readonly=True, help="Asked for anew a day before.")
    external_id = fields.Char("Their id", readonly=True)
    message_id = fields.Many2one(
        "logistics.message", "Last asked with", readonly=True, index="btree_not_null"
    )
    refusals = fields.Integer("Refused in a row", readonly=True)
    problem = fields.Char(readonly=True)
    ended = fields.Selection(ENDS, "No more, because", readonly=True)

    _number_uniq = models.UniqueIndex("(shipment_id, number)")
    _due = models.Index("(connection_id, next_at) WHERE next_at IS NOT NULL")

    # -- who is followed ----------------------------------------------------------------------

    @api.model
    @ormcache()
    def _at_work(self):
        """The connections that follow: ``((connection id, provider's code, company ids), …)``."""
        flows = self.env["logistics.flow"].sudo().search([("code", "=", FLOW)], order="id")
        return tuple(
            (
                connection.id,
                connection.provider_id.code,
                tuple(connection._served_companies().ids),
            )
            for connection in flows.connection_id
            if connection.active and connection._trackers()
        )

    @api.model
    def _targets(self):
        """Which shipment is followed by which connection, the first to be believed first: SQL
        queries of (shipment_id, connection_id, carrier)."""
        by_issuer = [
            SQL(BY_ISSUER, connection, code, list(companies))
            for connection, code, companies in self._at_work()
        ]
        return [SQL(" UNION ALL ").join(by_issuer)]

    @api.model
    def _enrol(self, shipments=None):
        """Have the numbers of open shipments followed, where somebody does it; what is known
        stays as it is.

        :param shipments: these only
        """
        if not self._at_work() or (shipments is not None and not shipments):
            return
        self.env.flush_all()
        which = SQL("TRUE") if shipments is None else SQL("s.id = ANY(%s)", list(shipments.ids))
        for targets in self._targets():
            self.env.cr.execute(SQL(ENROL, targets=targets, final=list(FINAL_STATES), which=which))
        self.env["logistics.tracker"].invalidate_model()

    @api.model
    def _move(self, shipments):
        """Another carrier has them now, or another one follows them."""
        if self._at_work() and shipments:
            self.sudo().search([("shipment_id", "in", shipments.ids)]).unlink()
            self._enrol(shipments)

    @api.model
    def _end(self, shipments):
        """Nothing more is expected of these. It is on the way of every message: one statement."""
        if shipments and self._at_work():
            self.env.cr.execute(END, (list(shipments.ids),))
            self.env["logistics.tracker"].invalidate_model()

    @api.model
    def _anew(self, connection):
        """What the provider was given is worth nothing any more: all is asked for again."""
        self.sudo().search(
            [("connection_id", "=", connection.id), ("state", "in", ("following", "asked"))]
        ).write({"next_at": fields.Datetime.now(), "state": "wanted"})

    def action_ask_again(self):
        """Ask for these at once, also where the provider has refused them."""
        self.check_access("read")
        if not self.env.user.has_group("logistics_connector_base.group_logistics_manager"):
            raise UserError(self.env._("Only managers of Logistics can ask partners by hand."))
        self.sudo().filtered(lambda row: row.state in ("refused", "following", "wanted")).write(
            {"state": "wanted", "refusals": 0, "next_at": fields.Datetime.now()}
        )
        return True
