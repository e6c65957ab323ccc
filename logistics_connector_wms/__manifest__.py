{
    "name": "Logistics Connector: Warehouses and 3PLs",
    "summary": "Ready deliveries of a 3PL's warehouse become released shipments",
    "version": "19.0.1.0.0",
    "category": "Supply Chain/Logistics",
    "author": "Logistics Connector Founders",
    "license": "LGPL-3",
    "depends": ["logistics_connector_base"],
    "data": [
        "data/logistics_provider_data.xml",
        "data/logistics_detector_data.xml",
        "data/logistics_playbook_data.xml",
        "views/stock_warehouse_views.xml",
        "views/logistics_shipment_views.xml",
        "views/logistics_menus.xml",
    ],
    "demo": ["demo/logistics_demo.xml"],
    "assets": {
        "web.assets_tests": ["logistics_connector_wms/static/tests/tours/**/*"],
    },
    "installable": True,
}
