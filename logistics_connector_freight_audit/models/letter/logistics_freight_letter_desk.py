from odoo import api, models


class LogisticsFreightLetterDesk(models.AbstractModel):
    """Opens mails with freight bills, one after the other."""

    _name = "logistics.freight.letter.desk"
    _inherit = "logistics.desk"
    _description = "Desk that Opens Mails with Freight Bills"

    _desk_model = "logistics.freight.letter"
    _desk_states = ("waiting",)
    _desk_lock = 0x4C4F474D  # "LOGM"
    _desk_title = "Logistics: open mails with freight bills, lane %s"

    @api.model
    def _work_record(self, record):
        record._open()

    @api.model
    def _give_up(self, record, text):
        record._ask(text)


class LogisticsInbox(models.AbstractModel):
    _inherit = "logistics.inbox"

    @api.model
    def _boxes(self):
        return (*super()._boxes(), "logistics.freight.letter.desk")
