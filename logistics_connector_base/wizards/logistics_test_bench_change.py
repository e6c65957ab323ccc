from odoo import fields, models


class LogisticsTestBenchChange(models.TransientModel):
    """What the message on the bench would change of a shipment."""

    _name = "logistics.test.bench.change"
    _description = "Change on the Test Bench"

    bench_id = fields.Many2one("logistics.test.bench", required=True, ondelete="cascade")
    shipment_id = fields.Many2one("logistics.shipment")
    name = fields.Char("What")
    before = fields.Char("Now")
    after = fields.Char("Then")
