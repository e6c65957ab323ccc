from . import (
    test_connection,
    test_ensure_shipment,
    test_evidence,
    test_exceptions,
    test_inbox,
    test_neutralize,
    test_inbox_identity,
    test_shipment,
    test_timeline,
    test_tours,
    test_views,
)
