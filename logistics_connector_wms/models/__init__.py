from . import (
    advice,
    item,
    logistics_condition_release,
    logistics_connection,
    logistics_exception,
    logistics_provider_warehouse,
    snapshot,
    stock_move,
    stock_picking,
    stock_picking_release,
    stock_warehouse,
    stream,
)
