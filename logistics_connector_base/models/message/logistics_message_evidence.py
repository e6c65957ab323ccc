import difflib

from odoo import api, fields, models

from ...core.identity import message_identity

# Lines of the comparison shown on the screen, and how long one may be.
COMPARED_LINES, COMPARED_WIDTH = 300, 400


class LogisticsMessage(models.Model):
    """What helps to judge a message: how long it took, what came of it, what it contradicts."""

    _inherit = "logistics.message"

    latency = fields.Float(
        "Seconds to process",
        compute="_compute_latency",
        help="From the receipt until it was processed.",
    )
    exception_ids = fields.One2many("logistics.exception", "message_id", "Exceptions")
    exception_count = fields.Integer(compute="_compute_exception_count")
    original_id = fields.Many2one(
        "logistics.message",
        "First message",
        compute="_compute_original",
        help="The message that came under the same identity before.",
    )
    difference = fields.Text(
        "What differs",
        compute="_compute_difference",
        groups="logistics_connector_base.group_logistics_manager",
        help="Lines with − stood in the first message, lines with + stand in this one.",
    )

    @api.depends("received_at", "processed_at")
    def _compute_latency(self):
        for message in self:
            took = message.processed_at and (message.processed_at - message.received_at)
            message.latency = max(took.total_seconds(), 0.0) if took else 0.0

    @api.depends("exception_ids")
    def _compute_exception_count(self):
        counts = dict(
            self.env["logistics.exception"]._read_group(
                [("message_id", "in", self.ids)], ["message_id"], ["__count"]
            )
        )
        for message in self:
            message.exception_count = counts.get(message, 0)

    @api.depends("state", "external_id", "revision", "digest")
    def _compute_original(self):
        keys = self.env["logistics.message.key"].sudo()
        for message in self:
            original = self.browse()
            is_later = message.is_conflict or message.conflict_decision
            if is_later or message.state in ("conflict", "duplicate"):
                # The intake files a conflict under a revision of its own, made from its digest.
                revision = message.revision or ""
                identity = message_identity(
                    message.external_id or "",
                    "" if revision.startswith("#") else revision,
                    message.digest,
                )
                original = keys.search(
                    [
                        ("connection_id", "=", message.connection_id.id),
                        ("identity", "=", identity.identity),
                        ("revision", "=", identity.revision),
                    ],
                    limit=1,
                ).message_id
            first = original - message
            message.original_id = first.sudo(self.env.su)._filtered_access("read")

    @api.depends("original_id")
    @api.depends_context("uid")
    def _compute_difference(self):
        for message in self:
            before, after = message.original_id.body_text, message.body_text
            both = message.original_id and before and after
            message.difference = _differences(before, after) if both else False

    def action_view_exceptions(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "logistics_connector_base.action_logistics_exception"
        )
        return dict(action, domain=[("message_id", "=", self.id)], context={})


def _differences(before, after):
    """The lines that differ between two texts, two lines around them, as people read a diff."""
    lines = difflib.unified_diff(
        (before or "").splitlines(), (after or "").splitlines(), lineterm="", n=2
    )
    shown = []
    for line in lines:
        if line.startswith(("---", "+++")):
            continue
        if line.startswith("@@"):
            if shown:
                shown.append("⋮")
            continue
        if len(shown) == COMPARED_LINES:
            shown.append("…")
            break
        mark = "− " if line[0] == "-" else f"{line[0]} "
        shown.append(f"{mark}{line[1:COMPARED_WIDTH]}")
    return "\n".join(shown)
