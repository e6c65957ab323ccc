# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""Versions of contracts: one to three numbers, as in 1.0 or 2.4.1."""

import re

_VERSION = re.compile(r"(0|[1-9][0-9]{0,4})(?:\.(0|[1-9][0-9]{0,4}))?(?:\.(0|[1-9][0-9]{0,4}))?")


def _numbers(version: str) -> tuple[int, int, int]:
    found = _VERSION.fullmatch(version)
    if not found:
        raise ValueError("A version is one to three numbers, such as 1.0 or 2.4.1.")
    major, minor, patch = (int(number or 0) for number in found.groups())
    return major, minor, patch


def sort_key(version: str) -> str:
    """A text that sorts as the version does; equal for 1 and 1.0. ValueError for what is none."""
    return ".".join(f"{number:05d}" for number in _numbers(version))


def next_version(version: str) -> str:
    """The next minor version: 1.2.5 is followed by 1.3. ValueError for what is no version."""
    major, minor, _patch = _numbers(version)
    return f"{major}.{minor + 1}"
