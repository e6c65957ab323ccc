from odoo import api, fields, models


class LogisticsFigureRun(models.Model):
    """When a figure was counted."""

    _name = "logistics.figure.run"
    _description = "Count of a Figure"
    _log_access = False

    figure = fields.Char(required=True, readonly=True)
    counted_at = fields.Datetime(required=True, readonly=True)
    counted_whole_at = fields.Datetime("Counted as a whole on", readonly=True)

    _figure_uniq = models.UniqueIndex("(figure)")

    @api.model
    def _note(self, code, full):
        self.env.cr.execute(
            """
            INSERT INTO logistics_figure_run (figure, counted_at, counted_whole_at)
            VALUES (%(code)s, now() AT TIME ZONE 'UTC',
                    CASE WHEN %(full)s THEN now() AT TIME ZONE 'UTC' END)
            ON CONFLICT (figure) DO UPDATE SET counted_at = EXCLUDED.counted_at,
                counted_whole_at = COALESCE(EXCLUDED.counted_whole_at,
                                            logistics_figure_run.counted_whole_at)
            """,
            {"code": code, "full": full},
        )
        self.invalidate_model()
