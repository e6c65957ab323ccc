# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""The files of bills in what came attached to a mail: a table as it is, or a ZIP of them.

Names in an archive and the sizes that it tells are its sender's words. Nothing is written under
such a name, and what comes out is counted while it is unpacked.
"""

import io
import zipfile
import zlib
from dataclasses import dataclass

# Of one mail. A larger one is uploaded, which reads it as a stream.
FILES_AT_MOST = 50
BYTES_AT_MOST = 200_000_000
# Entries that an archive may list, folders and all: the list alone costs memory.
ENTRIES_AT_MOST = 1_000
# A table of charges packs to a tenth, a very even one to a hundredth.
RATIO_AT_MOST = 200
TABLES = ("csv", "txt", "tsv", "xlsx")
CHUNK = 262_144
_ZIP = b"PK\x03\x04"
_EMPTY_ZIP = b"PK\x05\x06"

# Why something that came is no file of bills, by its code; the shell translates them.
REASONS = {
    "kind": "no table: only CSV, TXT, XLSX and ZIP files are read",
    "empty": "empty",
    "path": "its name leads out of the archive",
    "link": "a link, not a file",
    "password": "locked with a password",
    "nested": "an archive within an archive",
    "damaged": "damaged",
    "many": "one of too many files",
    "large": "too large when unpacked; upload it instead",
}


@dataclass(frozen=True, slots=True)
class Part:
    """One file that came. ``data`` where it may be looked at, else ``reason`` (of
    :data:`REASONS`)."""

    name: str
    data: bytes = b""
    reason: str = ""


class Budget:
    """What one mail may bring in all, over its attachments."""

    def __init__(self, files=FILES_AT_MOST, size=BYTES_AT_MOST):
        self.files = files
        self.size = size


def unpack(name, data, budget=None):
    """The files in one attachment.

    :param str name: as the sender named it
    :param bytes data: what it holds
    :param Budget budget: what is left of the mail's; lessened by what is taken
    :return: a tuple of :class:`Part`, one for each file; folders and the droppings of operating
        systems are none
    """
    budget = budget or Budget()
    label = plain_name(name)
    ending = _ending(label)
    if _is_archive(ending, data):
        return tuple(_entries(label, data, budget))
    if ending not in TABLES:
        return (Part(label, reason="kind"),)
    if not data.strip():
        return (Part(label, reason="empty"),)
    reason = _charge(budget, len(data))
    return (Part(label, reason=reason) if reason else Part(label, data),)


def plain_name(name):
    """The last part of a name, without what has no place in one; never empty."""
    last = (name or "").replace("\\", "/").rstrip("/").rpartition("/")[2]
    return "".join(sign for sign in last if sign.isprintable()).strip()[:200] or "bills"


def _ending(name):
    return name.rpartition(".")[2].lower() if "." in name else ""


def _is_archive(ending, data):
    """A workbook is a ZIP as well: what it holds tells them apart, whatever it is called."""
    if not data.startswith((_ZIP, _EMPTY_ZIP)):
        return ending == "zip"
    return ending != "xlsx"


def _charge(budget, size):
    """Take so much of what is left; the reason why not, where it is not."""
    if budget.files < 1:
        return "many"
    if size > budget.size:
        return "large"
    budget.files -= 1
    budget.size -= size
    return ""


def _entries(label, data, budget):
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            found = archive.infolist()
            if len(found) > ENTRIES_AT_MOST:
                yield Part(label, reason="many")
                return
            real = [one for one in found if not one.is_dir() and not _is_dropping(one.filename)]
            if not real:
                yield Part(label, reason="empty")
            for entry in real:
                yield _entry(label, archive, entry, budget)
    except (zipfile.BadZipFile, zipfile.LargeZipFile, OSError, ValueError, NotImplementedError):
        yield Part(label, reason="damaged")


def _entry(label, archive, entry, budget):
    name = f"{label}/{plain_name(entry.filename)}"
    reason = _refused(entry)
    if reason:
        return Part(name, reason=reason)
    if budget.files < 1:
        return Part(name, reason="many")
    most = min(budget.size, max(RATIO_AT_MOST * entry.compress_size, CHUNK))
    try:
        data = _read(archive, entry, most)
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, RuntimeError):
        # NotImplementedError, a RuntimeError, is a kind of compression that nobody knows.
        return Part(name, reason="damaged")
    if data is None:
        return Part(name, reason="large")
    if not data.strip():
        return Part(name, reason="empty")
    if _is_archive(_ending(name), data):
        return Part(name, reason="nested")
    reason = _charge(budget, len(data))
    return Part(name, reason=reason) if reason else Part(name, data)


def _refused(entry):
    """Why an entry is not even opened; empty: it is."""
    path = entry.filename.replace("\\", "/")
    if path.startswith("/") or ".." in path.split("/") or path[1:2] == ":":
        return "path"
    if (entry.external_attr >> 16) & 0o170000 == 0o120000:
        return "link"
    if entry.flag_bits & 0x1:
        return "password"
    ending = _ending(path)
    if ending == "zip":
        return "nested"
    return "" if ending in TABLES else "kind"


def _read(archive, entry, most):
    """The bytes of an entry; None: more come out than may, whatever it said of its size."""
    found = bytearray()
    with archive.open(entry) as stream:
        while chunk := stream.read(CHUNK):
            found += chunk
            if len(found) > most:
                return None
    return bytes(found)


def _is_dropping(path):
    """What operating systems leave in archives by themselves."""
    parts = path.replace("\\", "/").split("/")
    return "__MACOSX" in parts or parts[-1] in (".DS_Store", "Thumbs.db", "desktop.ini")
