"""Programs of Debian, unpacked into DEV_HOME and not installed: nothing starts a service."""

import tempfile
from pathlib import Path
from shutil import rmtree, which

from . import paths
from .console import DevError, step
from .system import as_root, lock, run


def unpacked(name, packages, finish=None):
    """The folder with the files of *packages*; fetched when it is not there.

    :param str name: of the folder, and for people
    :param packages: names of Debian's packages
    :param finish: called with the folder after it was unpacked
    """
    target = paths.DEV_HOME / name
    with lock(name):
        if not (target / "complete").exists():
            rmtree(target, ignore_errors=True)
            _unpack(name, packages, target)
            if finish:
                finish(target)
            (target / "complete").touch()
    return target


def _unpack(name, packages, target):
    if not which("apt-get"):
        raise DevError(f"no apt-get here: {name} cannot be fetched")
    with step(f"fetching {name} from Debian"), tempfile.TemporaryDirectory() as folder:
        download = ["apt-get", "-o", "APT::Sandbox::User=root", "download", "-q", *packages]
        try:
            run(download, cwd=folder)
        except DevError:  # lists that are missing or old
            run(as_root(["apt-get", "update", "-q"]))
            run(download, cwd=folder)
        for package in Path(folder).glob("*.deb"):
            run(["dpkg-deb", "-x", package, target])
