"""The shop: products with stock, delivery methods, customers, orders and their deliveries."""

from dataclasses import dataclass

from ..simulators.journey import CHICAGO, HAMBURG, UTRECHT, Place

PRODUCTS = (
    ("LC-LAMP", "Desk lamp Aurora", 59.0, 1.2),
    ("LC-CHAIR", "Folding chair Nomad", 89.0, 6.5),
    ("LC-KETTLE", "Kettle Istra 1.7 l", 44.5, 1.1),
    ("LC-SHELF", "Wall shelf Bergen", 72.0, 4.8),
)
STOCK = 2000

#: Provider code, name of the delivery method, price. Sendcloud's parcels go with many carriers.
METHODS = (
    ("ups", "UPS Standard", 12.0),
    ("fedex", "FedEx Ground", 14.0),
    ("sendcloud", "PostNL via Sendcloud", 6.95),
    ("", "Northwind 3PL", 9.5),
)


@dataclass(frozen=True, slots=True)
class Customer:
    name: str
    street: str
    place: Place


CUSTOMERS = (
    Customer("Blue Door Interiors", "812 W Randolph St", CHICAGO),
    Customer("Harper & Finch LLC", "1440 S Michigan Ave", CHICAGO),
    Customer("Lakeside Hotels Inc", "401 N Wabash Ave", CHICAGO),
    Customer("De Vries Wonen", "Reactorweg 160", UTRECHT),
    Customer("Café Domtoren", "Korte Nieuwstraat 2", UTRECHT),
    Customer("Hanse Kontor GmbH", "Am Sandtorkai 37", HAMBURG),
    Customer("Elbblick Hotel", "Große Elbstraße 68", HAMBURG),
)


@dataclass(slots=True)
class Sale:
    """A confirmed order with the delivery that it made."""

    order_id: int
    name: str
    picking_id: int


class Shop:
    """Sells and ships in the Odoo behind ``rpc``. What is there already is used again."""

    def __init__(self, rpc):
        self.rpc = rpc
        self.products = [self._product(*product) for product in PRODUCTS]
        self.methods = {code: self._method(code, name, price) for code, name, price in METHODS}
        self.customers = [self._customer(customer) for customer in CUSTOMERS]
        self._fill_stock()

    def sell(self, lines):
        """Confirm one order for each dict of ``lines`` and return the sales in the same order.

        Keys: ``customer`` (index), ``quantity``, ``product`` (index), ``reference``; any may be
        missing.
        """
        values = [self._order_values(**line) for line in lines]
        ids = self.rpc("sale.order", "create", values)
        self.rpc("sale.order", "action_confirm", ids)
        orders = self.rpc("sale.order", "read", ids, ["name", "picking_ids"])
        pickings = [number for order in orders for number in order["picking_ids"]]
        codes = self.rpc("stock.picking", "read", pickings, ["picking_type_code"])
        leaving = {row["id"] for row in codes if row["picking_type_code"] == "outgoing"}
        return [
            Sale(order["id"], order["name"], next(n for n in order["picking_ids"] if n in leaving))
            for order in orders
        ]

    def ship(self, sale, code, number, left_at=None):
        """Validate the delivery and give it a tracking number, as a warehouse clerk does.

        ``left_at`` (aware UTC) dates a shipment that left in the past.
        """
        context = {"skip_backorder": True, "skip_sms": True}
        self.rpc("stock.picking", "button_validate", [sale.picking_id], context=context)
        state = self.rpc("stock.picking", "read", [sale.picking_id], ["state"])[0]["state"]
        if state != "done":
            raise AssertionError(f"the delivery of {sale.name} is {state} after validation")
        if left_at:
            moment = left_at.strftime("%Y-%m-%d %H:%M:%S")
            self.rpc("stock.picking", "write", [sale.picking_id], {"date_done": moment})
        self.label(sale, code, number)

    def label(self, sale, code, number):
        """Give the delivery its method and tracking number."""
        values = {"carrier_id": self.methods[code], "carrier_tracking_ref": number}
        self.rpc("stock.picking", "write", [sale.picking_id], values)

    def shipment(self, sale):
        """The id of the shipment of a sale's delivery, None when there is none."""
        found = self.rpc(
            "logistics.shipment", "search", [("picking_ids", "in", [sale.picking_id])], limit=1
        )
        return found[0] if found else None

    # -- what it is made of -------------------------------------------------------------------

    def _order_values(self, customer=0, product=0, quantity=1, reference=None, method=None):
        values = {
            "partner_id": self.customers[customer],
            "order_line": [
                (0, 0, {"product_id": self.products[product], "product_uom_qty": quantity})
            ],
        }
        if reference:
            values["client_order_ref"] = reference
        if method is not None:
            values["carrier_id"] = self.methods[method]
        return values

    def _product(self, code, name, price, weight):
        values = {
            "name": name,
            "type": "consu",
            "is_storable": True,
            "list_price": price,
            "weight": weight,
        }
        return self._ensure("product.product", [("default_code", "=", code)], values, code=code)

    def _method(self, code, name, price):
        product = self._ensure(
            "product.product",
            [("default_code", "=", f"LC-SHIP-{code or '3pl'}")],
            {"name": name, "type": "service", "sale_ok": False, "list_price": price},
            code=f"LC-SHIP-{code or '3pl'}",
        )
        provider = self.rpc("logistics.provider", "search", [("code", "=", code or "-")], limit=1)
        values = {
            "name": name,
            "delivery_type": "fixed",
            "fixed_price": price,
            "product_id": product,
            "logistics_provider_id": provider[0] if provider else False,
        }
        return self._ensure("delivery.carrier", [("product_id", "=", product)], values)

    def _customer(self, customer):
        country = self.rpc(
            "res.country", "search", [("code", "=", customer.place.country)], limit=1
        )
        values = {
            "name": customer.name,
            "is_company": True,
            "street": customer.street,
            "city": customer.place.city.title(),
            "zip": customer.place.zip,
            "country_id": country[0],
        }
        return self._ensure("res.partner", [("name", "=", customer.name)], values)

    def _ensure(self, model, domain, values, code=None):
        found = self.rpc(model, "search", domain, limit=1)
        if found:
            return found[0]
        if code:
            values = {**values, "default_code": code}
        return self.rpc(model, "create", [values])[0]

    def _fill_stock(self):
        location = self.rpc.one(
            "stock.warehouse", [("id", "=", self._warehouse())], ["lot_stock_id"]
        )
        for product in self.products:
            quant = [
                ("product_id", "=", product),
                ("location_id", "=", location["lot_stock_id"][0]),
            ]
            known = self.rpc("stock.quant", "search_read", quant, ["quantity"], limit=1)
            if known and known[0]["quantity"] >= STOCK / 2:
                continue
            values = {
                "product_id": product,
                "location_id": location["lot_stock_id"][0],
                "inventory_quantity": STOCK,
            }
            ids = self.rpc("stock.quant", "create", [values], context={"inventory_mode": True})
            self.rpc("stock.quant", "action_apply_inventory", ids)

    def _warehouse(self):
        company = self.rpc("res.users", "read", [self.rpc.uid], ["company_id"])[0]["company_id"][0]
        return self.rpc(
            "stock.warehouse", "search", [("company_id", "=", company)], limit=1, order="id"
        )[0]
