"""Our addons, the ones of Odoo that they stand on, and fingerprints of both."""

import ast
import hashlib

from . import odoo_source, paths

#: Installed once into the first-level template, which rarely changes.
STANDARD = (
    "sale_management",
    "account",
    "purchase",
    "sale_stock",
    "stock_delivery",
    "stock_account",
    "stock_landed_costs",
    "queue_job",
)
PREFIX = "logistics_connector_"
#: Not part of what a database is made from: changing them needs no new template.
IGNORED_FOLDERS = {"tests", "static", "i18n", "__pycache__", "readme", "doc"}
IGNORED_SUFFIXES = {".md", ".rst", ".pyc", ".png", ".swp"}


def ours():
    """The names of our installable addons that are there, sorted."""
    found = []
    for manifest in sorted(paths.PROJECT.glob(f"{PREFIX}*/__manifest__.py")):
        if ast.literal_eval(manifest.read_text()).get("installable", True):
            found.append(manifest.parent.name)
    return found


def addons_path():
    """The folders with addons: ours, those of tests, pip's (queue_job), Odoo's."""
    source = odoo_source.find()
    pip = [f.parent for f in paths.VENV.glob("lib/python*/site-packages/odoo/addons/queue_job")]
    candidates = [
        paths.PROJECT,
        paths.PROJECT / "tests" / "addons",
        *pip,
        source / "addons",
        source / "odoo" / "addons",
    ]
    return [folder for folder in candidates if _has_addons(folder)]


def _has_addons(folder):
    return any(folder.glob("*/__manifest__.py"))


def standard_key(demo):
    """What a first-level template is made from."""
    source = odoo_source.find()
    parts = [odoo_source.version(source), *STANDARD, "demo" if demo else "plain"]
    pins = (paths.PROJECT / "requirements.txt").read_text().splitlines()
    parts += [pin for pin in pins if pin.startswith("odoo-addon-")]
    return _digest(parts)


def project_key(demo):
    """What a second-level template is made from: the first level and the files of our addons."""
    parts = [standard_key(demo)]
    for name in ours():
        root = paths.PROJECT / name
        for path in sorted(root.rglob("*")):
            if path.is_file() and counts(path.relative_to(root)):
                parts += [f"{name}/{path.relative_to(root)}", path.read_bytes()]
    return _digest(parts)


def counts(path):
    """Whether the file at *path* (relative to its addon) has a part in what a database holds."""
    return path.suffix not in IGNORED_SUFFIXES and not IGNORED_FOLDERS.intersection(path.parts[:-1])


def _digest(parts):
    digest = hashlib.sha256()
    for part in parts:
        data = part if isinstance(part, bytes) else str(part).encode()
        digest.update(len(data).to_bytes(8, "big") + data)
    return digest.hexdigest()[:12]
