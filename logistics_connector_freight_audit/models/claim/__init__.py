from . import (
    logistics_freight_carrier,
    logistics_freight_claim,
    logistics_freight_claim_amount,
    logistics_freight_claim_way,
    logistics_shipment,
    account_move,
)
