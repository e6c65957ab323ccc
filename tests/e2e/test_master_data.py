"""A 3PL that works nothing that it was not told of: master data arrives before the release that
waits for it, once, and what changes follows."""

from ..simulators.warehouse import WarehouseServer
from ..support.polling import wait_for
from ..support.sending import make_flow
from ..support.warehouse import TRUSTING, Harbour


def tell_now(world, harbour):
    world.rpc("logistics.connection", "action_tell_master", [harbour.connection_id])


def states(world, harbour):
    """{code: state} of its items."""
    domain = [("connection_id", "=", harbour.connection_id), ("kind", "=", "item")]
    rows = world.rpc("logistics.master.record", "search_read", domain, ["code", "state"])
    return {row["code"]: row["state"] for row in rows}


def test_a_release_waits_until_the_3pl_knows_its_products(world):
    with WarehouseServer(3, is_strict=True) as server:
        harbour = Harbour(world.rpc, server, TRUSTING)
        lamp, *_others = harbour.make_products()
        server.building.items.clear()  # it learns what it keeps by being told of it
        make_flow(world.rpc, harbour.connection_id, f"{server.url}/master", code="master")
        gate = {"logistics_gate_item": True}
        world.rpc("stock.warehouse", "write", [harbour.warehouse_id], gate)
        (stock,) = (place for place, kind in harbour.places.items() if kind == "available")
        quant = {"product_id": harbour.products[lamp], "location_id": stock}
        quants = world.rpc("stock.quant", "create", [{**quant, "inventory_quantity": 50}])
        world.rpc("stock.quant", "action_apply_inventory", quants)

        harbour.sell({lamp: 5})
        # The release itself had master data told: nobody pressed a button.
        wait_for(lambda: server.building.orders, 120, lambda: states(world, harbour))
        (order,) = server.building.orders.values()
        assert [(line.sku, line.asked) for line in order.lines] == [(lamp, 5)]
        wait_for(lambda: states(world, harbour) == {lamp: "known"}, 60)
        assert server.building.items[lamp].tracking == "none"

        items = [key for key in server.catalogue.told if key[0] == "item"]
        number = harbour.products[lamp]
        assert items == [("item", number, 1)]
        world.rpc("product.product", "write", [number], {"barcode": f"7{harbour.mark}"})
        tell_now(world, harbour)
        row = ("item", number)
        wait_for(lambda: server.catalogue.records[row]["version"] == 2, 120)
        assert server.catalogue.records[row]["barcode"] == f"7{harbour.mark}"
        world.rpc("product.product", "action_archive", [number])
        tell_now(world, harbour)
        wait_for(lambda: not server.catalogue.knows(lamp), 120)
        wait_for(lambda: states(world, harbour) == {lamp: "withdrawn"}, 60)
