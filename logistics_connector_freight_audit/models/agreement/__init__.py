from . import (
    logistics_rate_agreement,
    logistics_rate_agreement_line,
    logistics_rate_agreement_zone,
    logistics_rate_agreement_area,
    logistics_rate_agreement_price,
    logistics_rate_agreement_discount,
    logistics_rate_agreement_accessorial,
    logistics_rate_agreement_fuel,
    logistics_rate_agreement_guarantee,
    logistics_rate_agreement_expected,
    logistics_rate_agreement_words,
)
