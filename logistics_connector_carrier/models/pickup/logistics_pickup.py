from datetime import datetime, timedelta

import pytz
from odoo import api, fields, models
from odoo.addons.base.models.res_partner import _tz_get
from odoo.exceptions import AccessError, UserError, ValidationError

from ...engine import pickup_reader

# States in which the van comes, or may come.
ALIVE = ("asked", "doubt", "confirmed", "cancel_asked")
EDITABLE = ("draft", "refused", "failed")
# What people do not write: it is the carrier's, or stands once a van is ordered.
OURS = {
    "name",
    "state",
    "message_id",
    "cancel_message_id",
    "number",
    "total",
    "currency_id",
    "problem",
    "extra",
    "replaces_id",
    "user_id",
}
WISHES = {
    "connection_id",
    "kind",
    "warehouse_id",
    "partner_id",
    "day",
    "from_time",
    "to_time",
    "tz",
    "booking_ids",
    "parcel_count",
    "weight",
    "place",
    "note",
    "is_extra",
}


class LogisticsPickup(models.Model):
    """A carrier's van for a day: ordered through the outbox, so that it is ordered once whatever
    breaks."""

    _name = "logistics.pickup"
    _description = "Carrier Pickup"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _order = "day desc, id desc"
    _check_company_auto = True
    _logistics_scope = "logistics.code.coverage"  # narrowed as what belongs to a connection

    name = fields.Char(
        "Reference", required=True, readonly=True, copy=False, default=lambda self: "/"
    )
    connection_id = fields.Many2one(
        "logistics.connection",
        "Carrier's account",
        required=True,
        index=True,
        ondelete="restrict",
    )
    kind = fields.Char(readonly=True, help="Which of the carrier's vans, where it has several.")
    kind_name = fields.Char("Van", compute="_compute_kind_name")
    warehouse_id = fields.Many2one("stock.warehouse", required=True, index=True)
    company_id = fields.Many2one(related="warehouse_id.company_id", store=True, index=True)
    partner_id = fields.Many2one(
        "res.partner",
        "Address",
        compute="_compute_partner_id",
        store=True,
        readonly=False,
        required=True,
        precompute=True,
        help="Where the driver rings, and whom he calls.",
    )
    tz = fields.Selection(
        _tz_get,
        "Time zone",
        compute="_compute_tz",
        store=True,
        readonly=False,
        required=True,
        precompute=True,
    )
    day = fields.Date(required=True, tracking=True)
    from_time = fields.Float("Ready from", required=True, default=10.0, tracking=True)
    to_time = fields.Float("Closing at", required=True, default=17.0, tracking=True)
    place = fields.Char("Where", help="Where the driver finds the parcels, such as “Front desk”.")
    note = fields.Char("For the driver")
    booking_ids = fields.Many2many(
        "logistics.booking",
        "logistics_pickup_booking_rel",
        "pickup_id",
        "booking_id",
        string="Bookings",
    )
    parcel_count = fields.Integer(
        "Packages", compute="_compute_load", store=True, readonly=False, precompute=True
    )
    weight = fields.Float(
        "Weight (kg)",
        digits=(12, 3),
        compute="_compute_load",
        store=True,
        readonly=False,
        precompute=True,
    )
    is_extra = fields.Boolean(
        "One more that day",
        copy=False,
        help="A van of this account comes to this address on this day already: one more, please.",
    )
    state = fields.Selection(
        [
            ("draft", "Not ordered yet"),
            ("asked", "Being ordered"),
            ("doubt", "In doubt"),
            ("confirmed", "Confirmed"),
            ("refused", "Refused"),
            ("failed", "Not ordered"),
            ("cancel_asked", "Being cancelled"),
            ("cancelled", "Cancelled"),
        ],
        required=True,
        readonly=True,
        default="draft",
        copy=False,
        index=True,
        tracking=True,
    )
    number = fields.Char("Confirmation number", readonly=True, copy=False, tracking=True)
    typed_number = fields.Char(
        "Number on the carrier's site",
        copy=False,
        help="Where the answer got lost: the confirmation number as the carrier has it.",
    )
    total = fields.Monetary("Price", readonly=True, copy=False)
    currency_id = fields.Many2one("res.currency", readonly=True, copy=False)
    problem = fields.Text(readonly=True, copy=False)
    extra = fields.Json(readonly=True, copy=False, groups="base.group_system")
    message_id = fields.Many2one(
        "logistics.message", readonly=True, copy=False, index="btree_not_null"
    )
    cancel_message_id = fields.Many2one("logistics.message", readonly=True, copy=False)
    user_id = fields.Many2one("res.users", "Ordered by", readonly=True, copy=False)
    replaces_id = fields.Many2one(
        "logistics.pickup", "Instead of", readonly=True, copy=False, ondelete="set null"
    )

    # The one that a second order would double.
    _alive_uniq = models.UniqueIndex(
        "(connection_id, partner_id, day, COALESCE(kind, ''))"
        " WHERE state IN ('asked', 'doubt', 'confirmed', 'cancel_asked') AND is_extra IS NOT TRUE"
    )

    @api.depends("connection_id", "kind")
    def _compute_kind_name(self):
        for pickup in self:
            carrier = pickup.connection_id.sudo().booking_carrier
            pickup.kind_name = pickup_reader.kinds_of(carrier).get(pickup.kind or "", pickup.kind)

    @api.depends("warehouse_id")
    def _compute_partner_id(self):
        for pickup in self:
            warehouse = pickup.warehouse_id.sudo()
            pickup.partner_id = warehouse.partner_id or warehouse.company_id.partner_id

    @api.depends("warehouse_id")
    def _compute_tz(self):
        for pickup in self:
            pickup.tz = pickup._tz_of(pickup.warehouse_id)

    @api.model
    def _tz_of(self, warehouse):
        """On whose clock the van comes: the address's, else the company's."""
        company = warehouse.sudo().company_id
        return (
            warehouse.sudo().partner_id.tz
            or company.partner_id.tz
            or company.resource_calendar_id.tz
            or self.env.user.tz
            or "UTC"
        )

    @api.depends("booking_ids.parcel_ids.weight")
    def _compute_load(self):
        for pickup in self:
            parcels = pickup.booking_ids.sudo().parcel_ids
            pickup.parcel_count = len(parcels)
            pickup.weight = sum(parcels.mapped("weight"))

    @api.constrains("from_time", "to_time")
    def _check_times(self):
        for pickup in self:
            if not 0 <= pickup.from_time < pickup.to_time < 24:
                raise ValidationError(
                    self.env._("The parcels must be ready before you close: 0:00 to 23:59.")
                )

    @api.constrains("connection_id", "warehouse_id", "booking_ids")
    def _check_parties(self):
        for pickup in self.sudo():
            connection, company = pickup.connection_id, pickup.company_id
            if company not in connection._served_companies():
                raise ValidationError(
                    self.env._(
                        "“%(account)s” does not serve %(company)s.",
                        account=connection.name,
                        company=company.name,
                    )
                )
            for booking in pickup.booking_ids:
                warehouse = booking.picking_id.picking_type_id.warehouse_id
                if (booking.connection_id, warehouse) != (connection, pickup.warehouse_id):
                    raise ValidationError(
                        self.env._(
                            "%(booking)s goes by another account or from another warehouse.",
                            booking=booking.name,
                        )
                    )

    # -- who writes what ----------------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        for values in vals_list:
            self._check_writes(values)
            if values.get("name", "/") == "/":
                sequence = self.env["ir.sequence"].sudo()
                values["name"] = sequence.next_by_code("logistics.pickup") or "/"
        return super().create(vals_list)

    def write(self, vals):
        self._check_writes(vals)
        if not self.env.su and WISHES & set(vals):
            for pickup in self:
                if pickup.state not in EDITABLE:
                    raise UserError(
                        self.env._(
                            "%s is with the carrier as it stands. Press “Change”.", pickup.name
                        )
                    )
        return super().write(vals)

    def _check_writes(self, values):
        if not self.env.su and OURS & set(values):
            raise AccessError(self.env._("What came of a pickup is not written by hand."))

    @api.ondelete(at_uninstall=False)
    def _unlink_except_ordered(self):
        if any(pickup.message_id for pickup in self):
            raise UserError(self.env._("The carrier was asked for this pickup. It stays."))

    # -- proposing ----------------------------------------------------------------------------

    @api.model
    def _draft_for(self, bookings):
        """One for each account, warehouse and van of these bookings; a draft that is there takes
        up what is new.

        :param bookings: ``logistics.booking`` as superuser
        :return: pickups with the caller's rights
        """
        found = self.browse()
        groups = {}
        for booking in bookings:
            kind = pickup_reader.kind_of(
                booking.connection_id.booking_carrier, booking.service or ""
            )
            warehouse = booking.picking_id.picking_type_id.warehouse_id
            key = (booking.connection_id, warehouse, kind)
            groups[key] = groups.get(key, bookings.browse()) | booking
        for (connection, warehouse, kind), group in groups.items():
            found |= self._draft(connection, warehouse, kind, group)
        return found

    @api.model
    def _draft(self, connection, warehouse, kind, bookings):
        here = [
            ("connection_id", "=", connection.id),
            ("warehouse_id", "=", warehouse.id),
            ("kind", "=", kind or False),
        ]
        draft = self.search([*here, ("state", "=", "draft")], limit=1)
        if draft:
            draft.booking_ids |= bookings.with_env(self.env)
            if draft.day < self._today(draft.tz):
                draft.update(self._usual_times(draft.tz))
            return draft
        last = self.search([*here, ("message_id", "!=", False)], limit=1)
        values = {
            "connection_id": connection.id,
            "warehouse_id": warehouse.id,
            "kind": kind or False,
            "booking_ids": [fields.Command.set(bookings.ids)],
            "place": last.place,
            "note": last.note,
            **self._usual_times(self._tz_of(warehouse)),
        }
        if not bookings:
            values |= {"parcel_count": 1}
        return self.create(values)

    def _today(self, tz):
        return datetime.now(pytz.timezone(tz)).date()

    def _usual_times(self, tz):
        """Today until five, where a driver has two hours left; else the next working day."""
        now = datetime.now(pytz.timezone(tz))
        hour = now.hour + (0 if now.minute == 0 else 1)
        if now.weekday() < 5 and hour <= 15:
            return {"day": now.date(), "from_time": max(10.0, float(hour)), "to_time": 17.0}
        day = now.date() + timedelta(days=1)
        while day.weekday() > 4:
            day += timedelta(days=1)
        return {"day": day, "from_time": 10.0, "to_time": 17.0}

    @api.model
    def action_propose(self):
        """Draft the pickups of all that is booked and waits for a van, in the user's companies."""
        self.check_access("create")
        return self._propose(self.env["logistics.connection"].sudo())

    @api.model
    def _propose(self, connections):
        """
        :param connections: as superuser; none: all
        :raises UserError: nothing waits, and it is not clear whose van it should be
        """
        bookings = self.env["logistics.booking"].sudo()
        waiting = bookings._waiting_for_van(self.env.companies, connections)
        if waiting:
            return self._draft_for(waiting)._open()
        if len(connections) == 1:
            problem = connections._pickup_problem()
            warehouse = self.env["stock.warehouse"].search(
                [("company_id", "in", self.env.companies.ids)], limit=1
            )
            if problem:
                raise UserError(problem)
            kinds = pickup_reader.kinds_of(connections.booking_carrier)
            kind = next(iter(kinds), "")
            return self._draft(connections, warehouse, kind, bookings)._open()
        raise UserError(
            self.env._(
                "No package of the last week waits for a van: labels come first. What is booked "
                "with a carrier whose van cannot be ordered here is not counted."
            )
        )

    def _open(self):
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "logistics_connector_carrier.action_logistics_pickup"
        )
        if len(self) == 1:
            return {**action, "views": [(False, "form")], "res_id": self.id, "context": {}}
        return {**action, "domain": [("id", "in", self.ids)], "context": {}}
