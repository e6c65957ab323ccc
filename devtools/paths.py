"""Where things are. ``DEV_HOME`` (default: ``.dev`` in the project) holds what ``./dev`` makes."""

import hashlib
import os
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
DEV_HOME = Path(os.environ.get("DEV_HOME") or PROJECT / ".dev").resolve()

#: The virtual environment and its Python, in which ``import odoo`` works.
VENV = DEV_HOME / "venv"
PYTHON = VENV / "bin" / "python"
#: Start servers with this script: ``python -m odoo`` respawns its evented child for ever.
ODOO_SCRIPT = VENV / "bin" / "odoo"

#: Debian's Odoo unpacked, when no other Odoo was there.
ODOO_TREE = DEV_HOME / "odoo-tree"
APT = DEV_HOME / "apt"

#: ``data_dir`` of all servers and tests: filestores and sessions.
DATA_DIR = DEV_HOME / "data"
LOGS = DEV_HOME / "log"
RUN = DEV_HOME / "run"
LOCKS = DEV_HOME / "locks"
STATE = DEV_HOME / "state"


def home_id():
    """A short name for this DEV_HOME, for what has to live outside it."""
    return hashlib.sha256(str(DEV_HOME).encode()).hexdigest()[:10]


def filestore(database):
    """The folder of *database*'s attachments."""
    return DATA_DIR / "filestore" / database


def make_folders():
    """Create the folders of DEV_HOME. Others may enter (PostgreSQL's user must), not read."""
    DEV_HOME.mkdir(parents=True, exist_ok=True)
    for folder in (DATA_DIR, LOGS, RUN, LOCKS, STATE):
        folder.mkdir(mode=0o700, exist_ok=True)
