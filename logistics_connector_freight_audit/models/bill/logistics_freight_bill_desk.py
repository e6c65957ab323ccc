from odoo import api, models

# So many billed shipments are matched and audited in one transaction.
BATCH = 500


class LogisticsFreightBillDesk(models.AbstractModel):
    """Matches and audits bills, a few hundred shipments at a time."""

    _name = "logistics.freight.bill.desk"
    _inherit = "logistics.desk"
    _description = "Desk that Audits Freight Bills"

    _desk_model = "logistics.freight.bill"
    _desk_states = ("to_audit",)
    # What was billed before is judged before.
    _desk_order = "id"
    _desk_lock = 0x4C4F4742  # "LOGB"
    _desk_title = "Logistics: audit freight bills, lane %s"

    @api.model
    def _work_record(self, record):
        record._audit_some(BATCH)

    @api.model
    def _give_up(self, record, text):
        record.write({"state": "open", "problem": text[:500], "next_try_at": False})


class LogisticsInbox(models.AbstractModel):
    _inherit = "logistics.inbox"

    @api.model
    def _boxes(self):
        return (*super()._boxes(), "logistics.freight.bill.desk")
