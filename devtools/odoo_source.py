"""Find an Odoo 19.0, or unpack Debian's package beside the project.

The system's own apt sources stay as they are: apt gets a private state whose only source is the
mirror that the machine already uses.
"""

import functools
import os
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

from . import paths
from .console import DevError, say, step
from .system import run

SERIES = "19.0"
TRIED_VERSION = "19.0.0+dfsg-1"
ARCHIVE_KEY = "/usr/share/keyrings/debian-archive-keyring.gpg"
#: The package's links to jquery and fonts are relative and must resolve inside the tree. Without
#: jquery each page is a 500. Font Awesome 4, whose icons Odoo uses, is in Debian 12, not in sid.
PACKAGES = (
    "odoo-19",
    "libjs-jquery",
    "libjs-jquery-form",
    "libjs-underscore",
    "fonts-font-awesome/bookworm",
    "fonts-montserrat",
    "fonts-roboto-unhinted",
    "fonts-glyphicons-halflings",
    "fonts-inconsolata",
    "fonts-ocr-b",
)
#: Removed by Debian; without it the web client logs an error on which each browser test fails.
SEGMENTATION = "mail/static/lib/selfie_segmentation/selfie_segmentation.js"
SEGMENTATION_STUB = (
    "// Debian's Odoo lacks this file; the blur of video calls needs it, nothing else does.\n"
)


def find():
    """Return the folder to put on sys.path so that ``import odoo`` works; fetch it if need be."""
    home = os.environ.get("ODOO_HOME")
    if home:
        return _checked(Path(home), "ODOO_HOME")
    installed = _importable()
    if installed:
        return installed
    debian = paths.ODOO_TREE / "usr/lib/python3/dist-packages"
    if not (debian / "odoo/release.py").exists():
        _unpack_debian()
    _complete(debian / "odoo/addons")
    return debian


def version(source):
    """The version of the Odoo in *source*, as ``19.0.0`` (of Debian's: the package's version)."""
    stamp = paths.ODOO_TREE / "version"
    if source.is_relative_to(paths.ODOO_TREE) and stamp.exists():
        return stamp.read_text().strip()
    match = re.search(r"^version_info = \((\d+), (\d+), (\d+)", _release(source), re.MULTILINE)
    return ".".join(match.groups()) if match else "unknown"


def _release(source):
    return (source / "odoo/release.py").read_text()


def _checked(source, origin):
    if not (source / "odoo/release.py").exists():
        raise DevError(f"{origin}={source} holds no odoo/release.py")
    if not version(source).startswith(f"{SERIES}."):
        raise DevError(f"{origin}={source} is Odoo {version(source)}; this project needs {SERIES}")
    return source


@functools.cache
def _importable():
    """The folder of an Odoo 19.0 that the Python running this can import."""
    probe = "import odoo.release as r; print(r.__file__)"
    done = subprocess.run(
        [sys.executable, "-c", probe], capture_output=True, text=True, cwd="/", check=False
    )
    if done.returncode:
        return None
    source = Path(done.stdout.strip()).resolve().parent.parent
    return source if version(source).startswith(f"{SERIES}.") else None


def _mirror():
    """The Debian mirror that apt uses on this machine."""
    command = ["apt-get", "indextargets", "--format", "$(SITE)", "Created-By: Packages"]
    sites = run(command).split()
    if not sites:  # nothing fetched yet
        from .system import as_root

        run(as_root(["apt-get", "update", "-q"]))
        sites = run(command).split()
    if not sites or not Path(ARCHIVE_KEY).exists():
        raise DevError(
            "cannot fetch Odoo: no Debian mirror or no Debian archive keyring here. "
            f"Point ODOO_HOME at an Odoo {SERIES}."
        )
    return max(set(sites), key=sites.count)


def _private_apt():
    """The options that give apt a state of its own, with its lists fetched."""
    base = paths.APT
    for folder in ("lists/partial", "cache/archives/partial"):
        (base / folder).mkdir(parents=True, exist_ok=True)
    source = f"deb [signed-by={ARCHIVE_KEY}] {_mirror()}"
    (base / "sources.list").write_text(f"{source} sid main\n{source} bookworm main\n")
    options = []
    for option in (
        f"Dir::Etc::sourcelist={base}/sources.list",
        "Dir::Etc::sourceparts=-",
        "Dir::Etc::preferencesparts=-",
        f"Dir::State::lists={base}/lists",
        f"Dir::Cache={base}/cache",
        "APT::Sandbox::User=root",
    ):
        options += ["-o", option]
    run(["apt-get", *options, "update", "-q"])
    return options


def _unpack_debian():
    paths.DEV_HOME.mkdir(parents=True, exist_ok=True)
    with step("fetching Odoo 19 from Debian"):
        options = _private_apt()
        with tempfile.TemporaryDirectory(dir=paths.DEV_HOME) as folder:
            run(["apt-get", *options, "download", "-q", *PACKAGES], cwd=folder)
            tree = Path(folder) / "tree"
            tree.mkdir()
            for package in sorted(Path(folder).glob("*.deb")):
                run(["dpkg", "-x", package, tree])
            (deb,) = Path(folder).glob("odoo-19_*.deb")
            found = run(["dpkg-deb", "-f", deb, "Version"]).strip()
            (tree / "version").write_text(found + "\n")
            os.chmod(tree, 0o755)
            shutil.rmtree(paths.ODOO_TREE, ignore_errors=True)
            os.replace(tree, paths.ODOO_TREE)
    shutil.rmtree(paths.APT / "lists", ignore_errors=True)
    say(f"Odoo from Debian: {found}")
    if found != TRIED_VERSION:
        say(f"NOTE: this project was tried with {TRIED_VERSION}; {found} may behave differently")


def _complete(addons):
    """Add the one file that Debian took out."""
    target = addons / SEGMENTATION
    if target.exists():
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        try:
            run(["npm", "pack", "--silent", "@mediapipe/selfie_segmentation"], cwd=folder)
            (archive,) = Path(folder).glob("*.tgz")
            with tarfile.open(archive) as package:
                target.write_bytes(package.extractfile(f"package/{target.name}").read())
        except (DevError, OSError, ValueError, KeyError):
            say("no npm here: the background blur of Odoo's video calls will not work")
            target.write_text(SEGMENTATION_STUB)


def addons_folder():
    """The folder of Odoo's own addons: inside the package, or beside it in a checkout."""
    source = find()
    inside = source / "odoo/addons"
    return inside if (inside / "web").is_dir() else source / "addons"
