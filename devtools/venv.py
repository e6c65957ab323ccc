"""The virtual environment: pinned Python needs, Odoo on its path, and the ``odoo`` script."""

import hashlib
import subprocess
import sys

from . import paths
from .console import DevError, say, step
from .system import apt_install, run, write_private

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

    Debian's tree brings its own egg-info; a checkout of the sources does not.
    """
    probe = "from importlib.metadata import version; print(version('odoo'))"
    if (
        subprocess.run([paths.PYTHON, "-c", probe], capture_output=True, check=False).returncode
        == 0
    ):
        return
    info = site / "odoo-19.0.dist-info"
    info.mkdir(exist_ok=True)
    write_private(info / "METADATA", "Metadata-Version: 2.1\nName: odoo\nVersion: 19.0\n")
    say(f"told pip about the Odoo in {source}")
