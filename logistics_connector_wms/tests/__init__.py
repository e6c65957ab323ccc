from . import (
    test_advice_ship,
    test_advice_stock,
    test_detector_release,
    test_item_code,
    test_playbook_release,
    test_release,
    test_release_gates,
    test_release_kinds,
    test_release_page,
    test_snapshot,
    test_stream,
    test_release_versions,
)
