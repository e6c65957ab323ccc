from . import (
    logistics_connection,
    delivery_carrier,
    logistics_lane,
    logistics_rates,
    logistics_rate_subject,
    sale_order,
    stock_picking,
    logistics_shipment,
    logistics_choice_rule,
)
