{
    "name": "Logistics Connector: Purchase",
    "summary": "Where the goods of a purchase order stand, and why they do not come",
    "version": "19.0.1.0.0",
    "category": "Supply Chain/Logistics",
    "author": "Logistics Connector Founders",
    "license": "LGPL-3",
    "depends": ["logistics_connector_base", "purchase_stock"],
    "data": ["views/purchase_order_views.xml"],
    "auto_install": True,
    "installable": True,
}
