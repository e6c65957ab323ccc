from . import (
    logistics_detector,
    logistics_detector_threshold,
    logistics_detector_clock,
    logistics_detector_run,
    logistics_detector_preview,
    logistics_exception_detector,
    logistics_exception_type_detector,
    logistics_shipment_detector,
    logistics_usual_gap,
)
