from . import (
    sale_order_billing_hold,
    logistics_business_state,
    logistics_business_state_mixin,
    sale_order,
    logistics_trace_buttons,
    stock_move,
    stock_picking,
    stock_picking_state,
)
