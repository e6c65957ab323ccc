from odoo import api, fields, models


class LogisticsFreightProfile(models.Model):
    """How a carrier's table is read, saved under a name. A file with these columns is read so."""

    _name = "logistics.freight.profile"
    _description = "Profile of a Freight Bill Table"
    _inherit = ["mail.thread"]
    _order = "name, id"

    name = fields.Char(required=True, tracking=True)
    active = fields.Boolean(default=True, tracking=True)
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    columns = fields.Json(
        required=True,
        readonly=True,
        help="Their names in order, and what each holds.",
    )
    column_text = fields.Text("What they hold", compute="_compute_column_text")
    issuer = fields.Char("Carrier", help="Where no column tells it.", tracking=True)
    decimal = fields.Selection([(".", "Point"), (",", "Comma")], "Decimal sign", readonly=True)
    date_order = fields.Selection(
        [("dmy", "Day, month, year"), ("mdy", "Month, day, year"), ("ymd", "Year, month, day")],
        "Dates",
        readonly=True,
    )
    currency_id = fields.Many2one("res.currency", readonly=True)

    @api.depends("columns")
    def _compute_column_text(self):
        holds = dict(
            self.env["logistics.freight.file.column"]
            ._fields["holds"]
            ._description_selection(self.env)
        )
        for profile in self:
            profile.column_text = "\n".join(
                f"{name or '–'}: {holds.get(held, '–')}" for name, held in profile.columns or ()
            )

    @api.model
    def _find_for(self, company, names):
        """The newest profile all of whose columns are among these names; none where the table has
        no names: then nothing shows that it is the same.

        :param list names: of the columns as the file has them
        """
        if not any(names):
            return self.browse()
        there = {_plain(name) for name in names}
        for profile in self.search([("company_id", "=", company.id)], order="id desc"):
            if {_plain(name) for name, held in profile.columns if held} <= there:
                return profile
        return self.browse()

    def _columns_by_place(self, names):
        """Place → (what it holds, 100), by the names of the columns."""
        self.ensure_one()
        held = {_plain(name): held for name, held in self.columns if held}
        return {
            place: (held[_plain(name)], 100)
            for place, name in enumerate(names)
            if _plain(name) in held
        }

    def _layout_values(self, file):
        """What was said before of how such a file is written; what this one shows of itself goes
        before."""
        self.ensure_one()
        values = {
            "issuer": file.issuer or self.issuer,
            "date_order": file.date_order or self.date_order,
            "currency_id": (file.currency_id or self.currency_id).id,
        }
        if not file.is_workbook and self.decimal:
            values["decimal"] = self.decimal
        return values

    @api.model
    def _save(self, file):
        """A profile of how this file is read, in place of one of the same name."""
        values = {
            "columns": [[column.name or "", column.holds or ""] for column in file.column_ids],
            "issuer": file.issuer,
            "decimal": file.decimal,
            "date_order": file.date_order,
            "currency_id": file.currency_id.id,
        }
        if file.profile_id:
            file.profile_id.write(values)
        else:
            name = file.issuer or file.name.rpartition(".")[0] or file.name
            file.profile_id = self.create(
                {"name": name, "company_id": file.company_id.id, **values}
            )
        return file.profile_id


def _plain(name):
    return " ".join((name or "").lower().split())
