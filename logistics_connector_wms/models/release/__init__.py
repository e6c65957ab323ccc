from . import (
    logistics_message,
    logistics_release,
    logistics_release_answer,
    logistics_release_gates,
    logistics_release_hold,
    logistics_release_telling,
    logistics_release_version,
    res_partner,
    stock_move_line,
)
