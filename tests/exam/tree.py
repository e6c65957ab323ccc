"""A copy of our addons to run a server on: as they are, or with a guard broken on purpose.

The product has no branch that asks whether it is under test; a mutant is a patched copy.
"""

import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

from devtools import addons, paths


@dataclass(frozen=True, slots=True)
class Patch:
    """One textual change: ``old`` must stand exactly once in the file."""

    path: str
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class Mutant:
    """A guard that is broken: patches of the code, SQL for the database."""

    name: str
    patches: tuple
    sql: tuple = ()
    finds: tuple = ()  # words, one of which the verdict must contain: the guard's own failure


class Tree:
    """A throw-away copy of all our addons. It also keeps a long trial apart from people who work
    on the files meanwhile."""

    def __init__(self, mutant=None):
        self.mutant = mutant

    def __enter__(self):
        self.folder = Path(tempfile.mkdtemp(prefix="exam-addons-"))
        for name in addons.ours():
            shutil.copytree(
                paths.PROJECT / name,
                self.folder / name,
                ignore=shutil.ignore_patterns("__pycache__", "tests"),
            )
        try:
            for patch in self.mutant.patches if self.mutant else ():
                self._apply(patch)
        except BaseException:
            shutil.rmtree(self.folder, ignore_errors=True)
            raise
        return self

    def __exit__(self, *_error):
        shutil.rmtree(self.folder, ignore_errors=True)

    def conf(self):
        """What odoo.conf needs to load this copy in the place of the project's addons."""
        folders = [
            self.folder if folder == paths.PROJECT else folder for folder in addons.addons_path()
        ]
        assert self.folder in folders
        return {"addons_path": ",".join(map(str, folders))}

    def _apply(self, patch):
        file = self.folder / patch.path
        text = file.read_text(encoding="utf-8")
        if text.count(patch.old) != 1:
            raise AssertionError(
                f"mutant “{self.mutant.name}”: the guard was not found in {patch.path} "
                f"({text.count(patch.old)} places); the product changed, adapt the mutant"
            )
        file.write_text(text.replace(patch.old, patch.new), encoding="utf-8")
