from . import (
    test_detector_inbox,
    test_database_upkeep,
    test_health,
    test_health_detail,
    test_health_page,
    test_metrics,
    test_alert,
    test_pages,
    test_queue_channels,
    test_scorecard,
    test_tower,
    test_tower_page,
)
