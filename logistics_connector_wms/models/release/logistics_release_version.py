from odoo import fields, models

ANSWERS = [
    ("accepted", "Accepted"),
    ("rejected", "Rejected"),
    ("cancelled", "Cancelled"),
    ("too_late", "Too late"),
]


class LogisticsReleaseVersion(models.Model):
    """What a warehouse was told of a release, and what it answered. Rows are added, never changed
    but by their answer."""

    _name = "logistics.release.version"
    _description = "Version of a Release"
    _order = "release_id, id desc"
    _rec_name = "version"
    _logistics_scope = "logistics.exception"  # as its release

    release_id = fields.Many2one(
        "logistics.release", required=True, readonly=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="release_id.company_id", store=True, index=True)
    connection_id = fields.Many2one(
        related="release_id.connection_id",
        store=True,
        index=True,
        groups="logistics_connector_base.group_logistics_user,"
        "logistics_connector_base.group_logistics_service",
    )
    shipment_id = fields.Many2one(
        related="release_id.shipment_id",
        store=True,
        index="btree_not_null",
        groups="logistics_connector_base.group_logistics_user,"
        "logistics_connector_base.group_logistics_service",
    )
    version = fields.Integer(required=True, readonly=True)
    type = fields.Selection(
        [("release", "Release"), ("replace", "Change"), ("cancel", "Cancel")],
        "Told",
        required=True,
        readonly=True,
    )
    told_at = fields.Datetime("Written on", required=True, readonly=True)
    message_id = fields.Many2one(
        "logistics.message",
        readonly=True,
        index="btree_not_null",
        ondelete="restrict",
        groups="logistics_connector_base.group_logistics_user,"
        "logistics_connector_base.group_logistics_service",
    )
    digest = fields.Char(readonly=True)
    summary = fields.Text("Content", readonly=True, help="Without names and streets of people.")
    is_withdrawn = fields.Boolean(
        "Taken back", readonly=True, help="It was taken back before it left."
    )
    answer = fields.Selection(ANSWERS, "Answered", readonly=True)
    answered_at = fields.Datetime("Answered on", readonly=True)
    words = fields.Char("Their words", readonly=True)

    _once = models.Constraint("UNIQUE(release_id, version, type)", "This version was told already.")
