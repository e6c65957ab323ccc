from . import (
    bill,
    charge,
    logistics_shipment,
    logistics_shipment_charge,
    res_company,
    res_config_settings,
    vendor,
    dispute,
)
from . import agreement
