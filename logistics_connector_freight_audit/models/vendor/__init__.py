from . import account_move, logistics_freight_bill_vendor, logistics_freight_product
