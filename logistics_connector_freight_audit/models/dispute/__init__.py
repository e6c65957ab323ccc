from . import (
    logistics_freight_filing_mixin,
    logistics_freight_dispute,
    logistics_freight_dispute_line,
    logistics_freight_dispute_packet,
    logistics_freight_dispute_answer,
    logistics_freight_dispute_credit,
    logistics_freight_dispute_write_off,
    logistics_freight_carrier_deadline,
    logistics_freight_bill_dispute,
)
