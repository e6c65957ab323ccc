"""What every provider ships: mappings that the taxonomy knows, fixtures with their sources."""

import re

import pytest

from .common import ADDON, MAPPING_COLUMNS, fixtures, mapping, taxonomy

PROVIDERS = sorted(path.parent.name for path in (ADDON / "providers").glob("*/mapping.csv"))
COMMON_FIXTURES = {"normal", "unmapped", "two_shipments", "bare", "hostile_types"}

pytestmark = pytest.mark.parametrize("provider", PROVIDERS)


def test_providers_are_found(provider):
    assert {"ups", "fedex", "sendcloud"} <= set(PROVIDERS)


def test_mapping_is_whole(provider):
    rows = mapping(provider)
    assert list(rows[0]) == MAPPING_COLUMNS
    assert len({row["id"] for row in rows}) == len(rows)
    assert len({(row["raw_code"], row["raw_sub_code"]) for row in rows}) == len(rows)
    for row in rows:
        assert re.fullmatch(rf"mapping_{provider}_[a-z0-9_]+", row["id"]), row
        assert row["provider"] == provider and row["raw_code"] and row["note"], row
        assert row["code"] in taxonomy("code"), row
        assert not row["reason"] or row["reason"] in taxonomy("reason"), row
        assert row["classifier"] in ("", "planned", "estimated", "actual"), row
        assert row["priority"] == "10", row


def test_estimates_are_mapped_as_estimates(provider):
    """A delay or an expectation that counted as a fact would move the shipment's state."""
    for row in mapping(provider):
        if row["code"] in ("DLV_ETA", "DLV_RESCHEDULED", "EXC_DELAY"):
            assert row["classifier"] == "estimated", row


def test_fixtures_are_whole_and_name_their_source(provider):
    files = fixtures(provider)
    names = {file.split(".")[0] for file in files}
    assert names >= COMMON_FIXTURES
    assert any(name.startswith("missing") for name in names)
    sources = (ADDON / "providers" / provider / "fixtures" / "SOURCES.md").read_text("utf-8")
    for file in files:
        assert f"`{file}`" in sources, file
    assert "https://" in (ADDON / "providers" / provider / "README.md").read_text("utf-8")
