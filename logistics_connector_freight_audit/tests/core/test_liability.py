"""What a carrier owes at most."""

from odoo.addons.logistics_connector_freight_audit.core.liability import liable


def test_the_least_limit_counts():
    assert liable(10, 8, 100) == 80
    assert liable(20, 8, 100) == 100
    assert liable(20, 0, 100) == 100
    assert liable(20, 8, 0) == 160


def test_what_is_not_known_limits_nothing():
    assert liable(20, 0, 0) is None
    assert liable(0, 8, 0) is None


def test_a_declared_value_stands_for_all():
    assert liable(1, 8, 100, declared=500) == 500
