from odoo.tests import HttpCase, new_test_user, tagged


@tagged("post_install", "-at_install")
class TestChargesPage(HttpCase):
    def test_auditor_sees_list_pivot_and_totals(self):
        company = self.env.company
        new_test_user(
            self.env,
            "auditor",
            "logistics_connector_freight_audit.group_freight_auditor",
            password="auditor-auditor",
            company_id=company.id,
            company_ids=[(6, 0, company.ids)],
        )
        shipment = self.env["logistics.shipment"].create({"carrier_name": "Tour Parcel"})
        self.env["logistics.shipment.charge"].create(
            [
                {"shipment_id": shipment.id, "name": name, "kind": kind, "amount": amount}
                for name, kind, amount in (
                    ("Freight", "booked", 12.4),
                    ("Freight", "billed", 12.4),
                    ("Fuel surcharge", "billed", 3.85),
                )
            ]
        )
        self.start_tour("/odoo/logistics-charges", "logistics_freight_charges", login="auditor")
        self.start_tour(
            f"/odoo/logistics-shipments/{shipment.id}",
            "logistics_freight_shipment",
            login="auditor",
        )
