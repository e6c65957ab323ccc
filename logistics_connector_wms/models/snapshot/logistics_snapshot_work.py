from odoo import api, models


class LogisticsSnapshotDesk(models.AbstractModel):
    """Compares snapshots of a warehouse's stock with the books."""

    _name = "logistics.snapshot.desk"
    _inherit = "logistics.desk"
    _description = "Desk that Compares Stock Snapshots"

    _desk_model = "logistics.snapshot"
    _desk_states = ("to_compare",)
    # A difference lasts from one snapshot to the next: they are read in the order of their times.
    _desk_order = "as_of"
    _desk_lock = 0x4C4F4757  # "LOGW"
    _desk_title = "Logistics: compare stock snapshots, lane %s"

    @api.model
    def _work_record(self, record):
        record._compare()

    @api.model
    def _give_up(self, record, text):
        record._cannot(text)


class LogisticsInbox(models.AbstractModel):
    _inherit = "logistics.inbox"

    @api.model
    def _boxes(self):
        return (*super()._boxes(), "logistics.snapshot.desk")
