from odoo import api, fields, models

from ...core.identity import normalise_number

SAMPLES = 10
# Failed messages that are looked through for those which failed alike.
FAILURES_READ = 80


class LogisticsException(models.Model):
    """What a person needs to see before deciding: the events, messages and shipments behind it."""

    _inherit = "logistics.exception"

    sample_ids = fields.Many2many(
        "logistics.event", compute="_compute_sample_ids", string="Events behind it"
    )
    failed_message_ids = fields.Many2many(
        "logistics.message", compute="_compute_failed_message_ids", string="Messages behind it"
    )
    original_message_id = fields.Many2one(related="message_id.original_id", string="Came first")
    message_difference = fields.Text(
        related="message_id.difference",
        groups="logistics_connector_base.group_logistics_manager",
    )
    candidate_ids = fields.Many2many(
        "logistics.shipment",
        compute="_compute_candidate_ids",
        string="Shipments with this number",
    )

    @api.depends("type_id", "event_id", "connection_id", "reference", "raw_code", "raw_sub_code")
    def _compute_sample_ids(self):
        for exception in self:
            domain = exception._sample_domain()
            exception.sample_ids = (
                self.env["logistics.event"].search(domain, order="id desc", limit=SAMPLES)
                if domain
                else exception.event_id
            )

    def _sample_domain(self):
        """Which events show the trouble; None where it is only the one that was reported."""
        self.ensure_one()
        if self.type_code == "unmapped_code":
            domain = [
                ("issuer", "=", self.provider),
                ("raw_code", "=", self.raw_code),
                ("raw_sub_code", "=", self.raw_sub_code or ""),
                ("company_id", "=", self.company_id.id),
            ]
            # Afterwards the events are mapped, and still the ones that it was about.
            return [*domain, ("is_unmapped", "=", True)] if self.is_open else domain
        if self.type_code in ("unknown_shipment", "ambiguous_shipment") and self.is_open:
            return [
                ("shipment_id", "=", False),
                ("connection_id", "=", self.connection_id.id),
                ("tracking_number", "=", self.reference),
            ]
        return None

    @api.depends("type_id", "key", "connection_id")
    def _compute_failed_message_ids(self):
        for exception in self:
            messages = self.env["logistics.message"]
            if exception.type_code in ("parse_failure", "processing_failure"):
                domain = [
                    ("connection_id", "=", exception.connection_id.id),
                    ("state", "=", "dead"),
                ]
                messages = messages.search(domain, limit=FAILURES_READ).filtered(
                    lambda message, key=exception.key: message._failure_key() == key
                )
            elif exception.type_code == "contract_broken":
                messages = exception._refused_messages() or exception.message_id
            exception.failed_message_ids = messages[:SAMPLES]

    @api.depends("type_id", "reference", "company_id")
    def _compute_candidate_ids(self):
        for exception in self:
            shipments = self.env["logistics.shipment"]
            key = normalise_number(exception.reference or "")
            if key and exception.type_code in ("unknown_shipment", "ambiguous_shipment"):
                references = self.env["logistics.shipment.reference"].search(
                    [("value_key", "=", key)], limit=SAMPLES
                )
                shipments = references.shipment_id
            exception.candidate_ids = shipments
