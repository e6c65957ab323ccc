from odoo import fields, models
from odoo.exceptions import AccessError, UserError

from ...core.figures import chosen_from


class LogisticsFigureSubject(models.AbstractModel):
    """Its lists can show the rows behind a figure."""

    _name = "logistics.figure.subject"
    _description = "Is Counted in Figures"

    figure_rows = fields.Char(
        "Behind a figure", compute="_compute_figure_rows", search="_search_figure_rows"
    )

    def _compute_figure_rows(self):
        self.figure_rows = False

    def _search_figure_rows(self, operator, value):
        """``=`` with what :meth:`Chosen.as_text` wrote; the reader's own rules narrow further."""
        if operator != "in" or len(value) != 1:
            return NotImplemented
        try:
            chosen = chosen_from(next(iter(value)))
        except ValueError:
            raise UserError(self.env._("No figure of the control tower is named.")) from None
        figure = self.env["logistics.figure"]._figures().get(chosen.figure)
        if figure is None or figure._subject != self._name:
            raise UserError(self.env._("No figure of the control tower is named."))
        if not figure._is_level and not (chosen.first and chosen.last):
            raise UserError(self.env._("Of which days?"))
        if not figure._may_see():
            raise AccessError(self.env._("This figure is not for you."))
        self.env.flush_all()
        return [("id", "in", figure._chosen_rows(chosen))]
