from . import (
    res_partner,
    stock_picking,
    sale_order_line,
    sale_order,
    logistics_shipment,
    logistics_delivered_unbilled,
)
