{
    "name": "Logistics Connector: Warehouses' Delivery Methods",
    "summary": "A 3PL is told by which carrier and service an order is to travel",
    "version": "19.0.1.0.0",
    "category": "Supply Chain/Logistics",
    "author": "Logistics Connector Founders",
    "license": "LGPL-3",
    "depends": ["logistics_connector_wms", "stock_delivery"],
    "data": [
        "security/ir.model.access.csv",
        "security/shipping_method_security.xml",
        "views/logistics_shipping_method_views.xml",
        "views/stock_warehouse_views.xml",
    ],
    "auto_install": True,
    "installable": True,
}
