from . import (
    delivery_carrier,
    logistics_booking,
    res_company,
    res_config_settings,
    res_partner,
    sale_order,
    stock_picking,
    stock_picking_customs,
)
