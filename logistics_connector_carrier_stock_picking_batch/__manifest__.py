{
    "name": "Logistics Connector: Batch Transfers",
    "summary": "Carriers' labels of a batch or wave: asked for, printed, counted",
    "version": "19.0.1.0.0",
    "category": "Supply Chain/Logistics",
    "author": "Logistics Connector Founders",
    "license": "LGPL-3",
    "depends": ["logistics_connector_carrier", "stock_picking_batch"],
    "data": ["views/stock_picking_batch_views.xml"],
    "auto_install": True,
    "installable": True,
}
