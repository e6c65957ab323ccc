from . import (
    logistics_tracker,
    logistics_tracker_asking,
    logistics_connection_tracker,
    logistics_flow_tracker,
    logistics_shipment_tracker,
)
