{
    "name": "Logistics Connector: Freight Audit",
    "summary": "What freight was estimated, booked and billed, side by side per shipment",
    "version": "19.0.1.0.0",
    "category": "Supply Chain/Logistics",
    "author": "Logistics Connector Founders",
    "license": "LGPL-3",
    "depends": ["logistics_connector_base", "account"],
    "data": [
        "security/freight_security.xml",
        "views/logistics_shipment_charge_views.xml",
        "views/logistics_shipment_views.xml",
        "views/logistics_menus.xml",
    ],
    "demo": ["demo/freight_demo.xml"],
    "assets": {
        "web.assets_tests": ["logistics_connector_freight_audit/static/tests/tours/**/*"],
    },
    "installable": True,
}
