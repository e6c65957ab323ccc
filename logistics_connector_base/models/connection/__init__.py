from . import (
    logistics_allowed_host,
    logistics_http,
    logistics_provider,
    logistics_provider_handler,
    logistics_provider_by_hand,
    logistics_provider_canonical,
    logistics_provider_epcis,
    logistics_connection,
    logistics_connection_by_hand,
    logistics_connection_checklist,
    logistics_connection_setup,
    logistics_connection_partner,
)
