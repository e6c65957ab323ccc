from . import conditions, controllers, figures, models, sums, wizards
from .hooks import post_init_hook, uninstall_hook
from .intake import gate, logfilter
from .tools import trail

# Before the first request is logged: the token in an intake address is a secret (law 9).
logfilter.install()
trail.install()
# Whether a database is there or not: partners must not be told that their address is gone.
gate.install()
