# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""From whom a mail with bills is taken."""


def matches(address, told):
    """Whether an address is among those told.

    :param str address: normalised, as ``billing@ups.example``; empty: of no one
    :param str told: addresses and domains (``@ups.example``, which its own mail hosts below it do
        not belong to), with commas
    """
    address = (address or "").strip().lower()
    _name, at, domain = address.rpartition("@")
    if not (_name and at and domain):
        return False
    known = {one.strip().lower() for one in (told or "").split(",")}
    return address in known or f"@{domain}" in known


def wrong(told):
    """Those of the addresses and domains told that are neither; an empty tuple: all are good."""
    return tuple(
        one for one in map(str.strip, (told or "").split(",")) if one and not _is_good(one)
    )


def _is_good(one):
    name, at, domain = one.rpartition("@")
    parts = domain.split(".")
    return bool(at and len(parts) > 1 and all(parts)) and "@" not in name and " " not in one
