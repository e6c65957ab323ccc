from . import (
    test_charges,
    test_charges_page,
    test_freight_audit,
    test_freight_decide,
    test_freight_dispute,
    test_freight_vendor,
    test_freight_files,
    test_freight_month,
    test_freight_tour,
)
from . import test_rate_agreement
