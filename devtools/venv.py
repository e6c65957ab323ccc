"""The virtual environment: pinned Python needs, Odoo on its path, and the ``odoo`` script."""

import hashlib
import sys
from pathlib import Path

from . import paths
from .console import DevError, say, step
from .system import apt_install, run

REQUIREMENTS = ("requirements.txt", "requirements-dev.txt")
SCRIPT = """\
#!{python}
import odoo.cli

if __name__ == "__main__":
    odoo.cli.main()
"""


def ensure(source):
    """Make the environment what the requirements and *source* (the folder of ``odoo``) ask for."""
    wanted = _fingerprint(source)
    stamp = paths.VENV / "fingerprint"
    if stamp.exists() and stamp.read_text() == wanted:
        return
    if not paths.PYTHON.exists():
        _create()
    site = _site_packages()
    (site / "odoo-source.pth").write_text(f"{source}\n")
    _name_distribution(site, source)
    with step("installing Python packages"):
        pip = [paths.PYTHON, "-m", "pip", "--disable-pip-version-check", "install", "-q"]
        run([*pip, "-r", paths.PROJECT / REQUIREMENTS[-1]])
    complaints = run([paths.PYTHON, "-m", "pip", "check"], check=False).strip()
    if not complaints.startswith("No broken requirements"):
        say(f"pip check: {complaints}")
    paths.ODOO_SCRIPT.write_text(SCRIPT.format(python=paths.PYTHON))
    paths.ODOO_SCRIPT.chmod(0o755)
    stamp.write_text(wanted)


def _fingerprint(source):
    digest = hashlib.sha256(f"{source} {sys.version_info[:2]}".encode())
    digest.update(Path(__file__).read_bytes())
    for name in REQUIREMENTS:
        digest.update((paths.PROJECT / name).read_bytes())
    return digest.hexdigest()


def _create():
    try:
        run([sys.executable, "-c", "import venv, ensurepip"])
    except DevError:
        apt_install("python3-venv")
    with step(f"virtual environment in {paths.VENV}"):
        run([sys.executable, "-m", "venv", "--clear", paths.VENV])


def _site_packages():
    """The environment's site-packages (the running Python is of the same version)."""
    return paths.VENV / "lib" / "python{}.{}".format(*sys.version_info[:2]) / "site-packages"


def _name_distribution(site, source):
    """Let pip know the Odoo in *source*: ``odoo-addon-*`` packages require a distribution ``odoo``.

    A checkout brings none; Debian's asks for ``psycopg2``, which needs a compiler where
    ``psycopg2-binary`` does. Ours stands before it on the path.
    """
    info = site / "odoo-19.0.dist-info"
    info.mkdir(exist_ok=True)
    (info / "METADATA").write_text(
        "Metadata-Version: 2.1\nName: odoo\nVersion: 19.0\n"
        f"Summary: The Odoo in {source}, on the path by odoo-source.pth\n"
    )
