"""A real RabbitMQ, for tests of flows to a message broker.

    with RabbitMQ(users={"odoo": "secret"}, vhosts=["logistics"]) as broker:
        broker.port, broker.tls_port
        broker.stop(); broker.start()    # with what it had on disk
        broker.kill()                    # -9

Debian's packages are unpacked into DEV_HOME, not installed: nothing starts a service. A node has
its own ports, folder, cookie and name server (epmd), listens to this machine only, and has no
plugins; it takes some 100 MB of memory.
"""

import base64
import contextlib
import hashlib
import json
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path

from . import debian, paths, ports
from .console import DevError

#: Erlang is in many packages; these are what the server and its start need.
ERLANG = (
    "base asn1 crypto eldap inets mnesia os-mon parsetools public-key runtime-tools ssl "
    "syntax-tools tools xmerl"
).split()
PACKAGES = ("rabbitmq-server", *(f"erlang-{name}" for name in ERLANG))
GREETING = b"AMQP\x00\x00\x09\x01"
START_SECONDS, STOP_SECONDS = 60, 30
CONFIGURATION = """
listeners.tcp.1 = 127.0.0.1:{port}
loopback_users = none
load_definitions = {folder}/definitions.json
vm_memory_high_watermark.absolute = 256MB
disk_free_limit.absolute = 1MB
log.console = false
log.file.level = info
"""
TLS = """
listeners.ssl.1 = 127.0.0.1:{tls_port}
ssl_options.cacertfile = {folder}/authority.pem
ssl_options.certfile = {folder}/certificate.pem
ssl_options.keyfile = {folder}/key.pem
ssl_options.verify = verify_none
"""
ERL = """#!/bin/sh
ROOTDIR={erlang} BINDIR={bin} EMU=beam PROGNAME=erl
export ROOTDIR BINDIR EMU PROGNAME
exec "$BINDIR/erlexec" "$@"
"""


def ensure():
    """The folder into which Debian's packages are unpacked."""
    return debian.unpacked("rabbitmq", PACKAGES, lambda root: _relocate(root / "usr/lib/erlang"))


def _relocate(erlang):
    """Debian's start script looks for Erlang in /usr/lib."""
    (runtime,) = erlang.glob("erts-*/bin")
    script = erlang / "bin" / "erl"
    script.unlink()
    script.write_text(ERL.format(erlang=erlang, bin=runtime))
    script.chmod(0o755)


class RabbitMQ:
    """A broker of our own.

    :param users: ``{name: password}``; each may do everything
    :param vhosts: besides "/"
    :param tls: ``(authority, certificate, key)`` as PEM texts, to listen with TLS as well
    """

    def __init__(self, users, vhosts=(), tls=None):
        self.users, self.vhosts, self.tls = users, ("/", *vhosts), tls
        self.port, self.tls_port = ports.free(), ports.free()
        self.epmd_port, self.distribution_port = ports.free(), ports.free()
        self.folder = self.root = self.epmd = self.process = None

    def __enter__(self):
        self.root = ensure()
        paths.make_folders()
        # ``./dev stop`` knows it by this name.
        self.folder = Path(tempfile.mkdtemp(prefix="rabbitmq-", dir=paths.RUN))
        try:
            self._configure()
            self._start_names()
            self.start()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_exc):
        self.kill()
        if self.epmd:
            # With whatever Erlang left behind in their group.
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.epmd.pid, signal.SIGKILL)
            self.epmd.wait()
        shutil.rmtree(self.folder, ignore_errors=True)

    def start(self):
        """Start the node and wait until it speaks AMQP."""
        with open(self.folder / "output.log", "ab") as output:
            self.process = subprocess.Popen(
                self._command(),
                env=self._environment(),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                process_group=self.epmd.pid,
            )
        deadline = time.monotonic() + START_SECONDS
        while self.process.poll() is None and time.monotonic() < deadline:
            if self._answers():
                return
            time.sleep(0.05)
        raise DevError(f"RabbitMQ did not start:\n{self.log()[-3000:]}")

    def stop(self):
        """End it as an administrator does: connections are closed, queues are kept."""
        if self.process is None:
            return
        self.process.terminate()
        try:
            self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.kill()
        self.process = None

    def kill(self):
        """End it as a power cut does."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None

    def log(self):
        """What it has written down, and said on its way."""
        found = [self.folder / "output.log", *sorted(self.folder.glob("log/*.log"))]
        return "\n".join(path.read_text(errors="replace") for path in found if path.exists())

    # -- how ----------------------------------------------------------------------------------

    def _answers(self):
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=2) as probe:
                probe.sendall(GREETING)
                return bool(probe.recv(1))
        except OSError:
            return False

    def _start_names(self):
        (epmd,) = self.root.glob("usr/lib/erlang/erts-*/bin/epmd")
        command = [epmd, "-port", str(self.epmd_port), "-address", "127.0.0.1"]
        self.epmd = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            process_group=0,
        )
        deadline = time.monotonic() + 10
        while ports.is_free(self.epmd_port) and time.monotonic() < deadline:
            time.sleep(0.02)

    def _command(self):
        """As Debian's rabbitmq-server does, without its shells in between."""
        return [
            str(self.root / "usr/lib/erlang/bin/erl"),
            *("-pa", "", "-noinput", "-s", "rabbit", "boot", "-boot", "start_sasl"),
            *("+W", "w", "+S", "1:1", "+sbwt", "none", "+sbwtdcpu", "none", "+sbwtdio", "none"),
            *("+P", "65536", "+t", "1048576", "+MMscs", "64"),
            *("-syslog", "logger", "[]", "-syslog", "syslog_error_logger", "false"),
            *("-kernel", "prevent_overlapping_partitions", "false"),
            *("-kernel", "inet_dist_use_interface", "{127,0,0,1}"),
            *("-logistics_dev", str(self.folder)),  # unknown to Erlang: a mark
        ]

    def _environment(self):
        (home,) = self.root.glob("usr/lib/rabbitmq/lib/rabbitmq_server-*")
        kept = {name: os.environ[name] for name in ("PATH", "LANG") if name in os.environ}
        folder = str(self.folder)
        return {
            **kept,
            "HOME": folder,  # of the cookie
            "ERL_LIBS": f"{home}/plugins",
            "ERL_EPMD_PORT": str(self.epmd_port),
            "ERL_EPMD_ADDRESS": "127.0.0.1",
            "RABBITMQ_HOME": str(home),
            "RABBITMQ_NODENAME": "rabbit@localhost",
            "RABBITMQ_DIST_PORT": str(self.distribution_port),
            "RABBITMQ_CONF_ENV_FILE": f"{folder}/none",
            "RABBITMQ_CONFIG_FILE": f"{folder}/rabbitmq.conf",
            "RABBITMQ_ADVANCED_CONFIG_FILE": f"{folder}/none.config",
            "RABBITMQ_GENERATED_CONFIG_DIR": f"{folder}/config",
            "RABBITMQ_MNESIA_BASE": f"{folder}/mnesia",
            "RABBITMQ_LOG_BASE": f"{folder}/log",
            "RABBITMQ_ENABLED_PLUGINS_FILE": f"{folder}/enabled_plugins",
            "RABBITMQ_PLUGINS_DIR": f"{home}/plugins",
            "RABBITMQ_PLUGINS_EXPAND_DIR": f"{folder}/plugins",
            "RABBITMQ_PID_FILE": f"{folder}/pid",
        }

    def _configure(self):
        text = CONFIGURATION + (TLS if self.tls else "")
        for name, pem in zip(("authority", "certificate", "key"), self.tls or (), strict=False):
            (self.folder / f"{name}.pem").write_text(pem)
        values = {"port": self.port, "tls_port": self.tls_port, "folder": self.folder}
        (self.folder / "rabbitmq.conf").write_text(text.format(**values))
        (self.folder / "enabled_plugins").write_text("[].\n")
        definitions = {
            "users": [
                {
                    "name": name,
                    "password_hash": _hashed(password),
                    "hashing_algorithm": "rabbit_password_hashing_sha256",
                    "tags": [],
                }
                for name, password in self.users.items()
            ],
            "vhosts": [{"name": name} for name in self.vhosts],
            "permissions": [
                {"user": user, "vhost": vhost, "configure": ".*", "write": ".*", "read": ".*"}
                for user in self.users
                for vhost in self.vhosts
            ],
        }
        (self.folder / "definitions.json").write_text(json.dumps(definitions))


def _hashed(password):
    salt = os.urandom(4)
    digest = hashlib.sha256(salt + password.encode()).digest()
    return base64.b64encode(salt + digest).decode()
