from odoo import api, fields, models


class LogisticsFreightFileTotal(models.Model):
    """The control of one bill of a file: what was read, what was set aside, and what the file
    itself says that it comes to. Nothing of it has been written yet."""

    _name = "logistics.freight.file.total"
    _description = "Control Total of a Freight Bill"
    _order = "file_id, id"
    _log_access = False

    file_id = fields.Many2one(
        "logistics.freight.file", required=True, index=True, ondelete="cascade", readonly=True
    )
    company_id = fields.Many2one(related="file_id.company_id", store=True, index=True)
    issuer = fields.Char("Carrier", readonly=True)
    name = fields.Char("Bill", readonly=True)
    account = fields.Char(readonly=True)
    date = fields.Date("Bill date", readonly=True)
    currency = fields.Char(readonly=True)
    rows = fields.Integer(readonly=True)
    charges = fields.Integer(readonly=True)
    asides = fields.Integer("Set aside", readonly=True)
    summed = fields.Float("Read", digits=(16, 2), readonly=True, help="With tax.")
    aside = fields.Float("In rows set aside", digits=(16, 2), readonly=True)
    told = fields.Float("The file says", digits=(16, 2), readonly=True)
    is_told = fields.Boolean(readonly=True)
    difference = fields.Float(
        digits=(16, 2), readonly=True, help="What the file says less what was read and set aside."
    )
    doubts = fields.Json(readonly=True)
    doubt_text = fields.Char("To be looked at", compute="_compute_doubt_text")
    is_known = fields.Boolean("There already", readonly=True)
    is_blocked = fields.Boolean("Cannot be imported", readonly=True)

    @api.depends("doubts")
    def _compute_doubt_text(self):
        words = {
            "difference": self.env._("What was read is not what the file says."),
            "unknown": self.env._("Of some rows nobody knows the amount."),
            "asides": self.env._("Some rows were set aside."),
            "currencies": self.env._("Some charges are in another currency."),
            "contradictions": self.env._("The file tells two totals of it."),
            "untold": self.env._("The file tells no total."),
            "currency_unknown": self.env._("Its currency is not known."),
            "currency_unsaid": self.env._("The file does not tell its currency. Choose it above."),
            "currency_inactive": self.env._("Its currency is not active in Odoo."),
            "carrier": self.env._("The carrier is not told."),
            "date": self.env._("The bill's date is not told."),
            "total": self.env._("The total that the file tells cannot be read."),
            "due": self.env._("The due date cannot be read."),
            "exchange_rate": self.env._("The exchange rate cannot be read."),
            "known": self.env._("This bill was imported before; it is left out."),
            "conflict": self.env._(
                "This bill was imported before, with another total. It is left out."
            ),
        }
        for total in self:
            total.doubt_text = " ".join(words.get(code, code) for code in total.doubts or ())
