from . import logistics_snapshot_decision
