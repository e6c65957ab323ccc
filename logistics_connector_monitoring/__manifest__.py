{
    "name": "Logistics Connector: Monitoring",
    "summary": "Health of every connection, for people and for Prometheus",
    "version": "19.0.1.0.0",
    "category": "Supply Chain/Logistics",
    "author": "Logistics Connector Founders",
    "license": "LGPL-3",
    "depends": ["logistics_connector_base"],
    "external_dependencies": {"python": ["prometheus-client"]},
    "data": [
        "security/ir.model.access.csv",
        "security/monitoring_security.xml",
        "data/ir_cron_data.xml",
        "data/logistics_detector_data.xml",
        "data/logistics_playbook_data.xml",
        "views/logistics_connection_health_views.xml",
        "views/logistics_menus.xml",
    ],
    "assets": {
        "web.assets_backend": ["logistics_connector_monitoring/static/src/**/*"],
        "web.assets_tests": ["logistics_connector_monitoring/static/tests/tours/**/*"],
    },
    "installable": True,
}
