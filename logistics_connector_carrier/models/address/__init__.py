from . import logistics_connection, stock_picking
