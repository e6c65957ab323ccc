from . import (
    logistics_eta_calibration,
    logistics_eta_coverage,
    logistics_eta_forecast,
    logistics_lane_time,
    logistics_shipment,
)
