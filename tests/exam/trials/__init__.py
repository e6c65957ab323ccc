"""The trials of the reliability exam, one a module. Each has a full load (the table's) and a short
one for ``./dev test``; the judgement is the same. A module in this folder is found by itself."""

import importlib
import pkgutil

from ..trial import Trial

for _module in pkgutil.iter_modules(__path__):
    importlib.import_module(f"{__name__}.{_module.name}")

TRIALS = {trial.number: trial() for trial in sorted(Trial.__subclasses__(), key=lambda t: t.number)}
