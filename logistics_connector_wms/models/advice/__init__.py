from . import stock_move_advice, stock_warehouse_advice
