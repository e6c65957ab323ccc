# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""Finding one person, and nobody else."""

import json
import re
import unicodedata

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from odoo.addons.logistics_connector_base.core.subject import Subject, excerpts

laws = settings(deadline=None, max_examples=150)

GARCIA = Subject.of(["José García"], ["jose@example.org"], ["+34 600 123 456"])


@pytest.mark.parametrize(
    "text",
    [
        "José García",
        "signed by GARCIA, JOSE at the door",
        "JOSE\u0301 GARCI\u0301A",
        "Jose@Example.org",
        "call 600123456",
        "0034-600.123.456",
    ],
)
def test_is_found_however_it_is_written(text):
    assert GARCIA.is_in(text)
    assert not GARCIA.is_in(GARCIA.blank(text)), GARCIA.blank(text)


@pytest.mark.parametrize(
    "text",
    ["", "José Gómez", "Garciaz Josephine", "xjose@example.org", "600 123 457", "Jose", "1Z600123"],
)
def test_others_are_not(text):
    assert not GARCIA.is_in(text)


@pytest.mark.parametrize(
    "values", [{"names": ["Al"]}, {"emails": ["example.org"]}, {"phones": ["123"]}]
)
def test_what_is_too_short_for_one_person_is_refused(values):
    with pytest.raises(ValueError):
        Subject.of(**values)
    assert not Subject.of(["  "], [""], [])


def _escaped(body):
    """What PostgreSQL's encode(…, 'escape') makes of bytes."""
    return "".join(
        "\\\\" if b == 92 else f"\\{b:03o}" if b > 127 or b == 0 else chr(b) for b in body
    )


names = st.lists(
    st.text(
        st.sampled_from("abcdefghijklmnopqrstuvwxyzßéüñçøåłžABCDEFÉÜ李王田中Жд"),
        min_size=2,
        max_size=8,
    ),
    min_size=1,
    max_size=3,
).filter(lambda words: sum(map(len, words)) >= 3)


@laws
@example(["Asß"], False, "NFC", False)
@example(["ßsßss"], True, "NFC", True)
@given(names, st.booleans(), st.sampled_from(["NFC", "NFD"]), st.booleans())
def test_the_database_finds_what_the_close_look_finds(words, ascii_only, form, upper):
    """A body that names the person has one of the anchors, whatever its encoding."""
    subject = Subject.of([" ".join(words)])
    name = unicodedata.normalize(form, " ".join(reversed(words)))
    name = name.upper() if upper else name
    body = json.dumps({"signed_by": name, "x": 1}, ensure_ascii=ascii_only).encode()
    if not excerpts(body, subject):
        return  # e.g. "ẞ" by capitals of another length
    found = [re.search(anchor, _escaped(body), re.IGNORECASE) for anchor in subject.anchors()]
    assert any(found), (subject.anchors(), _escaped(body))


@laws
@given(names)
def test_blanked_text_does_not_name_the_person(words):
    subject = Subject.of([" ".join(words)])
    text = f"left with {' '.join(words)} at 10"
    assert not subject.is_in(subject.blank(text))


def test_only_this_persons_part_of_a_message_is_taken_out():
    body = {
        "id": "m1",
        "events": [
            {"signed_by": "Jose Garcia", "code": "DLV", "place": {"city": "Vigo"}},
            {"signed_by": "Ada Lovelace", "code": "DLV"},
            {"contact": {"first": "José", "last": "García", "tel": "1"}},
        ],
    }
    found = excerpts(json.dumps(body).encode(), GARCIA)
    assert found == [
        {"signed_by": "Jose Garcia", "code": "DLV"},
        {"first": "José", "last": "García", "tel": "1"},
    ]


def test_xml_edi_and_plain_text():
    xml = "<a><b><n>José García</n><c>Vigo</c></b><b><n>Ada</n></b></a>".encode()
    assert excerpts(xml, GARCIA)[0] == {"n": "José García", "c": "Vigo"}
    edi = b"UNB+1'NAD+CN+++GARCIA JOSE'NAD+CZ+++ADA'UNZ+1'"
    assert excerpts(edi, GARCIA) == [{"text": "NAD+CN+++GARCIA JOSE'"}]
    assert excerpts(b"\x00\xff\n600 123 456\n", GARCIA) == [{"text": "600 123 456"}]
    assert excerpts(b"{broken jose@example.org", GARCIA)


def test_the_mark_is_keyed_and_blind_to_spelling():
    other = Subject.of(["JOSE GARCIA"], ["JOSE@example.org"], ["600123456"])
    assert GARCIA.mark(b"k") == other.mark(b"k")
    assert GARCIA.mark(b"k") != GARCIA.mark(b"l")
    assert len(GARCIA.mark(b"k")) == 64
