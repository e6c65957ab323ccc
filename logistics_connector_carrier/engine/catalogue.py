# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""What karrio knows of a carrier: its services and options, and what its access asks for."""

import pkgutil
from dataclasses import dataclass

from ..core.setting import Setting
from . import transport
from .errors import NotInstalled
from .reader import READERS

# Of each carrier's settings; ours to say, not the administrator's.
OURS = {"carrier_id", "test_mode", "metadata", "config", "id", "services", "rate_sheet"}
# karrio marks few secrets as such; the names tell the others.
SECRET_WORDS = ("secret", "password", "api_key", "token", "license_key")


@dataclass(frozen=True, slots=True)
class Choice:
    """A service, an option or a packaging. ``code``: karrio's name; ``kind`` (of options): flag,
    amount, text or choice; ``group`` (of options): karrio's category in lower case, or ""."""

    code: str
    label: str
    kind: str = ""
    group: str = ""
    choices: tuple[str, ...] = ()


def carriers():
    """Names of the carriers whose packages are installed on this server, sorted."""
    try:
        plugins = transport.load("karrio.plugins")
    except NotInstalled:
        return []
    return sorted(module.name for module in pkgutil.iter_modules(plugins.__path__))


def metadata(carrier):
    """karrio's description of a carrier. Raises NotInstalled."""
    return transport.load(f"karrio.plugins.{carrier}").METADATA


def settings(carrier):
    """What the carrier's access asks for, in karrio's order; what our reader says of it
    (``SETTINGS``) counts more, and what karrio does not ask for comes last.

    :return: tuple of Setting
    :raises NotInstalled: its package is missing
    """
    ours = {one.name: one for one in getattr(READERS.get(carrier), "SETTINGS", ())}
    found = []
    for field in metadata(carrier).Settings.__attrs_attrs__:
        if field.name in OURS:
            continue
        if field.name in ours:
            found.append(ours.pop(field.name))
            continue
        choices = _members(field.type)
        found.append(
            Setting(
                name=field.name,
                label=label_of(field.name),
                kind="choice" if choices else _setting_kind(field),
                is_required=field.default is _nothing(),
                choices=choices,
            )
        )
    return (*found, *ours.values())


def services(carrier):
    """The services by the carrier's own codes, as they stand in its answers and tariffs: tuple of
    Choice. karrio has several names for some; the first one gives the label."""
    ours = getattr(READERS.get(carrier), "SERVICES", None)
    if ours:
        return tuple(Choice(code, label) for code, label in ours.items())
    found = {}
    for name, member in (metadata(carrier).services or {}).__members__.items():
        code = member.value if isinstance(member.value, str) else name
        found.setdefault(code, Choice(code, label_of(name, carrier)))
    return tuple(found.values())


def packagings(carrier):
    """Tuple of Choice: the carrier's own boxes and envelopes."""
    return tuple(
        Choice(one.name, label_of(one.name, carrier))
        for one in metadata(carrier).packaging_types or ()
    )


def options(carrier):
    """Tuple of Choice: what can be asked for beside the service."""
    found = []
    for one in metadata(carrier).options or ():
        kind, choices = _option_kind(one.value)
        group = ((getattr(one.value, "meta", None) or {}).get("category") or "").lower()
        found.append(Choice(one.name, label_of(one.name, carrier), kind, group, choices))
    return tuple(found)


def label_of(name, carrier=""):
    """A name of karrio's as people write it: "ups_next_day_air" → "Next day air"."""
    words = name.removeprefix(f"{carrier}_").replace("_", " ").strip() if carrier else ""
    words = words or name.replace("_", " ")
    return words[:1].upper() + words[1:]


def _setting_kind(field):
    if field.type in (bool, "bool"):
        return "flag"
    is_secret = (field.metadata or {}).get("sensitive") or any(
        word in field.name for word in SECRET_WORDS
    )
    return "secret" if is_secret else "text"


def _option_kind(value):
    kind = getattr(value, "type", None)
    choices = _members(kind)
    if choices:
        return "choice", choices
    if kind in (bool, "bool"):
        return "flag", ()
    return ("amount" if kind in (float, int) else "text"), ()


def _members(kind):
    members = getattr(kind, "__members__", None)
    return tuple(members) if members else ()


def _nothing():
    import attr

    return attr.NOTHING
