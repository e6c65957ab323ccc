"""What a message speaks of, before it is parsed and after, decides which one is worked first."""

from pathlib import Path

import pytest
from odoo.addons.logistics_connector_base.core.canonical import ParseContext
from odoo.addons.logistics_connector_base.core.urgency import SpokenCode, is_urgent, spoken_codes
from odoo.addons.logistics_connector_base.providers.canonical import parse

FIXTURES = Path(__file__).parents[2] / "providers" / "canonical" / "fixtures"
URGENT = frozenset({"DLV_DELIVERED", "DOC_POD", "EXC_DAMAGE"})
TRANSLATIONS = {("OK", ""): "DLV_DELIVERED", ("OK", "HUB"): "MOV_ARRIVED"}


@pytest.mark.parametrize("path", sorted(FIXTURES.glob("*.json")), ids=lambda path: path.stem)
def test_the_glance_sees_what_parsing_finds(path):
    raw = path.read_bytes()
    try:
        parsed = parse.parse(raw, ParseContext(default_zone="Europe/Amsterdam"))
    except ValueError:
        pytest.skip("no message")
    found = {code.code or code.raw_code for code in parse.glance(raw)}
    for code in spoken_codes(parsed):
        # A withdrawal speaks of no code; the parser gives it one without effect.
        assert (code.code or code.raw_code) in found | {parse.RETRACTION_CODE}


@pytest.mark.parametrize(
    ("spoken", "expected"),
    [
        (SpokenCode("acme", "DLV_DELIVERED"), True),
        (SpokenCode("acme", "MOV_ARRIVED"), False),
        (SpokenCode("acme", "", "OK"), True),
        (SpokenCode("acme", "", "OK", "DOOR"), True),  # the row for any sub code
        (SpokenCode("acme", "", "OK", "HUB"), False),
        (SpokenCode("acme", "", "NEW"), False),  # nobody has said what it means
        (SpokenCode("acme", "OK"), True),  # canonical JSON: a code of one's own in our field
    ],
)
def test_urgent_by_itself_or_translated(spoken, expected):
    assert is_urgent(spoken, URGENT, TRANSLATIONS) is expected
