"""Coming and going: messages outlive this addon, so its providers do, too."""

MODULE = "logistics_connector_freight_audit"
# The providers that this addon brings, by code.
PROVIDERS = ("freight_json",)


def pre_init_hook(env):
    """Take up again the providers that an earlier uninstallation had to leave behind."""
    env["logistics.provider"]._take_up_again(MODULE, PROVIDERS)


def uninstall_hook(env):
    """Retire our connections; keep the providers that have a history."""
    env["logistics.provider"]._leave_behind(MODULE, PROVIDERS)
