from . import (
    account_move,
    logistics_freight_bill,
    logistics_freight_bill_goods,
    logistics_freight_bill_vendor,
    logistics_freight_charge_type,
    logistics_freight_landed,
    logistics_freight_product,
    logistics_shipment,
    stock_landed_cost,
)
