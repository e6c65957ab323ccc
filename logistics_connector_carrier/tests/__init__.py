from . import (
    test_aggregators,
    test_corrections,
    test_delivery_method,
    test_mappings,
    test_picking_shipment,
    test_provider_answers,
    test_provider_dhl_push,
    test_providers_asked,
    test_polls,
    test_providers_inbox,
    test_security,
    test_setup_access,
)
