"""Running commands, installing Debian packages, and locks between two runs of ``./dev``."""

import contextlib
import fcntl
import os
import shlex
import shutil
import subprocess

from . import paths
from .console import DevError, step


def is_root():
    return os.geteuid() == 0


def run(command, *, env=None, cwd=None, stdin=None, log=None, check=True, environment=None):
    """Run *command* quietly and return its output; a failure raises DevError with its last lines.

    *env* is added to the environment (*environment*, or this process's own). *log* names a file
    that gets the output.
    """
    done = subprocess.run(
        [str(part) for part in command],
        env={**(environment or os.environ), **{k: str(v) for k, v in (env or {}).items()}},
        cwd=cwd,
        input=stdin,
        stdin=subprocess.DEVNULL if stdin is None else None,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        check=False,
    )
    if log:
        log.parent.mkdir(parents=True, exist_ok=True)
        log.write_text(done.stdout)
    if check and done.returncode:
        tail = "\n".join(done.stdout.splitlines()[-30:])
        raise DevError(f"{shlex.join(map(str, command))} failed ({done.returncode}):\n{tail}")
    return done.stdout


def as_root(command):
    """*command* with what it takes to be root."""
    if is_root():
        return command
    if shutil.which("sudo"):
        return ["sudo", "--", *command]
    raise DevError(f"this needs root or sudo: {shlex.join(map(str, command))}")


def apt_install(*packages):
    """Install Debian packages from the sources that the machine already has."""
    if not shutil.which("apt-get"):
        raise DevError(f"no apt-get here; install these yourself: {' '.join(packages)}")
    install = ["apt-get", "install", "-y", "-q", "--no-install-recommends", *packages]
    with step(f"apt-get install {' '.join(packages)}"):
        prefix = as_root(["env", "DEBIAN_FRONTEND=noninteractive"])
        try:
            run([*prefix, *install])
        except DevError:  # lists that are missing or old
            run([*prefix, "apt-get", "update", "-q"])
            run([*prefix, *install])


@contextlib.contextmanager
def lock(name):
    """Hold the lock *name* of this DEV_HOME, waiting for another run that has it."""
    paths.make_folders()
    with open(paths.LOCKS / f"{name}.lock", "w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def write_private(path, text):
    """Write a file that only its owner can read, never visible half written or to others."""
    part = path.with_name(f"{path.name}.{os.getpid()}.part")
    handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w") as stream:
        stream.write(text)
    os.replace(part, path)
