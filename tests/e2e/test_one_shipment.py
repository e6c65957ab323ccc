"""A delivery gets one shipment, also when two processes make it at the same time.

Not in one of Odoo's test cases: they have one transaction.
"""

import pytest

from ..support.inside import Inside

MAKE = """
    product = env["product.product"].create({"name": "Lamp", "type": "consu"})
    order = env["sale.order"].create({
        "partner_id": env["res.partner"].create({"name": "Ada"}).id,
        "order_line": [(0, 0, {"product_id": product.id, "product_uom_qty": 1})]})
    order.action_confirm()
    result = order.picking_ids.id
"""
# Both look at the delivery before either has made the shipment; the first commits while the second
# is about to make its own.
FIRST = """
    import time
    shipment = env["stock.picking"].browse({delivery})._ensure_shipment()
    time.sleep(2)
    result = shipment.id
"""
SECOND = """
    import time
    delivery = env["stock.picking"].browse({delivery})
    assert not delivery.shipment_ids
    time.sleep(1)
    result = delivery._ensure_shipment().id
"""
COUNT = "result = len(env['stock.picking'].browse({delivery}).shipment_ids)"


def test_two_at_a_time_make_one(database_name):
    with Inside(database_name) as one, Inside(database_name) as other:
        delivery = one.run(MAKE)
        one.start(FIRST.format(delivery=delivery))
        other.start(SECOND.format(delivery=delivery))
        made = one.result()
        # Odoo does a request again after this error; so does the job runner.
        with pytest.raises(AssertionError, match="could not serialize"):
            other.result()
        assert other.run(FIRST.format(delivery=delivery)) == made
        assert one.run(COUNT.format(delivery=delivery)) == 1
