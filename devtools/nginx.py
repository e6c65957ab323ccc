"""A real nginx with the site of ``deploy/``, for tests of the deployment that the docs give.

    with Nginx(server) as nginx:             # an OdooServer behind it
        urllib.request.urlopen(nginx.url)    # https, with a certificate of its own making

Debian's package is unpacked into DEV_HOME, not installed: nothing starts a service on port 80.
"""

import shutil
import socket
import subprocess
import tempfile
import time
from pathlib import Path

from . import debian, paths, ports
from .console import DevError
from .system import is_root, run

SITE = paths.PROJECT / "deploy" / "nginx" / "odoo.conf"
MAIN = """
{user}
daemon off;
worker_processes 1;
pid {folder}/nginx.pid;
error_log {folder}/error.log warn;
events {{ worker_connections 1024; }}
http {{
    types {{ }}
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    include {folder}/odoo.conf;
}}
"""


def ensure():
    """The path of an nginx; Debian's, unpacked, when there is none."""
    found = shutil.which("nginx", path="/usr/sbin:/usr/local/sbin:/usr/bin")
    if found:
        return found
    return str(debian.unpacked("nginx", ["nginx"]) / "usr/sbin/nginx")


class Nginx:
    """nginx before an OdooServer, with the site's file of ``deploy/`` but for ports and paths."""

    def __init__(self, server):
        self.server = server
        self.port, self.clear_port = ports.free(), ports.free()
        self.folder = Path(tempfile.mkdtemp(prefix="nginx-"))
        self.process = None

    @property
    def url(self):
        return f"https://127.0.0.1:{self.port}"

    def __enter__(self):
        binary = ensure()
        self._configure()
        command = [binary, "-p", self.folder, "-c", self.folder / "nginx.conf"]
        self.checked = run([*command, "-t"])
        self.process = subprocess.Popen(
            [str(part) for part in command],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        deadline = time.monotonic() + 10
        while time.monotonic() < deadline:
            try:
                socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
                return self
            except OSError:
                time.sleep(0.05)
        self.__exit__()
        raise DevError(f"nginx did not start: {self.checked}")

    def __exit__(self, *_exc):
        if self.process:
            self.process.terminate()
            self.process.wait(10)
        shutil.rmtree(self.folder, ignore_errors=True)

    def log(self, name="odoo.log"):
        """What one of its logs says."""
        path = self.folder / name
        return path.read_text() if path.exists() else ""

    def _configure(self):
        run(
            [
                *("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"),
                *("-subj", "/CN=odoo.example.com"),
                *("-keyout", self.folder / "privkey.pem", "-out", self.folder / "fullchain.pem"),
            ]
        )
        text = SITE.read_text()
        for old, new in {
            "127.0.0.1:8069": f"127.0.0.1:{self.server.port}",
            "127.0.0.1:8072": f"127.0.0.1:{self.server.gevent_port}",
            "listen 80;": f"listen 127.0.0.1:{self.clear_port};",
            "listen 443 ssl http2;": f"listen 127.0.0.1:{self.port} ssl http2;",
            "/etc/ssl/odoo/": f"{self.folder}/",
            "/var/log/nginx/": f"{self.folder}/",
        }.items():
            if old not in text:
                raise DevError(f"{SITE} does not hold {old!r} any more; adapt devtools/nginx.py")
            text = text.replace(old, new)
        (self.folder / "odoo.conf").write_text(text)
        user = "user root;" if is_root() else ""  # its workers must reach our private folder
        (self.folder / "nginx.conf").write_text(MAIN.format(folder=self.folder, user=user))
