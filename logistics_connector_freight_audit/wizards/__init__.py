from . import (
    logistics_freight_answer,
    logistics_freight_decide,
    logistics_freight_match,
    logistics_freight_map,
)
from . import logistics_rate_try, logistics_rate_whatif
from . import logistics_billing_release
from . import logistics_freight_recharge_ask
