from odoo import api, models


class LogisticsFreightFileDesk(models.AbstractModel):
    """Checks and imports files of freight bills, one after the other."""

    _name = "logistics.freight.file.desk"
    _inherit = "logistics.desk"
    _description = "Desk that Reads Files of Freight Bills"

    _desk_model = "logistics.freight.file"
    _desk_states = ("checking", "importing")
    _desk_lock = 0x4C4F4746  # "LOGF"
    _desk_title = "Logistics: read freight bills, lane %s"

    @api.model
    def _work_record(self, record):
        if record.state == "checking":
            record._check()
        else:
            record._import()

    @api.model
    def _give_up(self, record, text):
        record._write_own({"state": "problem", "problem": text[:500], "next_try_at": False})
        record._ask_person()


class LogisticsInbox(models.AbstractModel):
    _inherit = "logistics.inbox"

    @api.model
    def _boxes(self):
        return (*super()._boxes(), "logistics.freight.file.desk")
