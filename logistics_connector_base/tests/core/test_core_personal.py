# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""What may name a person does not leave through a masked view."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from odoo.addons.logistics_connector_base.core.personal import (
    MASK,
    is_personal_key,
    mask_text,
    mask_value,
    pretty,
)

laws = settings(deadline=None, max_examples=150)

SECRET = "Zzyzx Quux"
PERSONAL = (
    "signed_by",
    "receivedBy",
    "recipient-name",
    "firstName",
    "e-mail",
    "emailAddress",
    "phone_number",
    "mobile",
    "street1",
    "address_line_2",
    "addressLine1",
    "houseNumber",
    "postalCode",
    "deliveryInstructions",
    "signature_image",
)
HARMLESS = (
    "tracking_number",
    "code",
    "status",
    "occurred_at",
    "city",
    "country",
    "weight",
    "id",
    "service",
    "carrier",
    "events",
    "revision",
    "package_count",
)
PERSONS = ("recipient", "consignee", "ship_to", "contact", "shippers_customer_to", "address")


@pytest.mark.parametrize("key", PERSONAL)
def test_personal_keys(key):
    assert is_personal_key(key)


@pytest.mark.parametrize("key", HARMLESS)
def test_keys_that_work_needs(key):
    assert not is_personal_key(key)


trees = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=12),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(HARMLESS) | st.text(max_size=6), inner, max_size=4)
    ),
    max_leaves=12,
)


@laws
@given(trees, st.sampled_from(PERSONAL), st.lists(st.sampled_from(HARMLESS), max_size=4), st.data())
def test_whatever_stands_under_a_personal_key_is_hidden(tree, key, path, data):
    planted = data.draw(st.sampled_from([SECRET, [SECRET], {"x": SECRET}, [{"y": [SECRET]}]]))
    value = {key: planted, "beside": tree}
    for name in path:
        value = data.draw(st.sampled_from([{name: value}, [value], {name: [value, tree]}]))
    assert "Zzyzx" not in json.dumps(mask_value(value))
    assert "Zzyzx" not in pretty(json.dumps(value).encode(), True, 100_000)
    assert "Zzyzx" in pretty(json.dumps(value).encode(), False, 100_000)


@laws
@given(trees)
def test_shape_stays_and_masking_twice_changes_nothing(tree):
    masked = mask_value(tree)
    assert _shape(masked) == _shape(tree)
    assert mask_value(masked) == masked


def _shape(value):
    if isinstance(value, dict):
        return {key: _shape(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_shape(item) for item in value]
    return None


@laws
@given(st.binary(max_size=300), st.booleans())
def test_any_bytes_are_shown(body, masked):
    text = pretty(body, masked, 200)
    assert len(text) <= 202
    text.encode()


@laws
@given(
    st.text(max_size=20),
    st.from_regex(r"[a-z0-9.]{1,8}@[a-z]{1,8}\.(com|de|co\.uk)", fullmatch=True),
    st.text(max_size=20),
)
def test_an_email_is_hidden_wherever_it_stands(before, email, after):
    assert email not in mask_text(f"{before} {email} {after}")
    assert email not in pretty(json.dumps({"status": [f"{before} {email} "]}).encode(), True, 9999)


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("Delivered, signed by J. Jansen", f"Delivered, signed by {MASK}"),
        ("Signed for by: ADA LOVELACE (neighbour)", f"Signed for by: {MASK}(neighbour)"),
        ("Übergeben an Frau Müller, Hof", f"Übergeben an {MASK}, Hof"),
        ("Firmado por José García", f"Firmado por {MASK}"),
        ("Call +34 600 123 456 before", f"Call {MASK} before"),
        ("tel: 020 7946 0958", f"tel: {MASK}"),
        ("Sorted on special belt", "Sorted on special belt"),
        ("Arrived 03-10-2026 10:00 at hub 7", "Arrived 03-10-2026 10:00 at hub 7"),
        ("Arrived 2026-03-10T10:00:00+01:00", "Arrived 2026-03-10T10:00:00+01:00"),
        ("Parcel 1Z999AA10123456784 and 00340434161094042557", None),
    ],
)
def test_sentences(text, masked):
    assert mask_text(text) == (masked or text)


def test_names_that_the_record_knows():
    text = mask_text("ADA collected it at the counter", ["Ada Lovelace"])
    assert text == f"{MASK} collected it at the counter"


def test_a_canonical_message_stays_readable():
    body = {
        "id": "m-1",
        "events": [
            {
                "code": "DLV_DELIVERED",
                "occurred_at": "2026-03-10T10:00:00+01:00",
                "signed_by": "Ada Lovelace",
                "place": {"name": "Ada Lovelace", "street": "Elm 1", "city": "Utrecht"},
                "shipment": {"references": [{"type": "tracking", "value": "1Z999"}]},
                "documents": [{"kind": "pod", "content_base64": "A" * 400}],
            }
        ],
    }
    text = pretty(json.dumps(body).encode(), True, 20_000)
    for shown in ("m-1", "DLV_DELIVERED", "2026-03-10T10:00:00+01:00", "Utrecht", "1Z999"):
        assert shown in text
    for hidden in ("Ada", "Elm", "AAAA"):
        assert hidden not in text


def test_xml_is_masked_by_its_elements_and_attributes():
    body = (
        b'<?xml version="1.0"?><m xmlns="urn:x"><!-- for Ada --><Consignee phone="0612345678">'
        b"<Name>Ada Lovelace</Name><Street>Elm 1</Street><City>Utrecht</City></Consignee>"
        b"<status>signed by Ada Lovelace</status></m>"
    )
    text = pretty(body, True, 20_000)
    assert "Utrecht" in text and "\n" in text
    for hidden in ("Ada", "Elm", "0612345678"):
        assert hidden not in text


@pytest.mark.parametrize(
    "body",
    [
        b"UNB+UNOA:1+A+B'NAD+CN+++ADA LOVELACE+ELM 1+UTRECHT'COM+0612345678:TE'TDT+20'UNZ+1'",
        b"ISA*00*          *00*          *ZZ*A              *ZZ*B              *260310*1000*U*"
        b"00401*000000001*0*P*>~N1*CN*ADA LOVELACE~N3*ELM 1~PER*IC*ADA*TE*0612345678~AT7*D1~",
    ],
)
def test_edi_is_masked_by_its_segments(body):
    text = pretty(body, True, 20_000)
    for hidden in ("ADA", "ELM", "0612345678"):
        assert hidden not in text
    assert len(text.splitlines()) >= 4


def test_json_in_a_string_of_json_and_deep_nesting():
    inner = json.dumps({"recipient": {"name": SECRET}})
    assert "Zzyzx" not in pretty(json.dumps({"payload": inner}).encode(), True, 999)
    deep = json.loads('{"a":' * 90 + f'"{SECRET}"' + "}" * 90)
    assert "Zzyzx" not in json.dumps(mask_value(deep))


@pytest.mark.parametrize("key", PERSONS[:4])
def test_a_name_inside_a_person_and_not_of_a_service(key):
    masked = mask_value({key: {"name": SECRET, "city": "Utrecht"}, "service": {"name": "Express"}})
    assert masked == {key: {"name": MASK, "city": "Utrecht"}, "service": {"name": "Express"}}
