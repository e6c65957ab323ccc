# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""Where a call comes from. An address proves little: use it beside another proof."""

import ipaddress
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from .call import KEYLESS, Call
from .scheme import WEAK, Scheme

MAX_HOPS = 20
_SEPARATOR = re.compile(r"[\s,;]+")
Network = ipaddress.IPv4Network | ipaddress.IPv6Network


def read_address(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    """An IP address, IPv4 where it is one mapped into IPv6; None for anything else."""
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return None
    if getattr(address, "scope_id", None):
        return None
    return getattr(address, "ipv4_mapped", None) or address


@lru_cache(maxsize=256)
def read_networks(text: str) -> tuple[Network, ...]:
    """Networks in CIDR notation, separated by commas, blanks or lines. Raises ValueError."""
    networks = []
    for part in _SEPARATOR.split(text.strip()):
        if not part:
            continue
        try:
            networks.append(ipaddress.ip_network(part))
        except ValueError as error:
            raise ValueError(f"“{part[:60]}” is no address or network: {error}.") from None
    return tuple(networks)


def contains(networks: Sequence[Network], text: str) -> bool:
    """Whether an address lies in one of the networks."""
    address = read_address(text)
    if address is None:
        return False
    return any(address in network for network in networks if network.version == address.version)


def client_address(
    peer: str, forwarded: str, proxies: Sequence[Network], proxy_mode: bool
) -> tuple[str, bool]:
    """Who calls, and whether one of our own proxies says so.

    ``peer``: the other end of the connection. ``forwarded``: X-Forwarded-For, to which each proxy
    appends whom it heard. Without ``proxy_mode``, or when the peer is none of our ``proxies``, the
    header is a stranger's word and does not count. Else the nearest hop that is not ours counts,
    from the right: what stands further left, anybody may have written. ("", True) when that hop is
    no address.
    """
    if not proxy_mode or not contains(proxies, peer):
        return peer, False
    for hop in reversed(forwarded.split(",")[-MAX_HOPS:]):
        hop = hop.strip(" ")
        if read_address(hop) is None:
            return "", True
        if not contains(proxies, hop):
            return hop, True
    return "", True


@dataclass(frozen=True, slots=True)
class AddressList(Scheme):
    """The call comes from one of the partner's addresses."""

    networks: str = ""

    @property
    def needs_secret(self) -> bool:
        return False

    @property
    def strength(self) -> int:
        return WEAK

    def check(self) -> None:
        networks = read_networks(self.networks)
        if not networks:
            raise ValueError("Enter the addresses from which the partner calls.")
        if any(network.prefixlen == 0 for network in networks):
            raise ValueError("A list that holds every address proves nothing.")

    def verify(self, keys: Sequence[bytes], call: Call) -> int | None:
        try:
            networks = read_networks(self.networks)
        except ValueError:
            return None
        return KEYLESS if contains(networks, call.remote) else None
