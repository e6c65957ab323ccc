# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""Where a call may go: URLs and addresses that somebody typed, judged before a socket is opened.

A URL of a partner is input like any other. Whoever may type one must not be able to make Odoo speak
to its own database, to the cloud's metadata service or to a printer in the office ("server-side
request forgery"). So: the URL is parsed once, by the parser that also makes the call; what two
parsers read differently is refused; of the addresses that the name resolves to, every one must be
public, or stand on the administrator's list; and the socket goes to the address that was judged.

``ipaddress.is_global`` is not used: it calls 64:ff9b::/96 (NAT64), 2002::/16 (6to4), 192.88.99.0/24
and multicast global (reliability.md 4). IPv6 is denied but for what is known to be public.

Nothing here opens a socket or asks a name server.
"""

import ipaddress
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from urllib3.exceptions import LocationParseError
from urllib3.util import parse_url

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network

MAX_URL = 8192
DEFAULT_PORTS = {"https": 443, "http": 80, "amqps": 5671, "amqp": 5672}
# What is called how: partners on the web, and message brokers. The encrypted one is the first.
WEB, BROKER = ("https", "http"), ("amqps", "amqp")
_ENCRYPTED = {"http": "https", "amqp": "amqps"}
# The widest networks that may be allowed: 10.0.0.0/8 is the largest private one.
WIDEST = {4: 8, 6: 32}

# What no URL holds: blanks, control characters, and the backslash, after which browsers, urllib and
# urllib3 disagree about the host.
_NOT_IN_A_URL = re.compile(r"[\s\x00-\x20\x7f-\xa0\\\ud800-\udfff]")
_AUTHORITY = re.compile(r"[a-z]+://([^/?#]*)", re.IGNORECASE)
_LABEL = r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?"
_NAME = re.compile(rf"(?=.{{1,253}}\Z){_LABEL}(?:\.{_LABEL})*", re.ASCII)
# "Ends in a number" (WHATWG URL 3.5): libc reads 127.1, 0x7f.1, 2130706433 and 017700000001 as
# addresses. No top-level domain is a number.
_ENDS_IN_NUMBER = re.compile(r"(?:.*\.)?(?:[0-9]+|0x[0-9a-f]*)\.?", re.ASCII)


class Refusal(ValueError):
    """A call that is not made. ``code`` is for programs, the text for people; no secret in it.

    Codes: url, scheme, host, userinfo, port, plain_http, local, never, no_address, rule.
    """

    def __init__(self, code: str, text: str):
        super().__init__(text)
        self.code = code


@dataclass(frozen=True, slots=True)
class Target:
    """A URL after its only parsing. ``host``: a lower-case ASCII name, or a canonical address
    without brackets. ``path``: path and query as sent (it may hold secrets: not in the repr)."""

    scheme: str
    host: str
    port: int
    path: str = field(repr=False)
    address: Address | None = None  # when the host is one

    @property
    def origin(self) -> str:
        """Scheme, host and, unless it is the scheme's own, port; no secret in it."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        port = "" if self.port == DEFAULT_PORTS[self.scheme] else f":{self.port}"
        return f"{self.scheme}://{host}{port}"

    @property
    def url(self) -> str:
        """The URL in the one spelling that is used from here on."""
        return self.origin + self.path


def parse_target(url: str, schemes: Sequence[str] = WEB) -> Target:
    """Parse an absolute URL with one of the ``schemes``; raises Refusal for whatever is not plainly
    one.

    The fragment is dropped. Names in other scripts become IDNA (strict, without mapping, so that
    look-alike digits and dots do not turn into an address).
    """
    if not isinstance(url, str) or not url:
        raise Refusal("url", "There is no URL.")
    if len(url) > MAX_URL:
        raise Refusal("url", f"The URL is longer than {MAX_URL} characters.")
    if _NOT_IN_A_URL.search(url):
        raise Refusal("url", "The URL holds a blank, a backslash or a control character.")
    scheme = url.partition(":")[0].lower()
    # The parser is strict with web addresses only; a broker's has the same form (RFC 3986).
    twin = WEB[BROKER.index(scheme)] + url[len(scheme) :] if scheme in BROKER else url
    try:
        parts = parse_url(twin)
    except (LocationParseError, UnicodeError, ValueError):
        parts = None
    if parts is None:
        raise Refusal("url", "This is not a URL.")
    scheme = scheme if scheme in BROKER else parts.scheme
    if scheme not in schemes:
        raise Refusal("scheme", f"The URL must begin with {schemes[0]}://.")
    authority = _AUTHORITY.match(url)
    if authority is None or not parts.host:
        raise Refusal("host", "The URL names no host.")
    if "@" in authority.group(1):
        raise Refusal("userinfo", "The URL holds a user name or password; store them as a secret.")
    host, address = _host(parts.host)
    port = DEFAULT_PORTS[scheme] if parts.port is None else parts.port
    if not 0 < port < 65536:
        raise Refusal("port", "The URL names a port that does not exist.")
    return Target(scheme, host, port, parts.request_uri, address)


def _host(text: str) -> tuple[str, Address | None]:
    """A host in canonical spelling, and the address that it is."""
    if text.startswith("["):
        try:
            address = ipaddress.IPv6Address(text[1:-1])
        except ValueError:
            address = None
        if address is None or address.scope_id:
            raise Refusal("host", "The URL's host is not a plain IPv6 address.")
        return str(address), address
    host = text.lower()
    if _ENDS_IN_NUMBER.fullmatch(host):
        try:
            return host, ipaddress.IPv4Address(host)
        except ValueError:
            address = None
        raise Refusal("host", "The URL's host is an IP address in an unusual spelling.")
    if host.endswith("."):
        raise Refusal("host", "The URL's host ends in a dot.")
    if not _NAME.fullmatch(host):
        raise Refusal("host", "The URL's host is not a name.")
    return host, None


# -- addresses ----------------------------------------------------------------------------------

_SPECIAL_4 = (
    ("0.0.0.0/8", "no network"),
    ("10.0.0.0/8", "a private network"),
    ("100.64.0.0/10", "a carrier's inner network"),
    ("127.0.0.0/8", "this server itself"),
    ("169.254.0.0/16", "the link-local network"),
    ("172.16.0.0/12", "a private network"),
    ("192.0.0.0/24", "a network of protocols"),
    ("192.0.2.0/24", "a network for documentation"),
    ("192.88.99.0/24", "a network of relays"),
    ("192.168.0.0/16", "a private network"),
    ("198.18.0.0/15", "a network for measurements"),
    ("198.51.100.0/24", "a network for documentation"),
    ("203.0.113.0/24", "a network for documentation"),
    ("224.0.0.0/4", "a multicast network"),
    ("240.0.0.0/4", "a reserved network"),
)
_SPECIAL_6 = (
    ("::/128", "no network"),
    ("::1/128", "this server itself"),
    ("::ffff:0:0/96", "an IPv4 address in IPv6 clothes"),
    ("::ffff:0:0:0/96", "an IPv4 address in IPv6 clothes"),
    ("::/96", "an IPv4 address in IPv6 clothes"),
    ("64:ff9b::/96", "an IPv4 address behind a translator"),
    ("64:ff9b:1::/48", "an IPv4 address behind a translator"),
    ("100::/64", "a network that swallows everything"),
    ("2001::/32", "a tunnel"),
    ("2001:2::/48", "a network for measurements"),
    ("2001::/23", "a network of protocols"),
    ("2001:db8::/32", "a network for documentation"),
    ("2002::/16", "a tunnel"),
    ("3fff::/20", "a network for documentation"),
    ("5f00::/16", "a network of routers"),
    ("fc00::/7", "a private network"),
    ("fe80::/10", "the link-local network"),
    ("fec0::/10", "a private network"),
    ("ff00::/8", "a multicast network"),
)
_SPECIAL = {
    4: tuple((ipaddress.ip_network(text), words) for text, words in _SPECIAL_4),
    6: tuple((ipaddress.ip_network(text), words) for text, words in _SPECIAL_6),
}
# The only part of IPv6 from which public addresses are given out (IANA).
_UNICAST_6 = ipaddress.ip_network("2000::/3")

# What no rule can open: the clouds' services that hand out the server's own credentials (AWS,
# Azure, GCP, Alibaba, Oracle), and addresses that mean no single machine.
_NEVER = {
    version: tuple(map(ipaddress.ip_network, texts.split()))
    for version, texts in {
        4: "0.0.0.0/8 169.254.0.0/16 224.0.0.0/4 240.0.0.0/4 100.100.100.200/32 168.63.129.16/32 "
        "192.0.0.192/32",
        6: "::/128 ::ffff:0:0/96 ::ffff:0:0:0/96 fd00:ec2::/32 fd20:ce::254/128 fe80::/10 ff00::/8",
    }.items()
}
_TRANSLATOR = ipaddress.ip_network("64:ff9b::/96")


def classify(address: Address) -> str | None:
    """What kind of special network an address lies in, as words after "in"; None: it is public."""
    for network, words in _SPECIAL[address.version]:
        if address in network:
            return words
    if address.version == 6:
        if address not in _UNICAST_6:
            return "a network that is not public"
        if any(classify(inner) for inner in embedded(address)):
            return "a tunnel"
    return None


def embedded(address: Address) -> tuple[ipaddress.IPv4Address, ...]:
    """The IPv4 addresses that an IPv6 address stands for, where a translator or tunnel opens it:
    mapped, NAT64, 6to4, Teredo (server and client), ISATAP."""
    if address.version == 4:
        return ()
    if address.ipv4_mapped:
        return (address.ipv4_mapped,)
    if address.sixtofour:
        return (address.sixtofour,)
    if address.teredo:
        return address.teredo
    if address in _TRANSLATOR or (int(address) >> 32) & 0xFDFFFFFF == 0x00005EFE:
        return (ipaddress.IPv4Address(int(address) & 0xFFFFFFFF),)
    return ()


def never_allowed(address: Address) -> bool:
    """True for addresses that no administrator can open."""
    faces = (address, *embedded(address))
    return any(face in network for face in faces for network in _NEVER[face.version])


# -- the administrator's list -------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class AllowRule:
    """One line of the administrator's list: a host name or a network, and how it may be spoken to.

    ``ports``: empty means the scheme's own port (443 and 5671; 80 and 5672 where ``plain_http``).
    ``ca_pem``: the authority that signs certificates there, instead of the public ones; "" for the
    public ones.
    """

    host: str = ""
    network: Network | None = None
    ports: frozenset[int] = frozenset()
    plain_http: bool = False
    ca_pem: str = field(default="", repr=False)

    def covers(self, host: str, address: Address | None) -> bool:
        """True if the rule speaks of this host or of this address."""
        if self.network is None:
            return host == self.host
        return address is not None and address in self.network

    def permits(self, scheme: str, port: int) -> bool:
        """True if the rule lets this scheme and port through."""
        if scheme in _ENCRYPTED and not self.plain_http:
            return False
        return port in (self.ports or {DEFAULT_PORTS[scheme]})


def parse_rule(
    place: str, ports: str = "", plain_http: bool = False, ca_pem: str = ""
) -> AllowRule:
    """Read a rule as an administrator types it: "wms.example.local", "10.1.2.3" or "10.1.0.0/16",
    and ports such as "443, 8443". Raises Refusal (code "rule" or "never") in plain words."""
    text = (place or "").strip().lower()
    numbers = _ports(ports)
    if not text:
        raise Refusal("rule", "Say which host or network is meant.")
    if "://" in text or text.startswith("//") or "@" in text:
        raise Refusal("rule", "Write the host alone, without https:// and without a path.")
    if "*" in text:
        raise Refusal("rule", "Name each host; a star is not understood.")
    if "/" in text or ":" in text or _ENDS_IN_NUMBER.fullmatch(text):
        return AllowRule("", _network(text), numbers, plain_http, ca_pem)
    try:
        target = parse_target(f"https://{text}/")
    except Refusal as refusal:
        words = str(refusal).replace("The URL's host", "This")
        raise Refusal("rule", words) from None
    return AllowRule(target.host, None, numbers, plain_http, ca_pem)


def _network(text: str) -> Network:
    text = text.strip("[]")
    host, slash, length = text.partition("/")
    if slash and not re.fullmatch(r"[0-9]{1,3}", length, re.ASCII):
        raise Refusal("rule", "Write a network as 10.1.0.0/16; a path does not belong here.")
    try:
        network = ipaddress.ip_network(text, strict=False)
    except ValueError:
        network = None
    if network is None:
        hint = " A port goes into the field for ports." if host.count(":") == 1 else ""
        raise Refusal("rule", f"“{text}” is neither a host name, an address nor a network.{hint}")
    if slash and str(network.network_address) != str(ipaddress.ip_address(host)):
        raise Refusal("rule", f"The network would begin at {network.network_address}: {network}.")
    if network.prefixlen < WIDEST[network.version]:
        widest = WIDEST[network.version]
        raise Refusal(
            "rule",
            f"{network} is too wide: it would switch the protection off. "
            f"The widest that can be allowed is /{widest}.",
        )
    inside = [special for special in _NEVER[network.version] if network.subnet_of(special)]
    if inside or (network.num_addresses == 1 and never_allowed(network.network_address)):
        raise Refusal(
            "never",
            f"{text} can never be allowed: from there a cloud server hands out its own keys, "
            "or it is not the address of one machine.",
        )
    return network


def _ports(text: str) -> frozenset[int]:
    numbers = set()
    for part in re.split(r"[\s,;]+", (text or "").strip()):
        if not part:
            continue
        if not re.fullmatch(r"[0-9]{1,5}", part, re.ASCII) or not 0 < int(part) < 65536:
            raise Refusal("rule", f"“{part}” is not a port. Write numbers, such as 443, 8443.")
        numbers.add(int(part))
    return frozenset(numbers)


# -- the judgement ------------------------------------------------------------------------------


def check_before_resolving(target: Target, rules: Iterable[AllowRule] = ()) -> None:
    """Refuse what no answer of a name server can save: a forbidden address, or a scheme or port
    that no rule could open. Raises Refusal."""
    rules = tuple(rules)
    if target.address is not None:
        check_address(target, target.address, rules)
    elif not _is_standard(target) and not any(
        rule.permits(target.scheme, target.port)
        and (rule.network is not None or rule.host == target.host)
        for rule in rules
    ):
        raise _closed(target, [rule for rule in rules if rule.covers(target.host, None)])


def check_addresses(
    target: Target, addresses: Sequence[Address], rules: Iterable[AllowRule] = ()
) -> None:
    """Refuse unless **every** address that the host resolves to may be called. Raises Refusal."""
    rules = tuple(rules)
    if not addresses:
        raise Refusal("no_address", f"{target.host} has no address.")
    for address in addresses:
        check_address(target, address, rules)


def check_address(target: Target, address: Address, rules: Sequence[AllowRule] = ()) -> None:
    """Refuse unless this address of the target may be called. Raises Refusal."""
    if never_allowed(address) or getattr(address, "scope_id", None):
        raise Refusal("never", f"{_named(target, address)} can never be called.")
    covering = [rule for rule in rules if rule.covers(target.host, address)]
    if any(rule.permits(target.scheme, target.port) for rule in covering):
        for inner in embedded(address):
            check_address(target, inner, rules)
        return
    if covering:
        raise _closed(target, covering)
    words = classify(address)
    if words:
        raise Refusal(
            "local",
            f"{_named(target, address)} lies in {words}. An administrator can allow it "
            "(Logistics → Configuration → Allowed local systems).",
        )
    if not _is_standard(target):
        raise _closed(target)


def authority(target: Target, address: Address, rules: Iterable[AllowRule] = ()) -> str:
    """The PEM of the authority that the list names for this address of the target, or ""."""
    for rule in rules:
        covers = rule.covers(target.host, address) and rule.permits(target.scheme, target.port)
        if rule.ca_pem and covers:
            return rule.ca_pem
    return ""


def _is_standard(target: Target) -> bool:
    return target.scheme not in _ENCRYPTED and target.port == DEFAULT_PORTS[target.scheme]


def _closed(target: Target, rules: Sequence[AllowRule] = ()) -> Refusal:
    better = _ENCRYPTED.get(target.scheme)
    if better and not any(rule.plain_http for rule in rules):
        return Refusal(
            "plain_http",
            f"{target.origin} is not encrypted. Use {better}://, or let an administrator allow it.",
        )
    return Refusal(
        "port", f"Port {target.port} of {target.host} is not allowed; an administrator can do so."
    )


def _named(target: Target, address: Address) -> str:
    if target.host == str(address):
        return target.host
    return f"{target.host} ({address})"
