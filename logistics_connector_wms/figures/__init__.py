from . import release, snapshot
