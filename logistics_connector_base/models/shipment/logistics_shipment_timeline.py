from datetime import UTC, timedelta, timezone

from odoo import api, fields, models

from ...core.corrections import names_of
from ...core.fold import fold
from ...core.identity import normalise_number
from ...core.journey import journey, step_of
from ...core.taxonomy import STATES
from ..selections import SHIPMENT_STATES
from .logistics_shipment import _fold_events, _parcels_by_event

# A shipment with more events than this shows its newest; nobody reads the rest on this screen.
TIMELINE_LIMIT = 500
# News that took longer than this says so in the timeline.
LATE_NEWS = timedelta(hours=6)
GOOD_STATES = {"delivered"}
BAD_STATES = {"returning", "returned", "lost", "destroyed", "release_rejected", "tender_rejected"}
# Columns of the kanban view that are worth showing when nothing is in them.
MAIN_STATES = ("booked", "picked_up", "in_transit", "out_for_delivery", "delivered")


class LogisticsShipment(models.Model):
    """What the shipment's screens need beyond its facts: the journey, the timeline, counts."""

    _inherit = "logistics.shipment"

    state = fields.Selection(group_expand="_group_expand_state")
    progress = fields.Json(compute="_compute_progress", help="The journey in five steps.")
    journey = fields.Json(compute="_compute_journey", help="The five steps with their times.")
    timeline = fields.Json(compute="_compute_timeline", help="The events as people read them.")
    expected_at = fields.Datetime(
        "Expected",
        compute="_compute_expected",
        help="The carrier's newest estimate; where there is none, the day that was promised.",
    )
    is_late = fields.Boolean(
        "Late",
        compute="_compute_expected",
        help="The promised time has passed, or the carrier expects to come after it.",
    )
    effect_ids = fields.One2many("logistics.effect", "shipment_id", "Effects", readonly=True)
    picking_count = fields.Integer(
        compute="_compute_picking_count",
        groups="stock.group_stock_user,logistics_connector_base.group_logistics_service",
    )
    sale_order_count = fields.Integer(
        compute="_compute_sale_order_count",
        groups="sales_team.group_sale_salesman,logistics_connector_base.group_logistics_service",
    )

    @api.depends("name", "partner_id", "carrier_name")
    @api.depends_context("show_consignee")
    def _compute_display_name(self):
        if not self.env.context.get("show_consignee"):
            return super()._compute_display_name()
        for shipment in self:
            parts = (shipment.name, shipment.partner_id.display_name, shipment.carrier_name)
            shipment.display_name = " · ".join(part for part in parts if part)

    @api.depends("picking_ids")
    def _compute_picking_count(self):
        for shipment in self:
            shipment.picking_count = len(shipment.picking_ids)

    @api.depends("sale_order_ids")
    def _compute_sale_order_count(self):
        for shipment in self:
            shipment.sale_order_count = len(shipment.sale_order_ids)

    @api.depends("state", "delivered_at", "estimated_delivery_at", "promised_delivery_at")
    def _compute_expected(self):
        now = fields.Datetime.now()
        for shipment in self:
            promised, estimated = shipment.promised_delivery_at, shipment.estimated_delivery_at
            shipment.expected_at = estimated or promised
            if shipment.delivered_at:
                shipment.is_late = bool(promised and shipment.delivered_at > promised)
            else:
                is_over = STATES[shipment.state or "draft"].terminal
                shipment.is_late = bool(
                    promised and not is_over and max(now, estimated or now) > promised
                )

    @api.model
    def _group_expand_state(self, states, domain):
        """The states in the order of the journey, the main ones also when they are empty."""
        shown = {*states, *MAIN_STATES}
        return [state for state, _label in SHIPMENT_STATES if state in shown]

    @api.depends("state", "picked_up_at")
    @api.depends_context("lang")
    def _compute_progress(self):
        labels = dict(self._fields["state"]._description_selection(self.env))
        for shipment in self:
            reached = (
                ("booked", "picked_up", "in_transit") if shipment.picked_up_at else ("booked",)
            )
            shipment.progress = [
                {"key": step.key, "label": labels[step.state], "status": step.status}
                for step in journey(shipment.state or "draft", reached)
            ]

    @api.depends("state", "event_ids", "picked_up_at", "delivered_at")
    @api.depends_context("lang")
    def _compute_journey(self):
        labels = dict(self._fields["state"]._description_selection(self.env))
        for shipment in self:
            times = shipment._step_times()
            shipment.journey = [
                {
                    "key": step.key,
                    "label": labels[step.state],
                    "status": step.status,
                    # Of several parcels the first may be further than the shipment is.
                    **({} if step.status == "todo" else times.get(step.key, {})),
                }
                for step in journey(shipment.state or "draft", times)
            ]

    def _step_times(self):
        """When each step was reached, by the clock of the place: step → local time and precision.

        The first scan opens a step; of the last leg people ask for the newest try.
        """
        self.ensure_one()
        times = {}
        events = self.event_ids.filtered(
            lambda event: (
                event.standing == "active"
                and event.classifier == "actual"
                and event.occurred_at
                and event.code_id.state
            )
        )
        for event in events.sorted("occurred_at"):
            key = step_of(event.code_id.state)
            if key == "delivered" and event.code_id.state != self.state:
                continue
            if key not in times or key in ("out_for_delivery", "delivered"):
                times[key] = {"at": _local_iso(event), "precision": event.occurred_precision}
        return times

    @api.depends("event_ids", "document_ids", "exception_ids.state")
    @api.depends_context("lang", "uid")
    def _compute_timeline(self):
        for shipment in self:
            shipment.timeline = shipment._timeline_data()

    def _timeline_data(self):
        """The events, newest first, in the words that people read."""
        self.ensure_one()
        # A shipment that is not saved has no events; those without a shipment are not its own.
        known_id = self._origin.id or 0
        events = self.env["logistics.event"].search(
            [("shipment_id", "=", known_id)],
            order="occurred_at desc, id desc",
            limit=TIMELINE_LIMIT,
        )
        is_cut = len(events) == TIMELINE_LIMIT
        documents = self._documents_by_event()
        open_exceptions = {
            exception.event_id: exception.id
            for exception in self.exception_ids
            if exception.is_open and exception.event_id
        }
        events = events.filtered(lambda event: not event._is_told_by_another(events))
        groups = dict(
            self.env["logistics.event.code"]._fields["group"]._description_selection(self.env)
        )
        classifiers = dict(events._fields["classifier"]._description_selection(self.env))
        return {
            "packages": self._timeline_packages(events),
            "is_cut": is_cut,
            "events": [
                {
                    "id": event.id,
                    "code": event.code_id.code,
                    "name": event.code_id.name,
                    "group": event.code_id.group,
                    "group_name": groups.get(event.code_id.group, ""),
                    "tone": _tone(event.code_id),
                    "classifier": event.classifier,
                    "classifier_name": classifiers.get(event.classifier, ""),
                    "standing": event.standing,
                    "verdict_text": event._verdict_text(),
                    "local": _local_iso(event),
                    "offset": event.occurred_offset,
                    "precision": event.occurred_precision or "second",
                    "assumed": event.zone_assumed,
                    "reason": event.reason_id.name or "",
                    "place": event.place or "",
                    "text": event.raw_text_shown or "",
                    "raw": _raw_code(event),
                    "unmapped": event.is_unmapped,
                    "signed_by": event.signed_by_shown or "",
                    "estimated": _iso(event.estimated_delivery_at),
                    "received": _iso(event.received_at),
                    "late_news": bool(
                        event.classifier == "actual"
                        and event.occurred_at
                        and event.received_at
                        and event.received_at - event.occurred_at > LATE_NEWS
                        and event.occurred_precision != "day"
                    ),
                    "package": event.tracking_number or "",
                    "source": event.connection_id.sudo().name
                    or ("Odoo" if event.provider == "odoo" else event.provider),
                    "message_id": event.message_id.id,
                    "exception_id": open_exceptions.get(event, False),
                    "documents": documents.get(event.id, []),
                }
                for event in events
            ],
        }

    def _timeline_packages(self, events):
        """The numbers under which events came, where there is more than one to tell apart."""
        numbers = {}
        for event in events:
            if event.tracking_number:
                numbers[event.tracking_number] = numbers.get(event.tracking_number, 0) + 1
        known = [package.tracking_number for package in self.package_ids if package.tracking_number]
        ordered = [*known, *sorted(number for number in numbers if number not in known)]
        ordered = [number for number in dict.fromkeys(ordered) if number in numbers]
        if len(ordered) < 2:
            return []
        labels = dict(self._fields["state"]._description_selection(self.env))
        states = {
            normalise_number(package.tracking_number or ""): labels[package.state]
            for package in self.package_ids
        }
        return [
            {
                "number": number,
                "count": numbers[number],
                "state": states.get(normalise_number(number), ""),
            }
            for number in ordered
        ]

    def _states_by_package(self):
        """How far each package is, by its own events and those of the whole shipment.

        :return: package id → state
        """
        self.ensure_one()
        rules = self.env["logistics.event.code"]._rules()
        rows = self._fold_rows().get(self._origin.id, [])
        owners = _parcels_by_event(rows, self._parcels().get(self._origin.id, {}))
        events = _fold_events(rows, {row["fingerprint"]: row["standing"] for row in rows})
        return {
            package_id: fold(
                (e for e in events if owners.get(e.fingerprint, package_id) == package_id), rules
            ).state
            for package_id in self.package_ids._origin.ids
        }

    def _documents_by_event(self):
        """Documents that came inside events: event id → list of attachments (law 5 knows which)."""
        effects = self.env["logistics.effect"].search(
            [
                ("shipment_id", "=", self._origin.id or 0),
                ("kind", "=", "file_document"),
                ("res_model", "=", "ir.attachment"),
                ("event_id", "!=", False),
            ]
        )
        attachments = {attachment.id: attachment for attachment in self.document_ids}
        documents = {}
        for effect in effects:
            attachment = attachments.get(effect.res_id)
            if attachment:
                documents.setdefault(effect.event_id.id, []).append(
                    {
                        "id": attachment.id,
                        "name": attachment.name,
                        "mimetype": attachment.mimetype or "",
                    }
                )
        return documents


class LogisticsShipmentPackage(models.Model):
    _inherit = "logistics.shipment.package"

    state = fields.Selection(
        SHIPMENT_STATES, compute="_compute_state", help="Where this one is, by its own scans."
    )

    @api.depends("tracking_number", "shipment_id.state", "shipment_id.event_ids")
    def _compute_state(self):
        for shipment, packages in self.grouped("shipment_id").items():
            states = shipment._states_by_package()
            for package in packages:
                package.state = states.get(package._origin.id, "draft")


class LogisticsEvent(models.Model):
    _inherit = "logistics.event"

    def _is_told_by_another(self, events):
        """Whether this only withdraws another one of ``events``, which is struck through."""
        return bool(self.retracts) and any(
            self.retracts in names_of(other.source_id or "")
            and other.issuer == self.issuer
            and not other.retracts
            for other in events
        )


def _tone(code):
    """Whether the event is good news, bad news or just news."""
    if code.state in BAD_STATES or "exception" in (code.flag_set or ""):
        return "bad"
    if code.state in GOOD_STATES or code.group == "document":
        return "good"
    return "plain"


def _raw_code(event):
    """The partner's code, unless it speaks our own."""
    # What stands behind "#" was added by us, to tell a document from the scan it came with.
    raw_code = (event.raw_code or "").partition("#")[0]
    if raw_code in ("", event.code_id.code) or event.code_id.group == "document":
        return ""
    return " / ".join(part for part in (raw_code, event.raw_sub_code) if part)


def _iso(moment):
    """Naive UTC as ISO 8601 with zone, for the browser."""
    return moment.replace(microsecond=0, tzinfo=UTC).isoformat() if moment else False


def _local_iso(event):
    """The event's time by the clock of its place, with that clock's offset."""
    if not event.occurred_at:
        return False
    zone = timezone(timedelta(minutes=event.occurred_offset or 0))
    return event.occurred_at.replace(microsecond=0, tzinfo=UTC).astimezone(zone).isoformat()
