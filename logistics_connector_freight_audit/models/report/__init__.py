from . import logistics_freight_analysis, logistics_freight_bill
