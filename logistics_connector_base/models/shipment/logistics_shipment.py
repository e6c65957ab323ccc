import uuid
from datetime import UTC

from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.tools import SQL
from psycopg2.errors import DeadlockDetected, LockNotAvailable

from ...core.corrections import ACTIVE
from ...core.fold import FoldEvent
from ...core.identity import normalise_number
from ...core.parcels import fold_parcels
from ..event.event_statement import STATEMENT_COLUMNS
from ..selections import SHIPMENT_STATES

# Written by the fold alone (law 4).
DERIVED = {
    "state",
    "pod_received",
    "is_partial",
    "is_damaged",
    "is_short",
    "on_hold",
    "has_delivery_exception",
    "picked_up_at",
    "delivered_at",
    "estimated_delivery_at",
    "estimated_delivery_from_at",
    "last_event_id",
    "last_event_at",
    "signed_by",
}
# By id: whoever wants several waits in one line. "No key": people may add parcels and references
# meanwhile. Orders are not locked: nothing is written on them (see logistics.business.state).
LOCK_SHIPMENTS = """
SELECT id FROM logistics_shipment WHERE id = ANY(%s) ORDER BY id FOR NO KEY UPDATE
"""
LOCK_FREE_SHIPMENTS = f"{LOCK_SHIPMENTS} SKIP LOCKED"
# Nothing more is expected to happen to these.
FINAL_STATES = ("delivered", "returned", "lost", "destroyed", "cancelled")


class LogisticsShipment(models.Model):
    """The canonical shipment. Its state is a pure function of its events; people and programs add
    events, never a state."""

    _name = "logistics.shipment"
    _description = "Shipment"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _order = "id desc"
    _rec_names_search = ["name", "reference_ids.value"]
    _check_company_auto = True

    name = fields.Char(required=True, readonly=True, copy=False, default="/", index="trigram")
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    warehouse_id = fields.Many2one("stock.warehouse", index="btree_not_null", check_company=True)
    partner_id = fields.Many2one("res.partner", "Consignee", index="btree_not_null")
    issuer = fields.Char(
        "Carrier code", help="Provider whose tracking numbers this shipment carries."
    )
    carrier_name = fields.Char("Carrier")
    service = fields.Char()
    mode = fields.Selection(
        [
            ("parcel", "Parcel"),
            ("ltl", "Groupage (LTL)"),
            ("ftl", "Full truck (FTL)"),
            ("air", "Air"),
            ("ocean", "Ocean"),
            ("rail", "Rail"),
        ],
        default="parcel",
        required=True,
    )
    origin = fields.Char("Source document", readonly=True)
    ship_date = fields.Date(help="Day the goods left; numbers are matched around it.")
    promised_delivery_at = fields.Datetime(tracking=True)
    correlation_id = fields.Char(readonly=True, copy=False, default=lambda self: str(uuid.uuid4()))
    tracking_numbers = fields.Char(compute="_compute_tracking_numbers", store=True, index="trigram")

    state = fields.Selection(
        SHIPMENT_STATES, required=True, default="draft", readonly=True, copy=False, tracking=True
    )
    pod_received = fields.Boolean("POD received", readonly=True, copy=False)
    is_partial = fields.Boolean("Partial", readonly=True, copy=False)
    is_damaged = fields.Boolean("Damaged", readonly=True, copy=False)
    is_short = fields.Boolean("Short", readonly=True, copy=False)
    on_hold = fields.Boolean(readonly=True, copy=False)
    has_delivery_exception = fields.Boolean("Carrier reports trouble", readonly=True, copy=False)
    picked_up_at = fields.Datetime(readonly=True, copy=False)
    delivered_at = fields.Datetime(readonly=True, copy=False)
    estimated_delivery_at = fields.Datetime(readonly=True, copy=False)
    estimated_delivery_from_at = fields.Datetime(
        "Delivery window begins",
        readonly=True,
        copy=False,
        help="Where the carrier told a window, of which the expected delivery is the end.",
    )
    last_event_id = fields.Many2one("logistics.event", readonly=True, copy=False)
    last_event_at = fields.Datetime(readonly=True, copy=False)
    signed_by = fields.Char(readonly=True, copy=False)

    package_ids = fields.One2many("logistics.shipment.package", "shipment_id", copy=True)
    stop_ids = fields.One2many("logistics.shipment.stop", "shipment_id", copy=True)
    reference_ids = fields.One2many("logistics.shipment.reference", "shipment_id")
    charge_ids = fields.One2many("logistics.shipment.charge", "shipment_id")
    event_ids = fields.One2many("logistics.event", "shipment_id", readonly=True)
    exception_ids = fields.One2many("logistics.exception", "shipment_id")
    exception_count = fields.Integer(compute="_compute_exception_count")
    picking_ids = fields.Many2many(
        "stock.picking",
        "logistics_shipment_picking_rel",
        "shipment_id",
        "picking_id",
        string="Deliveries",
        groups="stock.group_stock_user,logistics_connector_base.group_logistics_service",
        check_company=True,
    )
    sale_order_ids = fields.Many2many(
        "sale.order",
        "logistics_shipment_sale_order_rel",
        "shipment_id",
        "sale_order_id",
        string="Sales orders",
        groups="sales_team.group_sale_salesman,logistics_connector_base.group_logistics_service",
        check_company=True,
    )
    document_ids = fields.One2many(
        "ir.attachment",
        "res_id",
        domain=[("res_model", "=", "logistics.shipment")],
        string="Documents",
        readonly=True,
    )

    _list = models.Index("(state, id DESC)")
    _by_company = models.Index("(company_id, id DESC)")

    @api.depends("package_ids.tracking_number")
    def _compute_tracking_numbers(self):
        for shipment in self:
            numbers = shipment.package_ids.filtered("tracking_number").mapped("tracking_number")
            shipment.tracking_numbers = ", ".join(numbers)

    def _compute_exception_count(self):
        counts = dict(
            self.env["logistics.exception"]._read_group(
                [("shipment_id", "in", self.ids), ("is_open", "=", True)],
                ["shipment_id"],
                ["__count"],
            )
        )
        for shipment in self:
            shipment.exception_count = counts.get(shipment, 0)

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._refuse_derived(vals)
            if vals.get("name", "/") == "/":
                vals["name"] = self.env["ir.sequence"].sudo().next_by_code("logistics.shipment")
        shipments = super().create(vals_list)
        self.env["logistics.shipment.reference"].create(
            [
                {"shipment_id": shipment.id, "type": "shipment", "value": shipment.name}
                for shipment in shipments
            ]
        )
        self.env["logistics.business.state"]._changed()
        return shipments

    def write(self, vals):
        self._refuse_derived(vals)
        result = super().write(vals)
        if {"picking_ids", "sale_order_ids", "stop_ids", "charge_ids"} & set(vals):
            self.env["logistics.business.state"]._changed()
        return result

    def _refuse_derived(self, vals):
        if not self.env.su and DERIVED & set(vals):
            raise AccessError(
                self.env._("A shipment's state follows from its events and cannot be written.")
            )

    # -- the fold -----------------------------------------------------------------------------

    def _lock(self):
        """Serialise the work on these shipments across processes until the transaction ends.

        Always by id: whoever wants several waits in one line. "No key": people may add parcels and
        references meanwhile.
        """
        if self:
            self.env.execute_query(SQL(LOCK_SHIPMENTS, sorted(self.ids)))

    def _lock_free(self, patience):
        """As :meth:`_lock`, but without those that somebody else keeps for longer than a moment.
        While it waits, people wait for the rows that it has already: so not for long.

        :param int patience: milliseconds
        :return: the shipments that were left out
        """
        if not self:
            return self
        cr, ids = self.env.cr, sorted(self.ids)
        cr.execute("SELECT current_setting('lock_timeout')")
        before = cr.fetchone()[0]
        try:
            with cr.savepoint():
                cr.execute("SELECT set_config('lock_timeout', %s, true)", (str(patience),))
                cr.execute(LOCK_SHIPMENTS, (ids,), log_exceptions=False)
                found = [row[0] for row in cr.fetchall()]
        except (LockNotAvailable, DeadlockDetected):
            cr.execute(LOCK_FREE_SHIPMENTS, (ids,))
            found = [row[0] for row in cr.fetchall()]
        else:
            cr.execute("SELECT set_config('lock_timeout', %s, true)", (before,))
        return self - self.browse(found)

    def _refold(self):
        """Compute state, flags and dates anew from the events; write what changed.

        Call it as superuser. What follows from a change is hooked at :meth:`_after_fold`.

        :return: the shipments whose state or dates changed
        """
        self._lock()
        changed = self.browse()
        before, contradictions = {}, {}
        for shipment, values, contradiction in self._folded():
            if contradiction:
                contradictions[shipment.id] = contradiction
            if values:
                before[shipment.id] = shipment.state
                shipment.write(values)
                changed |= shipment
        (self - changed)._mark_folded()
        if changed:
            changed._report_contradictions(contradictions)
            changed._after_fold(before)
        self._settle_documents()
        return changed

    def _folded(self):
        """What the events say, next to what is stored: for each the shipment, the values that
        differ, and the id of the event that contradicts its end (None: there is none)."""
        events, parcels = self._fold_rows(), self._parcels()
        rules = self.env["logistics.event.code"]._rules()
        everything = [row for rows in events.values() for row in rows]
        model = self.env["logistics.event"]
        standings = model._write_standings(everything, model._rows_elsewhere(everything))
        for shipment in self:
            rows = events.get(shipment.id, [])
            numbers = parcels.get(shipment.id, {})
            view = fold_parcels(
                _fold_events(rows, standings),
                rules,
                parcels=set(numbers.values()),
                parcel_of=_parcels_by_event(rows, numbers),
            )
            ids = {row["fingerprint"]: row["id"] for row in rows}
            values = _shipment_values(view, rows, standings)
            values = {
                name: value
                for name, value in values.items()
                if _column_value(shipment[name]) != value
            }
            yield shipment, values, ids.get(view.contradicted_by)

    def _mark_folded(self):
        """Whoever folds writes, also what it leaves as it is. A person's transaction that began
        before these facts came cannot see them; if it folds, too, it fails at this row and is done
        again by Odoo, instead of committing a state that is the fold of neither set (law 4)."""
        if self:
            self.env.cr.execute(
                SQL("UPDATE logistics_shipment SET id = id WHERE id = ANY(%s)", list(self.ids))
            )

    def _report_contradictions(self, contradictions):
        """What ended and is said to move on is a person's to judge; the state stays meanwhile.

        :param dict contradictions: shipment id → id of the event that contradicts its end
        """
        events = self.env["logistics.event"]
        labels = dict(self._fields["state"]._description_selection(self.env))
        self.env["logistics.exception"]._report(
            [
                {
                    "type": "contradicting_event",
                    "key": f"contradiction:{shipment.id}",
                    "name": self.env._(
                        "%(shipment)s: %(event)s after %(state)s",
                        shipment=shipment.name,
                        event=events.browse(contradictions[shipment.id]).code_id.name,
                        state=labels[shipment.state],
                    ),
                    "company_id": shipment.company_id.id,
                    "warehouse_id": shipment.warehouse_id.id,
                    "shipment_id": shipment.id,
                    "event_id": contradictions[shipment.id],
                    "provider": shipment.issuer,
                }
                for shipment in self
                if shipment.id in contradictions
            ]
        )
        self.env["logistics.exception"]._resolve_keys(
            [f"contradiction:{number}" for number in self.ids if number not in contradictions],
            self.env._("The events agree again."),
            {f"contradiction:{shipment.id}": shipment.last_event_id.id for shipment in self},
        )

    def _refold_moved(self):
        """Another set of parcels may be another state, for shipments that have events."""
        self.sudo().filtered("last_event_id")._refold()

    def _fold_rows(self):
        """Every event of these shipments, as the fold needs them: shipment id → list of dicts."""
        self.env["logistics.event"].flush_model()
        self.env.cr.execute(
            SQL(
                f"""
                SELECT {STATEMENT_COLUMNS}, c.code
                FROM logistics_event e JOIN logistics_event_code c ON c.id = e.code_id
                LEFT JOIN logistics_connection conn ON conn.id = e.connection_id
                WHERE e.shipment_id = ANY(%s)
                """,
                list(self.ids),
            )
        )
        rows = {}
        for row in self.env.cr.dictfetchall():
            rows.setdefault(row["shipment_id"], []).append(row)
        return rows

    def _parcels(self):
        """The numbers of the parcels, where a shipment has several that are tracked apart.

        :return: shipment id → {normalised number: package id}
        """
        self.env["logistics.shipment.reference"].flush_model()
        self.env["logistics.shipment.package"].flush_model()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT r.shipment_id, r.value_key, r.package_id
                FROM logistics_shipment_reference r
                JOIN logistics_shipment_package p ON p.id = r.package_id
                WHERE r.shipment_id = ANY(%s) AND p.tracking_number <> ''
                """,
                list(self.ids),
            )
        )
        parcels = {}
        for shipment_id, number, package_id in rows:
            parcels.setdefault(shipment_id, {})[number] = package_id
        return {key: numbers for key, numbers in parcels.items() if len({*numbers.values()}) > 1}

    def _report_delivery_troubles(self):
        """One open exception per shipment while its carrier reports trouble; it closes by itself
        when the next regular scan takes the flag away."""
        troubled = self.filtered("has_delivery_exception")
        self.env["logistics.exception"]._report(
            [
                {
                    "type": "delivery_exception",
                    "key": f"delivery:{shipment.id}",
                    "name": self.env._(
                        "%(shipment)s: %(event)s",
                        shipment=shipment.name,
                        event=shipment._trouble_event().code_id.name or "",
                    ),
                    "company_id": shipment.company_id.id,
                    "warehouse_id": shipment.warehouse_id.id,
                    "shipment_id": shipment.id,
                    "event_id": shipment._trouble_event().id,
                    "provider": shipment.issuer,
                    "detail": shipment._trouble_event()._masked_text(),
                }
                for shipment in troubled
            ]
        )
        self.env["logistics.exception"]._resolve_keys(
            [f"delivery:{shipment.id}" for shipment in self - troubled],
            self.env._("The shipment moves on."),
            {f"delivery:{shipment.id}": shipment.last_event_id.id for shipment in self},
        )

    def _trouble_event(self):
        """The newest event that counts and raised the trouble flag."""
        self.ensure_one()
        rules = self.env["logistics.event.code"]._rules()
        raising = [code for code, rule in rules.items() if "exception" in rule.flag_set]
        return self.env["logistics.event"].search(
            [
                ("shipment_id", "=", self.id),
                ("code_id.code", "in", raising),
                ("standing", "=", "active"),
            ],
            limit=1,
        )

    def _after_fold(self, states_before):
        """Hook: something changed on these shipments.

        :param dict states_before: shipment id → state before the change
        """
        self._report_delivery_troubles()
        self.env["logistics.business.state"]._changed()

    # -- own facts ----------------------------------------------------------------------------

    def _record_own_event(self, code, occurred_at=None, text=""):
        """Add a fact that Odoo itself knows, such as a label that was made.

        :param str code: canonical event code
        :param datetime occurred_at: naive UTC; default now
        """
        now = fields.Datetime.now()
        rows = [
            {
                "fingerprint": f"odoo:{shipment.id}:{code}:{(occurred_at or now).isoformat()}",
                "company_id": shipment.company_id.id,
                "warehouse_id": shipment.warehouse_id.id or None,
                "shipment_id": shipment.id,
                "provider": "odoo",
                "issuer": "odoo",
                "shipment_key": shipment.name,
                "code_id": self.env["logistics.event.code"]._ids_by_code()[code],
                "classifier": "actual",
                "raw_code": code,
                "raw_sub_code": "",
                "raw_text": text,
                "source_id": "",
                "revision": "",
                "occurred_at": occurred_at or now,
                "occurred_offset": 0,
                "occurred_precision": "second",
                "zone_assumed": False,
                "received_at": now,
                "processed_at": now,
                "is_unmapped": False,
                "is_implausible": False,
                "standing": ACTIVE,
            }
            for shipment in self
        ]
        self.env["logistics.event"]._insert(rows)
        self.sudo()._refold()
        self.invalidate_recordset(["event_ids"])

    def _reached_the_carrier(self):
        """Whether the goods have left: from then on nothing of Odoo's can cancel the shipment."""
        self.ensure_one()
        return bool(self.picked_up_at) or self.state in FINAL_STATES

    # -- what people open ---------------------------------------------------------------------

    def action_view_exceptions(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "logistics_connector_base.action_logistics_exception"
        )
        return dict(action, domain=[("shipment_id", "=", self.id)], context={})

    def action_view_pickings(self):
        self.ensure_one()
        return self._open_records(self.picking_ids, self.env._("Deliveries"))

    def action_view_sale_orders(self):
        self.ensure_one()
        return self._open_records(self.sale_order_ids, self.env._("Sales orders"))

    def _open_records(self, records, name):
        action = {
            "type": "ir.actions.act_window",
            "name": name,
            "res_model": records._name,
            "view_mode": "list,form",
            "domain": [("id", "in", records.ids)],
        }
        if len(records) == 1:
            action.update(view_mode="form", res_id=records.id)
        return action


def _fold_events(rows, standings):
    return [
        FoldEvent(
            fingerprint=row["fingerprint"],
            code=row["code"],
            classifier=row["classifier"],
            occurred_at=_aware(row["occurred_at"]),
            # A withdrawal is no scan: it changes what others say, and nothing by itself.
            active=standings[row["fingerprint"]] == ACTIVE and not row["retracts"],
            estimated_delivery=_aware(row["estimated_delivery_at"]),
            estimated_from=_aware(row["estimated_delivery_from_at"]),
            recorded_at=_aware(row["recorded_at"]),
            precision=row["occurred_precision"] or "second",
            source_id=row["source_id"] or "",
        )
        for row in rows
    ]


def _parcels_by_event(rows, numbers):
    """Whose each event is: fingerprint → package id; the others are about the whole shipment."""
    found = {}
    if numbers:
        for row in rows:
            for text in (row["tracking_number"], row["shipment_key"]):
                package_id = numbers.get(normalise_number(text or ""))
                if package_id:
                    found[row["fingerprint"]] = package_id
                    break
    return found


def _shipment_values(view, rows, standings):
    """The shipment's derived columns from the fold's view."""
    by_fingerprint = {row["fingerprint"]: row for row in rows}
    last = by_fingerprint.get(view.last_fingerprint)
    signed = sorted(
        (row["occurred_at"], row["fingerprint"], row["signed_by"])
        for row in rows
        if row["signed_by"] and row["occurred_at"] and standings[row["fingerprint"]] == ACTIVE
    )
    return {
        "state": view.state or "draft",
        "pod_received": "pod_received" in view.flags,
        "is_partial": "partial" in view.flags,
        "is_damaged": "damaged" in view.flags,
        "is_short": "short" in view.flags,
        "on_hold": "on_hold" in view.flags,
        "has_delivery_exception": "exception" in view.flags,
        "picked_up_at": _seconds(view.picked_up_at),
        "delivered_at": _seconds(view.delivered_at),
        "estimated_delivery_at": _seconds(view.estimated_delivery_at),
        "estimated_delivery_from_at": _seconds(view.estimated_delivery_from_at),
        "last_event_id": last["id"] if last else False,
        "last_event_at": _seconds(view.last_event_at),
        "signed_by": signed[-1][2] if signed else False,
    }


def _aware(moment):
    """The database's naive UTC as the core's aware UTC."""
    return moment.replace(tzinfo=UTC) if moment else None


def _seconds(moment):
    """Naive UTC in whole seconds, as Odoo keeps it; comparing finer ones would write for ever."""
    return moment.replace(microsecond=0, tzinfo=None) if moment else False


def _column_value(value):
    return value.id if isinstance(value, models.BaseModel) else value
