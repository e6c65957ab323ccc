"""Figures of warehouses for the control tower, as questions to the database."""

from datetime import timedelta

from odoo import fields
from odoo.addons.logistics_connector_base.core.figures import Chosen
from odoo.tests import tagged

from .release_common import ReleaseCommon


@tagged("post_install", "-at_install")
class TestFigures(ReleaseCommon):
    def chosen(self, model, code, *bands, **days):
        text = Chosen(code, bands, **days).as_text()
        records = self.env[model].with_user(self.clerk)
        return records.search([("figure_rows", "=", text)]).sudo()

    def test_released_and_not_confirmed(self):
        now = fields.Datetime.now()
        self.stock(30)
        releases = self.env["logistics.release"]
        for hours in (1, 30, 90):
            picking = self.order().picking_ids
            release = releases.search([("picking_id", "=", picking.id)])
            self.assertTrue(release)
            self.env.flush_all()
            self.env.cr.execute(
                "UPDATE logistics_release SET state = 'sent', told_at = %s WHERE id = %s",
                (now - timedelta(hours=hours), release.id),
            )
            releases |= release
        self.env.invalidate_all()
        fresh, day, old = releases
        bands = {"0": fresh, "1": releases.browse(), "2": day, "3": old}
        for band, expected in bands.items():
            found = self.chosen("logistics.release", "release_unconfirmed", band) & releases
            self.assertEqual(found, expected, band)
        old.state = "closed"
        self.env.flush_all()
        found = self.chosen("logistics.release", "release_unconfirmed") & releases
        self.assertEqual(found, fresh | day)

    def test_accuracy_of_the_snapshots_of_these_days(self):
        noon = fields.Datetime.now().replace(hour=12, minute=0, second=0) - timedelta(days=1)
        snapshots = self.env["logistics.snapshot"].create(
            [
                {
                    "name": f"S{days}",
                    "connection_id": self.connection.id,
                    "company_id": self.company.id,
                    "warehouse_id": self.warehouse.id,
                    "as_of": noon - timedelta(days=days),
                    "received_at": noon,
                    "state": state,
                    "compared_count": 100,
                    "accuracy": accuracy,
                }
                for days, state, accuracy in (
                    (0, "compared", 1.0),
                    (1, "compared", 0.98),
                    (2, "compared", 0.5),
                    (3, "superseded", 0.1),
                )
            ]
        )
        self.env.flush_all()
        first, last = noon.date() - timedelta(days=1), noon.date()
        figure = self.env["logistics.figure"]._figures()["stock_accuracy"]
        rows = self.env.execute_query(figure._rows(first, last))
        mine = {
            row[0]: (row[4], row[5])
            for row in rows
            if row[0] in snapshots.ids and first <= row[3] <= last
        }
        self.assertEqual(mine, {snapshots[0].id: ("good", 100.0), snapshots[1].id: ("fair", 98.0)})
        found = self.chosen("logistics.snapshot", "stock_accuracy", "fair", first=first, last=last)
        self.assertEqual(found & snapshots, snapshots[1])
