from . import controllers, models, wizards
from .hooks import post_init_hook, uninstall_hook
from .intake import logfilter

# Before the first request is logged: the token in an intake address is a secret (law 9).
logfilter.install()
