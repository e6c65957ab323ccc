from . import (
    logistics_release,
    logistics_shipping_method,
    stock_picking,
    stock_warehouse,
)
