from . import (
    logistics_snapshot,
    logistics_snapshot_line,
    logistics_snapshot_result,
    logistics_snapshot_filing,
    stock_warehouse_balance,
    logistics_snapshot_flight,
    logistics_snapshot_work,
    logistics_snapshot_compare,
    logistics_snapshot_outcome,
    logistics_snapshot_decision,
    logistics_connection_snapshot,
)
