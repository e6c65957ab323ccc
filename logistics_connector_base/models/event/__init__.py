from . import (
    logistics_event_code,
    logistics_event_reason,
    logistics_event_mapping,
    logistics_event_mapping_load,
    logistics_event,
    logistics_event_correction,
    logistics_event_by_hand,
    logistics_event_telling,
    logistics_code_coverage,
    logistics_connection_coverage,
)
