# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""Where a message goes in a message broker (AMQP 0-9-1): address, exchange and routing key."""

import re
from dataclasses import dataclass
from urllib.parse import unquote

from . import netguard
from .netguard import Refusal, Target

MAX_NAME = 255  # bytes, of whatever AMQP calls a short string
DEFAULT_KEY = "{type}.{code}"
PLACES = ("type", "code", "key")
_AUTHORITY = re.compile(r"[a-z]+://[^/?#]*", re.IGNORECASE)
_ESCAPE = re.compile(r"%(?![0-9a-fA-F]{2})")
_PLACE = re.compile(r"\{([^{}]*)\}")


@dataclass(frozen=True, slots=True)
class BrokerAddress:
    """A broker and its virtual host."""

    target: Target
    vhost: str

    @property
    def url(self) -> str:
        """For people; without the virtual host, which is named beside it."""
        return self.target.origin


def is_broker(url: str | None) -> bool:
    """Whether an address is meant to be that of a message broker."""
    return (url or "").partition(":")[0].strip().lower() in netguard.BROKER


def parse_address(url: str) -> BrokerAddress:
    """Read "amqps://host:port/vhost". Raises Refusal in plain words.

    Without a path, and as "/" or "//", the virtual host is "/", which every RabbitMQ has. A slash
    within its name is written %2F. User name and password are refused: they are secrets. So is a
    query, in which libraries take time-outs, and switches that leave out verification.
    """
    if "{" in (url or "") or "}" in (url or ""):
        raise Refusal("url", "Places to fill in belong into the routing key, not into the address.")
    target = netguard.parse_target(url, netguard.BROKER)
    path = url[_AUTHORITY.match(url).end() :]
    if "?" in path or "#" in path:
        raise Refusal("url", "Write the address as amqps://host:port/vhost, and nothing behind it.")
    name = path.removeprefix("/")
    if name in ("", "/"):
        return BrokerAddress(target, "/")
    if "/" in name or _ESCAPE.search(name):
        raise Refusal("url", "A slash in the name of the virtual host is written %2F.")
    vhost = unquote(name, errors="replace")
    check_name(vhost, "The virtual host")
    return BrokerAddress(target, vhost)


def check_name(text: str, what: str) -> None:
    """Refuse what AMQP cannot carry as a name. Raises Refusal."""
    if not text or not text.isprintable() or "\ufffd" in text:
        raise Refusal("name", f"{what} is empty, or holds control characters.")
    if len(text.encode()) > MAX_NAME:
        raise Refusal("name", f"{what} is longer than {MAX_NAME} bytes.")


def check_routing_key(text: str) -> None:
    """Refuse a routing key with places that nobody fills. Raises Refusal."""
    check_name(text, "The routing key")
    names = [f"{{{name}}}" for name in PLACES]
    unknown = sorted(set(_PLACE.findall(text)) - set(PLACES))
    if unknown or "{" in _PLACE.sub("", text) or "}" in _PLACE.sub("", text):
        raise Refusal("name", f"Only these are filled in: {', '.join(names)}.")


def routing_key(template: str, type: str, code: str, key: str | None) -> str:
    """The routing key of a message. Its dots separate words, by which receivers choose; so code and
    key lose theirs. No longer than AMQP allows."""
    values = {"type": type, "code": _word(code), "key": _word(key or "")}
    made = _PLACE.sub(lambda match: values.get(match.group(1), match.group(0)), template)
    return made.encode("utf-8", "replace")[:MAX_NAME].decode("utf-8", "ignore")


def _word(text: str) -> str:
    return re.sub(r"[\s.]", "-", text)
