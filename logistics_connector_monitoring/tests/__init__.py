from . import (
    test_detector_inbox,
    test_database_upkeep,
    test_eta,
    test_health,
    test_health_page,
    test_metrics,
    test_queue_channels,
)
