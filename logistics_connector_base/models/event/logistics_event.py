from operator import itemgetter

from odoo import api, fields, models

from ...core.identity import normalise_number
from ..selections import CLASSIFIERS

# Columns of an event as the inbox writes them, in the order of the INSERT.
COLUMNS = (
    "fingerprint",
    "company_id",
    "warehouse_id",
    "shipment_id",
    "connection_id",
    "message_id",
    "provider",
    "issuer",
    "shipment_key",
    "tracking_number",
    "code_id",
    "reason_id",
    "reason_stated",
    "mapping_id",
    "classifier",
    "raw_code",
    "raw_sub_code",
    "raw_text",
    "source_id",
    "source_base",
    "revision",
    "retracts",
    "corrects",
    "occurred_at",
    "occurred_offset",
    "occurred_precision",
    "zone_assumed",
    "recorded_at",
    "received_at",
    "processed_at",
    "estimated_delivery_at",
    "estimated_delivery_from_at",
    "place_name",
    "city",
    "zip",
    "state_name",
    "country_code",
    "latitude",
    "longitude",
    "stop_sequence",
    "signed_by",
    "is_unmapped",
    "is_implausible",
    "is_disputed",
    "content_key",
    "standing",
)
INSERT = f"""
INSERT INTO logistics_event ({", ".join(COLUMNS)}) VALUES %s
ON CONFLICT (fingerprint) DO NOTHING RETURNING fingerprint, id
"""


class LogisticsEvent(models.Model):
    """A fact: code × classifier × reason, its times and place, and the message it came with. Facts
    are appended; a correction changes the standing of the one it corrects, never its content."""

    _name = "logistics.event"
    _description = "Logistics Event"
    _log_access = False
    _order = "occurred_at desc, id desc"
    _rec_name = "code_id"

    fingerprint = fields.Char(required=True, readonly=True)
    company_id = fields.Many2one("res.company", required=True, readonly=True)
    warehouse_id = fields.Many2one("stock.warehouse", readonly=True, index="btree_not_null")
    shipment_id = fields.Many2one(
        "logistics.shipment", readonly=True, ondelete="restrict", index=True
    )
    connection_id = fields.Many2one("logistics.connection", readonly=True, ondelete="restrict")
    message_id = fields.Many2one(
        "logistics.message", readonly=True, ondelete="set null", index="btree_not_null"
    )
    provider = fields.Char(required=True, readonly=True)
    issuer = fields.Char(required=True, readonly=True)
    shipment_key = fields.Char(readonly=True, string="Partner's shipment id")
    tracking_number = fields.Char(readonly=True)
    code_id = fields.Many2one(
        "logistics.event.code", "Event", required=True, readonly=True, ondelete="restrict"
    )
    code = fields.Char(related="code_id.code")
    reason_id = fields.Many2one("logistics.event.reason", readonly=True, ondelete="restrict")
    reason_stated = fields.Boolean(
        readonly=True, help="The partner's message names the reason: no mapping changes it."
    )
    mapping_id = fields.Many2one("logistics.event.mapping", readonly=True, ondelete="set null")
    classifier = fields.Selection(CLASSIFIERS, required=True, readonly=True)
    raw_code = fields.Char(readonly=True)
    raw_sub_code = fields.Char(readonly=True)
    raw_text = fields.Char(readonly=True, string="Partner's words")
    source_id = fields.Char(readonly=True, string="Partner's event id")
    revision = fields.Char(readonly=True)
    retracts = fields.Char(readonly=True)
    corrects = fields.Char(readonly=True)
    occurred_at = fields.Datetime(readonly=True)
    occurred_offset = fields.Integer(
        readonly=True, string="Offset (minutes)", help="Minutes east of UTC at the place."
    )
    occurred_precision = fields.Selection(
        [("second", "Second"), ("minute", "Minute"), ("day", "Day")], readonly=True
    )
    zone_assumed = fields.Boolean(
        readonly=True, help="The partner gave no zone; the connection's was taken."
    )
    occurred_local = fields.Char(compute="_compute_occurred_local", string="Local time")
    recorded_at = fields.Datetime(readonly=True, help="When the partner recorded it.")
    received_at = fields.Datetime(readonly=True)
    processed_at = fields.Datetime(readonly=True)
    estimated_delivery_at = fields.Datetime(readonly=True)
    estimated_delivery_from_at = fields.Datetime(
        "Window begins",
        readonly=True,
        help="Where a window was told, of which the estimate is the end.",
    )
    place_name = fields.Char(readonly=True)
    city = fields.Char(readonly=True)
    zip = fields.Char(readonly=True)
    state_name = fields.Char(readonly=True)
    country_code = fields.Char(readonly=True)
    latitude = fields.Float(readonly=True, digits=(10, 7))
    longitude = fields.Float(readonly=True, digits=(10, 7))
    place = fields.Char(compute="_compute_place")
    stop_sequence = fields.Integer(readonly=True)
    signed_by = fields.Char(readonly=True)
    is_unmapped = fields.Boolean(readonly=True)
    is_implausible = fields.Boolean(readonly=True, string="Implausible time")
    standing = fields.Selection(
        [
            ("active", "Counts"),
            ("superseded", "Superseded"),
            ("retracted", "Retracted"),
            ("quarantined", "Quarantined"),
            ("disputed", "In conflict"),
            ("dismissed", "Set aside by decision"),
        ],
        required=True,
        readonly=True,
        default="active",
    )

    _fingerprint_uniq = models.UniqueIndex("(fingerprint)")
    _raw = models.Index("(issuer, raw_code, raw_sub_code)")
    _source = models.Index("(issuer, source_id) WHERE source_id <> ''")
    _parked = models.Index("(id) WHERE shipment_id IS NULL")
    _list = models.Index("(occurred_at DESC, id DESC)")
    _by_company = models.Index("(company_id, occurred_at DESC, id DESC)")
    _by_tracking_number = models.Index("USING hash (tracking_number)")

    @api.depends("place_name", "city", "zip", "country_code")
    def _compute_place(self):
        for event in self:
            city = " ".join(part for part in (event.zip, event.city) if part)
            event.place = ", ".join(
                part for part in (event.place_name, city, event.country_code) if part
            )

    @api.depends("occurred_at", "occurred_offset", "occurred_precision", "zone_assumed")
    def _compute_occurred_local(self):
        for event in self:
            event.occurred_local = event._local_time()

    def _local_time(self):
        """The time as the place's clock showed it, e.g. “2026-03-04 17:05 (UTC+01:00)”."""
        self.ensure_one()
        return self._local_time_of(self.occurred_at)

    def _local_time_of(self, moment):
        """A naive UTC time in the words of :meth:`_local_time`."""
        if not moment:
            return ""
        offset = self.occurred_offset or 0
        local = fields.Datetime.add(moment, minutes=offset)
        if self.occurred_precision == "day":
            return f"{local:%Y-%m-%d}"
        sign, minutes = ("-" if offset < 0 else "+"), abs(offset)
        zone = f"UTC{sign}{minutes // 60:02}:{minutes % 60:02}" if offset else "UTC"
        if self.zone_assumed:
            zone = self.env._("%s, assumed", zone)
        return f"{local:%Y-%m-%d %H:%M} ({zone})"

    @api.model
    def _insert(self, rows):
        """Append facts; a known fingerprint is left alone.

        :param list[dict] rows: one dict by ``COLUMNS`` each; all of one call
        :return: ``{fingerprint: id}`` of the rows that are new
        """
        if not rows:
            return {}
        # In one order, as every lane has it: no two can wait for each other's fingerprints.
        rows = sorted(rows, key=itemgetter("fingerprint"))
        inserted = self.env.cr.execute_values(
            INSERT,
            [tuple(map(row.get, COLUMNS)) for row in rows],
            page_size=len(rows),
            fetch=True,
        )
        self.env["logistics.shipment"]._know_connections(
            (row["shipment_id"], row["connection_id"])
            for row in rows
            if row.get("shipment_id") and row.get("connection_id")
        )
        return dict(inserted)

    def _attach_rows(self, shipment):
        """Give events that waited their shipment, company and warehouse; no fold yet."""
        self.sudo().write(
            {
                "shipment_id": shipment.id,
                "company_id": shipment.company_id.id,
                "warehouse_id": shipment.warehouse_id.id,
            }
        )
        shipment._know_connections((shipment.id, number) for number in self.connection_id.ids)

    def _attach(self, shipment):
        """Attach events that waited to a shipment, as a person decided, and fold it."""
        shipments = shipment.sudo() | self.sudo()._corrected_shipments()
        shipments._lock()
        self._attach_rows(shipment)
        shipments._refold()
        self.env["logistics.parked.reference"].sudo().search(
            [("event_id", "in", self.ids)]
        ).unlink()
        self.sudo().message_id._recount_parked()

    def _detach(self):
        """Take events off their shipments, because the number that led there is not theirs. They
        wait again, for the shipment that has it; their messages are worked anew to look for it."""
        events = self.sudo()
        shipments = events.shipment_id
        shipments._lock()
        for connection, group in events.grouped("connection_id").items():
            group.write(
                {
                    "shipment_id": False,
                    "company_id": (connection.company_id or group.company_id[:1]).id,
                    "warehouse_id": False,
                }
            )
        events.env["logistics.parked.reference"].create(
            [
                {"event_id": event.id, "message_id": event.message_id.id, "value_key": key}
                for event in events
                for key in {
                    normalise_number(event.tracking_number or ""),
                    normalise_number(event.shipment_key or ""),
                }
                if key
            ]
        )
        shipments._forget_connections()
        shipments._refold()
        # Those whose body was purged find it by the numbers just kept.
        events.message_id.filtered(lambda message: message.state != "processing")._requeue()
