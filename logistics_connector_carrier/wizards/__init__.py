from . import (
    choose_delivery_carrier,
    logistics_address_check,
    logistics_label_print,
    logistics_rate_comparison,
)
