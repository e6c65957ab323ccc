from . import logistics_connection, stock_move, stock_picking, stock_warehouse
