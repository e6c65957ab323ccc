"""People at work, in a real browser, with the least rights that the work needs.

With LOGISTICS_SCREENSHOTS=<folder> each tour leaves a picture of its last screen there.
"""

import base64
import os
import pathlib
from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.tests import HttpCase, tagged
from odoo.tests.common import ChromeBrowser

from .common import InboxCommon

USER = "logistics_connector_base.group_logistics_user"
MANAGER = "logistics_connector_base.group_logistics_manager"
ADMIN = "logistics_connector_base.group_logistics_admin"
# Pictures that README and the user guide show.
PICTURES = {"logistics_timeline": "shipment", "logistics_messages": "message"}


class TourCommon(InboxCommon, HttpCase):
    browser_size = "1440x900"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.connection = cls.make_connection(tz="Europe/Madrid")
        consignee = cls.env["res.partner"].create({"name": "Tour Consignee"})
        cls.shipment = cls.make_shipment(
            "1ZTOUR1", "1ZTOUR2", partner_id=consignee.id, carrier_name="UPS"
        )
        cls.env["logistics.shipment.reference"].create(
            {"shipment_id": cls.shipment.id, "type": "customer", "value": "PO-TOUR-7"}
        )
        cls.make_user("tour_user", USER)
        cls.make_user("tour_manager", MANAGER)

    def _tour(self, path, tour, login):
        folder = os.environ.get("LOGISTICS_SCREENSHOTS")
        if not folder:
            self.start_tour(path, tour, login=login)
            return
        stop = ChromeBrowser.stop

        def photographed(browser):
            picture = browser._websocket_request("Page.captureScreenshot")["data"]
            name = PICTURES.get(tour, tour)
            pathlib.Path(folder, f"{name}.png").write_bytes(base64.b64decode(picture))
            stop(browser)

        with patch.object(ChromeBrowser, "stop", photographed):
            self.start_tour(path, tour, login=login)

    def _scan(self, code, at, number="1ZTOUR1", **values):
        place = {"name": "Depot Madrid", "city": "Madrid", "country": "ES"}
        return self.scan(code, at, number=number, **{"place": place, **values})


@tagged("post_install", "-at_install")
class TestTours(TourCommon):
    def _unknown_code(self):
        return self._scan("SRT7", "2026-03-10T15:00:00+01:00", raw_text="Sorted on special belt")

    def test_a_user_takes_an_exception_and_links_it(self):
        arrived = self._scan("MOV_ARRIVED", "2026-03-10T10:00:00+01:00", "1ZTOUR404")
        self.receive(self.connection, self.message(arrived))
        self._tour("/odoo/logistics-exceptions", "logistics_work_exception", "tour_user")
        case = self.exceptions("unknown_shipment", is_open=False)
        self.assertEqual((case.state, case.user_id.login), ("resolved", "tour_user"))
        self.assertEqual(self.shipment.state, "in_transit")

    def test_a_user_dismisses_several_with_a_reason(self):
        for number in ("1ZTOUR404", "1ZTOUR405"):
            scan = self._scan("MOV_ARRIVED", "2026-03-10T10:00:00+01:00", number)
            self.receive(self.connection, self.message(scan))
        before = self.exceptions()
        self._tour("/odoo/logistics-exceptions", "logistics_dismiss_several", "tour_user")
        self.assertEqual(set(before.mapped("state")), {"dismissed"})
        self.assertEqual(set(before.mapped("outcome")), {"Not our parcels"})

    def test_a_manager_maps_an_unknown_code_and_replays(self):
        self.receive(self.connection, self.message(self._unknown_code()))
        self._tour("/odoo/logistics-exceptions", "logistics_map_code", "tour_manager")
        self.assertFalse(self.exceptions("unmapped_code"))
        self.assertEqual(self.shipment.package_ids.mapped("state"), ["in_transit", "draft"])

    def test_a_manager_looks_at_the_messages_in_the_morning(self):
        now = fields.Datetime.now()
        self.make_shipment("1ZTOUR9", ship_date=now - timedelta(days=2))
        delivered = self._scan(
            "DLV_DELIVERED",
            f"{now - timedelta(hours=1):%Y-%m-%dT%H:%M:%SZ}",
            "1ZTOUR9",
            signed_by="Ada Lovelace",
            place={"name": "Ada Lovelace", "street": "Elm 1", "city": "Utrecht", "country": "NL"},
        )
        self.receive(self.connection, self.message(delivered), at=now - timedelta(minutes=50))
        self.receive(self.connection, b"<no json/>", at=now - timedelta(minutes=40))
        unknown = self._scan("MOV_ARRIVED", "2026-03-10T10:00:00+01:00", "1ZTOUR404")
        self.receive(self.connection, self.message(unknown), at=now - timedelta(minutes=30))
        self._tour("/odoo/logistics-messages", "logistics_messages", "tour_manager")

    def test_a_user_reads_the_timeline(self):
        attempted = self._scan("DLV_ATTEMPTED", "2026-03-11T09:00:00+01:00", id="e1")
        for event in (
            self._scan("PUP_PICKED_UP", "2026-03-10T09:00:00+01:00"),
            self._scan("PUP_PICKED_UP", "2026-03-10T09:00:30+01:00", "1ZTOUR2"),
            self._unknown_code(),
            attempted,
            {"id": "e2", "retracts": "e1", "shipment": attempted["shipment"]},
            self._scan("MOV_ARR_DEST", "2026-03-11T10:00:00"),
            self._scan(
                "DLV_ETA",
                "2026-03-11T11:00:00+01:00",
                classifier="estimated",
                estimated_delivery_at="2026-03-12T16:00:00+01:00",
            ),
            self._scan("DLV_OUT", "2026-03-12T08:00:00+01:00"),
            self._scan("MOV_IN_TRANSIT", "2031-03-12T08:00:00+01:00", "1ZTOUR2"),
        ):
            self.receive(self.connection, self.message(event))
        # The one that must not be found.
        self.make_shipment("1ZOTHER")
        self._tour("/odoo/logistics-shipments", "logistics_timeline", "tour_user")

    def test_an_administrator_allows_a_local_system(self):
        self.make_user("tour_admin", ADMIN)
        self._tour("/odoo/logistics-allowed-hosts", "logistics_allow_local_system", "tour_admin")
        line = self.env["logistics.allowed.host"].search([])
        self.assertEqual((line.host, line.ports, line.plain_http), ("10.1.2.0/28", "8443", True))
