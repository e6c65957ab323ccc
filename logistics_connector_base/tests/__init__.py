from . import (
    test_connection,
    test_ensure_shipment,
    test_exceptions,
    test_inbox,
    test_inbox_identity,
    test_shipment,
)
