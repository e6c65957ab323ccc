import base64
from datetime import UTC, timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools.mimetypes import guess_mimetype

from ..core import by_hand
from ..core.instants import zone
from ..models.personal_access import sees_personal_data

MOST_BYTES = 3 * 1024 * 1024  # of a document: what a telephone's camera makes, and the inbox takes
AHEAD = timedelta(minutes=5)  # clocks differ


class LogisticsMilestone(models.TransientModel):
    """A person says what happened to a shipment, or hands in its proof of delivery; at a desk or
    from a telephone."""

    _name = "logistics.milestone"
    _description = "Milestone by Hand"

    shipment_id = fields.Many2one("logistics.shipment", required=True, ondelete="cascade")
    event_id = fields.Many2one(
        "logistics.event",
        "Corrects",
        readonly=True,
        ondelete="cascade",
        help="Stands in its place.",
    )
    package_id = fields.Many2one(
        "logistics.shipment.package",
        "Parcel",
        domain="[('shipment_id', '=', shipment_id)]",
        help="Empty: the whole shipment.",
    )
    package_count = fields.Integer(compute="_compute_package_count")
    code_id = fields.Many2one(
        "logistics.event.code",
        "What happened",
        required=True,
        domain=lambda self: self._codes_domain(),
    )
    code = fields.Char(related="code_id.code")
    is_estimate = fields.Boolean(compute="_compute_is_estimate")
    is_delivery = fields.Boolean(compute="_compute_is_estimate")
    reason_id = fields.Many2one("logistics.event.reason", "Because of")
    occurred_at = fields.Datetime("When", required=True, default=fields.Datetime.now)
    expected_at = fields.Datetime("Delivery expected")
    place_name = fields.Char("Place", help="Such as a depot, or the neighbour who took it.")
    city = fields.Char()
    country_id = fields.Many2one("res.country")
    signed_by = fields.Char()
    document = fields.Binary("Proof of delivery", attachment=False)
    document_name = fields.Char()
    note = fields.Char("In your words")

    @api.model
    def _codes_domain(self):
        return [
            ("group", "in", list(by_hand.GROUPS)),
            "|",
            ("default_classifier", "=", "actual"),
            ("code", "in", list(by_hand.ESTIMATES)),
        ]

    @api.depends("shipment_id")
    def _compute_package_count(self):
        for milestone in self:
            milestone.package_count = len(milestone.shipment_id.package_ids)

    @api.depends("code_id")
    def _compute_is_estimate(self):
        for milestone in self:
            milestone.is_estimate = milestone.code_id.code in by_hand.ESTIMATES
            milestone.is_delivery = milestone.code_id.code in ("DLV_DELIVERED", "DLV_PARTIAL")

    @api.constrains("occurred_at")
    def _check_occurred_at(self):
        for milestone in self:
            if milestone.occurred_at > fields.Datetime.now() + AHEAD:
                raise ValidationError(self.env._("What happened cannot lie in the future."))

    @api.constrains("code_id")
    def _check_code(self):
        for milestone in self:
            if not milestone.code_id.filtered_domain(self._codes_domain()):
                raise ValidationError(
                    self.env._("“%s” is not stated by hand.", milestone.code_id.name)
                )

    def action_record(self):
        self.ensure_one()
        if self.is_estimate and not self.expected_at:
            raise UserError(self.env._("Say when the delivery is expected."))
        corrects, kept = self._corrected_id(), self._kept_unseen()
        documents = self._documents()
        events = self.shipment_id._state_by_hand(
            lambda number, author, recorded: by_hand.statement(
                number,
                author,
                self.shipment_id.name,
                self.code_id.code,
                self._local(self.occurred_at),
                recorded,
                number=self.package_id.tracking_number or "",
                reason=self.reason_id.code or "",
                note=self.note or kept.raw_text or "",
                signed_by=self.signed_by or kept.signed_by or "",
                place=(
                    self.place_name or kept.place_name or "",
                    self.city or "",
                    self.country_id.code or "",
                ),
                expected=self._local(self.expected_at) if self.is_estimate else None,
                documents=documents,
                corrects=corrects,
            )
        )
        self.shipment_id._note_by_hand(events[-1:], self.note or "")
        return {"type": "ir.actions.act_window_close"}

    def _corrected_id(self):
        """Under which id the corrected statement is known, "" where nothing is corrected.

        :raises UserError: it is a partner's, or counts no more
        """
        event = self.event_id
        if not event:
            return ""
        event.check_access("read")
        if not event.may_be_withdrawn or event.shipment_id != self.shipment_id:
            raise UserError(self.env._("Only what counts and was recorded by hand is corrected."))
        stated = event.sudo()
        return stated.source_base or stated.source_id

    def _kept_unseen(self):
        """The corrected statement, where its author may not see what it says of persons: what is
        left empty stays as it was."""
        is_unseen = self.event_id and not sees_personal_data(self.env)
        event = self.event_id.sudo()
        return event if is_unseen else event.browse()

    def _local(self, moment):
        """A naive UTC time as the user's clock shows it, aware."""
        return moment.replace(tzinfo=UTC).astimezone(zone(self.env.user.tz or "UTC"))

    def _documents(self):
        if not self.document:
            return self._documents_kept()
        content = base64.b64decode(self.document)
        if len(content) > MOST_BYTES:
            raise UserError(self.env._("The file is larger than 3 MB. Take a smaller picture."))
        mimetype = guess_mimetype(content, "application/octet-stream")
        if mimetype != "application/pdf" and not mimetype.startswith("image/"):
            raise UserError(self.env._("A proof of delivery is a picture or a PDF."))
        name = (self.document_name or "proof").replace("/", "_").replace("\\", "_")[:200]
        return [("pod", name, mimetype, content)]

    def _documents_kept(self):
        """The documents of the corrected statement: they go on with it."""
        message = self.event_id.message_id.sudo()
        raw = message._read_bodies().get(message.id) if message else None
        return by_hand.documents_of(raw) if raw else []
