from . import logistics_snapshot_decision, logistics_trace
