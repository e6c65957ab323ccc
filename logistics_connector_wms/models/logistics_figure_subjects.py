from odoo import models


class LogisticsRelease(models.Model):
    _name = "logistics.release"
    _inherit = ["logistics.release", "logistics.figure.subject"]


class LogisticsSnapshot(models.Model):
    _name = "logistics.snapshot"
    _inherit = ["logistics.snapshot", "logistics.figure.subject"]
