{
    "name": "Logistics Connector: Landed Costs",
    "summary": "What carriers billed for goods that came in becomes draft landed costs",
    "version": "19.0.1.0.0",
    "category": "Supply Chain/Logistics",
    "author": "Logistics Connector Founders",
    "license": "LGPL-3",
    "depends": ["logistics_connector_freight_audit", "stock_landed_costs"],
    "data": [
        "security/ir.model.access.csv",
        "security/landed_cost_security.xml",
        "views/logistics_freight_bill_views.xml",
        "views/logistics_freight_settings_views.xml",
        "views/stock_landed_cost_views.xml",
    ],
    "auto_install": True,
    "installable": True,
}
