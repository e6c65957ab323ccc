from . import (
    logistics_event_privacy,
    logistics_shipment_privacy,
    logistics_connection_retention,
    logistics_retention_run,
    logistics_privacy_request,
    res_company_retention,
    res_config_settings_retention,
)
