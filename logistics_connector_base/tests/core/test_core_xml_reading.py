# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""XML from strangers: nothing is fetched, nothing unfolds, and trouble has its place."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from odoo.addons.logistics_connector_base.core import xml_reading
from odoo.addons.logistics_connector_base.core.canonical import ParseError
from odoo.addons.logistics_connector_base.core.xml_reading import read_xml

SCANS = b"""<?xml version="1.0" encoding="UTF-8"?>
<!-- two scans -->
<t:list xmlns:t="urn:t" xmlns="urn:other">
  <scan><code> A  1 </code><town>Orl\xc3\xa9ans</town></scan>
  <scan><code/><town><![CDATA[R & D]]></town></scan>
</t:list>"""


def test_names_texts_and_places():
    root = read_xml(SCANS)
    first, second = root.items("scan")
    assert (root.name, first.name, root.get("none").name) == ("list", "scan", "")
    assert (first.get("code").text(), first.get("code").code()) == ("A  1", "A 1")
    assert [scan.get("town").text() for scan in (first, second)] == ["Orléans", "R & D"]
    assert second.get("town").pointer == "/list/scan[2]/town"
    assert root.path("a", "b", "c").text() == "" and not root.path("a", "b").exists
    assert first.exists and root.items("none") == root.get("none").items("x") == ()


def test_other_encodings_and_a_byte_order_mark():
    latin = '<?xml version="1.0" encoding="ISO-8859-1"?><a>é</a>'.encode("latin-1")
    assert read_xml(latin).text() == "é"
    assert read_xml(b"\xef\xbb\xbf<a>\xc3\xa9</a>").text() == "é"


def test_what_postgresql_refuses_is_left_out():
    assert read_xml(b"<a>x&#x202E;y&#133;</a>").text() == "xy"


@pytest.mark.parametrize(
    ("raw", "trouble"),
    [
        (b"", "The message is empty."),
        (b" \n", "The message is empty."),
        (b"{}", "The message is not XML."),
        (b"<a><b></a>", "The message is not XML (line 1"),
        (b"<a>\0</a>", "The message is not XML."),
        ("<a/>".encode("utf-16"), "The message is not XML."),
        (b"<a>" * 65 + b"</a>" * 65, "nested deeper than 64"),
        (b"<a>" * 300 + b"</a>" * 300, "The XML is nested deeper|not XML"),
        (b"<a>" + b"x" * (5 * 1024 * 1024), "larger than 5242880 bytes"),
        (b'<?xml version="1.0" encoding="UTF-7"?><a/>', "written in UTF-7, which is not read"),
        (b'<?xml version="1.0" encoding="cp037"?><a/>', "written in cp037"),
        (b'<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>', "has a document type"),
        (b'<a/><!doctype a SYSTEM "file:///etc/passwd">', "has a document type"),
        (b"<a>&x;</a>", "The message is not XML"),
        (b'<a xmlns:xi="http://www.w3.org/2001/XInclude"', "The message is not XML"),
    ],
)
def test_what_is_not_read_is_said_in_plain_words(raw, trouble):
    with pytest.raises(ParseError) as failure:
        read_xml(raw)
    assert any(words in str(failure.value) for words in trouble.split("|"))


def test_inclusions_are_elements_like_others():
    raw = b"""<a xmlns:xi="http://www.w3.org/2001/XInclude"><xi:include href="/etc/passwd"/></a>"""
    assert read_xml(raw).get("include").text() == ""


def test_wrong_forms_have_their_place():
    root = read_xml(b"<a><b><c/></b><d/><d/><e> </e></a>")
    for read, trouble in {
        lambda: root.get("b").text(): "/a/b: text expected, found elements.",
        lambda: root.get("d"): "/a/d[2]: this stands here once more.",
        lambda: root.get("e").required(): "/a/e: a value is needed here, and there is none.",
        lambda: root.get("f").required(): "/a/f: a value is needed here",
    }.items():
        with pytest.raises(ParseError) as failure:
            read()
        assert trouble in str(failure.value)


@given(st.binary(max_size=300), st.booleans())
def test_any_bytes(raw, dressed):
    try:
        root = read_xml(b"<a>" + raw + b"</a>" if dressed else raw)
        root.text()
    except ParseError as error:
        assert str(error)


def test_children_are_looked_through_once(monkeypatch):
    """Ten names asked of a million children took half a minute."""
    seen = []
    local = xml_reading._local
    root = read_xml(b"<a>" + b"<b/>" * 50 + b"<c>1</c></a>")
    monkeypatch.setattr(
        xml_reading, "_local", lambda element: seen.append(element) or local(element)
    )
    assert [root.get(name).text() for name in ("c", "d", "e", "c")] == ["1", "", "", "1"]
    assert len(root.items("b")) == 50
    assert len(seen) == 51
