from . import (
    logistics_connection,
    stock_move,
    stock_picking,
    stock_picking_release,
    stock_warehouse,
)
