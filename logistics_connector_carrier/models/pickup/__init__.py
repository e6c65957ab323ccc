from . import (
    logistics_connection_pickup,
    logistics_flow,
    logistics_pickup,
    logistics_pickup_request,
    logistics_pickup_answer,
    logistics_booking_pickup,
    stock_picking_pickup,
)
