# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""Where a call may go: the table of reliability.md 4, and what must hold for any address."""

import ipaddress
import socket
import struct
from urllib.parse import urlsplit

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st
from odoo.addons.logistics_connector_base.core import netguard
from odoo.addons.logistics_connector_base.core.netguard import (
    AllowRule,
    Refusal,
    check_addresses,
    check_before_resolving,
    classify,
    never_allowed,
    parse_rule,
    parse_target,
)


def judge(url, rules=(), answers=("93.184.215.14",)):
    """What the client does, without sockets: the code of the refusal, or None."""
    try:
        target = parse_target(url)
        check_before_resolving(target, rules)
        addresses = [target.address] if target.address else map(ipaddress.ip_address, answers)
        check_addresses(target, list(addresses), rules)
    except Refusal as refusal:
        assert str(refusal).endswith(".")
        return refusal.code
    return None


# -- the table ------------------------------------------------------------------------------------

REFUSED = [
    # spellings of 127.0.0.1 and of others that libc would understand
    ("https://127.0.0.1/", "local"),
    ("https://127.1/", "host"),
    ("https://127.0.1/", "host"),
    ("https://0x7f.1/", "host"),
    ("https://0x7f000001/", "host"),
    ("https://2130706433/", "host"),
    ("https://017700000001/", "host"),
    ("https://0177.0.0.1/", "host"),
    ("https://127.0.0.01/", "host"),
    ("https://127.0.0.1./", "host"),
    ("https://0/", "host"),
    ("https://0.0.0.0/", "never"),
    ("https://１２７.０.０.１/", "url"),
    ("https://127。0。0。1/", "url"),
    ("https://①②⑦.⓪.⓪.①/", "url"),
    ("https://%31%32%37.0.0.1/", "host"),
    ("https://256.256.256.256/", "host"),
    ("https://1.2.3.4.5/", "host"),
    # IPv6
    ("https://[::1]/", "local"),
    ("https://[::]/", "never"),
    ("https://[0:0:0:0:0:0:0:1]/", "local"),
    ("https://[::ffff:7f00:1]/", "never"),
    ("https://[::ffff:127.0.0.1]/", "never"),
    ("https://[::ffff:0:7f00:1]/", "never"),
    ("https://[::127.0.0.1]/", "local"),
    ("https://[64:ff9b::7f00:1]/", "local"),
    ("https://[64:ff9b:1::7f00:1]/", "local"),
    ("https://[64:ff9b::a9fe:a9fe]/", "never"),
    ("https://[2002:7f00:1::]/", "local"),
    ("https://[2001:0:7f00:1:0:0:f5ff:fffe]/", "local"),
    ("https://[2001:db8::1]/", "local"),
    ("https://[3fff::1]/", "local"),
    ("https://[5f00::1]/", "local"),
    ("https://[100::1]/", "local"),
    ("https://[fc00::1]/", "local"),
    ("https://[fd12:3456::1]/", "local"),
    ("https://[fe80::1]/", "never"),
    ("https://[fe80::1%25eth0]/", "host"),
    ("https://[fec0::1]/", "local"),
    ("https://[ff02::1]/", "never"),
    ("https://[4000::1]/", "local"),
    ("https://[fd00:ec2::254]/", "never"),
    ("https://[2606:4700::5efe:7f00:1]/", "local"),
    # IPv4
    ("https://10.0.0.1/", "local"),
    ("https://172.16.0.1/", "local"),
    ("https://172.31.255.255/", "local"),
    ("https://192.168.1.1/", "local"),
    ("https://100.64.0.1/", "local"),
    ("https://169.254.169.254/latest/meta-data/", "never"),
    ("https://100.100.100.200/", "never"),
    ("https://168.63.129.16/", "never"),
    ("https://192.0.0.1/", "local"),
    ("https://192.0.2.1/", "local"),
    ("https://192.88.99.1/", "local"),
    ("https://198.18.0.1/", "local"),
    ("https://198.51.100.1/", "local"),
    ("https://203.0.113.1/", "local"),
    ("https://224.0.0.1/", "never"),
    ("https://240.0.0.1/", "never"),
    ("https://255.255.255.255/", "never"),
    # tricks with the URL
    ("http://good.com\\@127.0.0.1/", "url"),
    ("https://good.com\\.evil.example/", "url"),
    ("https://user@good.com/", "userinfo"),
    ("https://user:pass@good.com/", "userinfo"),
    ("https://good.com@127.0.0.1/", "userinfo"),
    ("https://@good.com/", "userinfo"),
    ("https://good.com#@127.0.0.1/", None),
    ("https://good.com /", "url"),
    ("https://good.com\r\nHost: evil/", "url"),
    ("https://good.com/\x00", "url"),
    ("https://good.com/\u2028", "url"),
    ("\thttps://good.com/", "url"),
    ("https://good.com./", "host"),
    ("https://-good.com/", "host"),
    ("https://good..com/", "host"),
    ("https:///etc/passwd", "host"),
    ("https:/good.com/", "host"),
    ("https:good.com", "host"),
    ("//good.com/", "scheme"),
    ("good.com", "scheme"),
    ("file:///etc/passwd", "scheme"),
    ("ftp://good.com/", "scheme"),
    ("gopher://good.com/", "scheme"),
    ("javascript:alert(1)", "scheme"),
    ("https://good.com:0/", "port"),
    ("https://good.com:99999/", "url"),
    ("https://good.com:-1/", "url"),
    ("https://good.com:8443/", "port"),
    ("http://good.com/", "plain_http"),
    ("https://[::1", "url"),
    ("https://" + "a" * 64 + ".example/", "host"),
    ("https://good.com/" + "a" * 9000, "url"),
    ("", "url"),
    (None, "url"),
    (b"https://good.com/", "url"),
]


@pytest.mark.parametrize(("url", "code"), REFUSED, ids=[ascii(url)[:60] for url, _ in REFUSED])
def test_the_table(url, code):
    assert judge(url) == code


@pytest.mark.parametrize(
    ("url", "canonical"),
    [
        ("https://API.UPS.com", "https://api.ups.com/"),
        ("https://api.ups.com:443/x?a=1#f", "https://api.ups.com/x?a=1"),
        ("HTTPS://bücher.example/ä", "https://xn--bcher-kva.example/%C3%A4"),
        ("https://8.8.8.8/", "https://8.8.8.8/"),
        ("https://[2606:4700:0:0::1]/", "https://[2606:4700::1]/"),
        ("https://a_b.example/a/../b", "https://a_b.example/b"),
        ("https://good.com:/", "https://good.com/"),
        ("https://wms/", "https://wms/"),
    ],
)
def test_what_may_be_called_gets_one_spelling(url, canonical):
    assert parse_target(url).url == canonical
    assert parse_target(canonical).url == canonical
    assert judge(url) is None


def test_the_repr_of_a_target_shows_no_query():
    assert "s3cret" not in repr(parse_target("https://good.com/?key=s3cret"))


@given(st.text(max_size=60))
@example("https://a.example:80:80/")
@example("https://a.example?@127.0.0.1/")
def test_whatever_is_typed_is_refused_or_read_alike_by_two_parsers(text):
    for url in (text, f"https://{text}", f"https://good.com{text}"):
        try:
            target = parse_target(url)
        except Refusal:
            continue
        other = urlsplit(target.url)
        assert (other.scheme, other.hostname) == (target.scheme, target.host)
        assert (other.port or netguard.DEFAULT_PORTS[target.scheme]) == target.port
        assert other.username is None and parse_target(target.url) == target


# -- any address ----------------------------------------------------------------------------------

FORBIDDEN_4 = [ipaddress.ip_network(text) for text, _words in netguard._SPECIAL_4]
FORBIDDEN_6 = [ipaddress.ip_network(text) for text, _words in netguard._SPECIAL_6]


def members(networks):
    """Addresses of these networks, also the first and last."""
    return st.sampled_from(networks).flatmap(
        lambda network: st.integers(0, network.num_addresses - 1).map(lambda n: network[n])
    )


def spellings(address):
    """All ways in which libc or a browser would understand an IPv4 address."""
    packed = int(address)
    a, b, c, d = struct.pack("!I", packed)
    yield from (
        f"{a}.{b}.{c}.{d}",
        f"{packed}",
        f"{packed:#x}",
        f"0{packed:o}",
        f"{a}.{packed & 0xFFFFFF}",
        f"{a}.{b}.{packed & 0xFFFF}",
        f"{a:#x}.{b:#x}.{c:#x}.{d:#x}",
        f"0{a:o}.0{b:o}.0{c:o}.0{d:o}",
        f"{a:03d}.{b:03d}.{c:03d}.{d:03d}",
        f"{a}.{b}.{c}.{d}.",
        f"[::ffff:{a}.{b}.{c}.{d}]",
        f"[::ffff:{packed >> 16:x}:{packed & 0xFFFF:x}]",
        f"[::{a}.{b}.{c}.{d}]",
        f"[64:ff9b::{a}.{b}.{c}.{d}]",
        f"[2002:{packed >> 16:x}:{packed & 0xFFFF:x}::1]",
        f"[2001:0:{packed >> 16:x}:{packed & 0xFFFF:x}::]",
        f"[2606:4700::5efe:{a}.{b}.{c}.{d}]",
        "".join(chr(ord(char) + 0xFEE0) if char.isdigit() else char for char in str(address)),
    )


@given(members(FORBIDDEN_4))
def test_a_forbidden_ipv4_address_is_refused_in_every_spelling(address):
    for spelling in spellings(address):
        assert judge(f"https://{spelling}/"), spelling
        assert judge(f"http://{spelling}:80/"), spelling
    assert judge("https://partner.example/", answers=[str(address)])


@given(members(FORBIDDEN_6))
def test_a_forbidden_ipv6_address_is_refused(address):
    for spelling in (str(address), address.exploded, str(address).upper()):
        assert judge(f"https://[{spelling}]/"), spelling
    assert judge("https://partner.example/", answers=[str(address)])


@given(st.integers(0, 2**32 - 1).map(ipaddress.IPv4Address))
def test_a_spelling_that_libc_knows_is_refused_or_is_the_address_itself(address):
    """Public ones too: what is judged must be what the socket would get."""
    for spelling in spellings(address):
        try:
            target = parse_target(f"https://{spelling}/")
        except Refusal:
            continue
        assert target.address is not None, spelling
        if target.address.version == 4:
            assert socket.inet_aton(spelling) == target.address.packed


@given(st.integers(0, 2**32 - 1), st.integers(0, 2**128 - 1))
def test_nothing_is_public_that_python_calls_private(four, six):
    """We refuse more than ``is_global`` says, never less."""
    for address in (ipaddress.IPv4Address(four), ipaddress.IPv6Address(six)):
        if classify(address) is None:
            assert address.is_global and not address.is_multicast


@given(st.lists(st.sampled_from(["8.8.8.8", "1.1.1.1", "2606:4700::1"])), members(FORBIDDEN_4))
def test_one_forbidden_answer_among_good_ones_is_enough(good, bad):
    for position in range(len(good) + 1):
        answers = [*good[:position], str(bad), *good[position:]]
        assert judge("https://partner.example/", answers=answers)


def test_no_answer_is_no_permission():
    assert judge("https://partner.example/", answers=[]) == "no_address"


# -- the administrator's list ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("place", "ports", "http", "url", "answers", "code"),
    [
        ("wms.local", "", False, "https://wms.local/", ["10.0.0.5"], None),
        ("WMS.local ", "", False, "https://wms.LOCAL/", ["10.0.0.5"], None),
        ("wms.local", "", False, "https://wms.local/", ["10.0.0.5", "127.0.0.1"], None),
        ("wms.local", "", False, "https://wms.local/", ["10.0.0.5", "169.254.169.254"], "never"),
        ("wms.local", "", False, "https://wms.local/", ["0.0.0.0"], "never"),
        ("wms.local", "", False, "https://other.local/", ["10.0.0.5"], "local"),
        ("wms.local", "", False, "http://wms.local/", ["10.0.0.5"], "plain_http"),
        ("wms.local", "", True, "http://wms.local/", ["10.0.0.5"], None),
        ("wms.local", "", True, "http://wms.local:8069/", ["10.0.0.5"], "port"),
        ("wms.local", "8069", True, "http://wms.local:8069/", ["10.0.0.5"], None),
        ("wms.local", "8069", True, "https://wms.local/", ["10.0.0.5"], "port"),
        ("wms.local", "8069", True, "http://wms.local/", ["10.0.0.5"], "port"),
        ("wms.local", "443, 8443", False, "https://wms.local:8443/", ["10.0.0.5"], None),
        ("partner.example", "8443", False, "https://partner.example:8443/", ["8.8.8.8"], None),
        ("10.1.0.0/16", "", False, "https://10.1.2.3/", [], None),
        ("10.1.0.0/16", "", False, "https://10.2.2.3/", [], "local"),
        ("10.1.0.0/16", "", False, "https://wms.local/", ["10.1.2.3"], None),
        ("10.1.0.0/16", "", False, "https://wms.local/", ["10.1.2.3", "10.2.0.1"], "local"),
        ("10.1.2.3", "", True, "http://wms.local/", ["10.1.2.3"], None),
        ("10.1.2.3", "", True, "http://wms.local/", ["8.8.8.8"], "plain_http"),
        ("127.0.0.1", "5000", True, "http://localhost:5000/", ["127.0.0.1"], None),
        ("127.0.0.1", "5000", True, "http://localhost:5432/", ["127.0.0.1"], "plain_http"),
        ("127.0.0.1", "5000", True, "http://127.0.0.1:5432/", [], "port"),
        ("127.0.0.1", "5000", True, "http://[::ffff:127.0.0.1]:5000/", [], "never"),
        ("100.64.0.0/10", "", False, "https://100.100.100.200/", [], "never"),
        ("fd12:3456::/32", "", False, "https://[fd12:3456::1]/", [], None),
        # a network of translated addresses opens the way, not what lies behind it
        ("64:ff9b::/96", "", False, "https://[64:ff9b::808:808]/", [], None),
        ("64:ff9b::/96", "", False, "https://[64:ff9b::a00:1]/", [], "local"),
        ("64:ff9b::/96", "", False, "https://[64:ff9b::a9fe:a9fe]/", [], "never"),
    ],
)
def test_what_the_administrator_allows(place, ports, http, url, answers, code):
    assert judge(url, [parse_rule(place, ports, http)], answers) == code


@pytest.mark.parametrize(
    ("place", "ports", "words"),
    [
        ("", "", "Say which host"),
        ("https://wms.local", "", "host alone"),
        ("user@wms.local", "", "host alone"),
        ("wms.local/path", "", "path does not belong"),
        ("wms.local:8080", "", "field for ports"),
        ("10.0.0.1:8080", "", "field for ports"),
        ("*.local", "", "star"),
        ("127.1", "", "neither"),
        ("0x7f.1", "", "neither"),
        ("wms.local.", "", "ends in a dot"),
        ("wms local", "", "blank"),
        ("10.1.2.3/16", "", "10.1.0.0/16"),
        ("10.0.0.0/255.0.0.0", "", "10.1.0.0/16"),
        ("0.0.0.0/0", "", "too wide"),
        ("0.0.0.0/1", "", "too wide"),
        ("128.0.0.0/1", "", "too wide"),
        ("::/0", "", "too wide"),
        ("fc00::/7", "", "too wide"),
        ("169.254.169.254", "", "never"),
        ("169.254.0.0/16", "", "never"),
        ("[fd00:ec2::254]", "", "never"),
        ("fd00:ec2::254", "", "never"),
        ("fd00:ec2::/64", "", "never"),
        ("::ffff:10.0.0.1", "", "never"),
        ("2002:a9fe:a9fe::1", "", "never"),
        ("64:ff9b::a9fe:a9fe", "", "never"),
        ("0.0.0.0", "", "never"),
        ("224.0.0.5", "", "never"),
        ("fe80::1", "", "never"),
        ("wms.local", "http", "not a port"),
        ("wms.local", "0", "not a port"),
        ("wms.local", "65536", "not a port"),
        ("wms.local", "80-90", "not a port"),
    ],
)
def test_a_line_that_cannot_stand_is_refused_in_plain_words(place, ports, words):
    with pytest.raises(Refusal, match=words) as caught:
        parse_rule(place, ports)
    assert caught.value.code in ("rule", "never")


@given(
    st.sampled_from([parse_rule("10.0.0.0/8"), parse_rule("any.local"), parse_rule("fd00::/32")]),
    st.one_of(
        members(list(netguard._NEVER[4])),
        members(list(netguard._NEVER[6])),
    ),
)
def test_no_rule_opens_what_never_may_be_called(rule, address):
    assert never_allowed(address)
    assert judge("https://any.local/", [rule], [str(address)]) == "never"


@given(members(FORBIDDEN_4), st.sampled_from(["10.0.0.0/8", "192.168.4.0/24", "127.0.0.1"]))
def test_a_rule_opens_its_own_network_and_no_other(address, place):
    rule = parse_rule(place)
    assume(not never_allowed(address))
    expected = None if address in rule.network else "local"
    assert judge(f"https://{address}/", [rule]) == expected


def test_no_name_server_is_asked_for_what_cannot_be_allowed():
    rules = [parse_rule("wms.local", "8080", True)]
    check_before_resolving(parse_target("http://wms.local:8080/"), rules)
    for url in ("http://wms.local/", "http://other.local:8080/", "https://wms.local:8081/"):
        with pytest.raises(Refusal):
            check_before_resolving(parse_target(url), rules)
    # a rule for a network may fit, whatever the name
    check_before_resolving(
        parse_target("http://other/"),
        [AllowRule(network=ipaddress.ip_network("10.0.0.0/8"), plain_http=True)],
    )
