from . import controllers, models, sums, wizards
from .hooks import pre_init_hook, uninstall_hook
