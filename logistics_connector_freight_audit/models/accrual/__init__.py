from . import (
    logistics_freight_accrual,
    logistics_freight_accrual_line,
    logistics_freight_accrual_prepare,
    logistics_freight_accrual_entry,
    account_move,
)
