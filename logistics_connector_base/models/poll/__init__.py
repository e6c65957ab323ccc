from . import (
    logistics_poll,
    logistics_poll_progress,
    logistics_poll_state,
    logistics_poll_shipment,
    logistics_sweeper,
    logistics_connection_polling,
    logistics_shipment_polling,
)
