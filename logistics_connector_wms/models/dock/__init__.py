from . import (
    logistics_dock_appointment,
    logistics_dock_telling,
    logistics_dock_filing,
    logistics_condition_dock,
    stock_picking_dock,
)
