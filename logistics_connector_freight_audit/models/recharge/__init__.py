from . import (
    logistics_freight_recharge,
    sale_order_line,
    logistics_freight_bill_recharge,
)
