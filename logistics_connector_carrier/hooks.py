"""Coming and going: messages and events outlive this addon, so their providers do, too."""

MODULE = "logistics_connector_carrier"
# XML name of each provider that this addon brings → its code.
PROVIDERS = {
    "provider_ups": "ups",
    "provider_fedex": "fedex",
    "provider_sendcloud": "sendcloud",
    "provider_dcsa": "dcsa",
    "provider_laposte": "laposte",
    "provider_royalmail": "royalmail",
    "provider_gls": "gls",
    "provider_dpd": "dpd",
    "provider_dhl": "dhl",
    "provider_dhl_express": "dhl_express",
    "provider_usps": "usps",
    "provider_canadapost": "canadapost",
    "provider_easypost": "easypost",
    "provider_shippo": "shippo",
    "provider_aftership": "aftership",
    "provider_shipengine": "shipengine",
    "provider_seventeentrack": "seventeentrack",
    "provider_own": "own",
}


def pre_init_hook(env):
    """Take up again the providers that an earlier uninstallation had to leave behind."""
    providers = env["logistics.provider"].with_context(active_test=False)
    for name, code in PROVIDERS.items():
        left = providers.search([("code", "=", code)])
        if left:
            env["ir.model.data"]._update_xmlids([{"xml_id": f"{MODULE}.{name}", "record": left}])


def uninstall_hook(env):
    """Retire our connections; keep the providers that have a history.

    A connection cannot lose its provider, nor a message its connection: both stay readable. What
    can be deleted, Odoo deletes; what must stay is archived and is no longer this addon's.
    """
    providers = env["logistics.provider"].with_context(active_test=False)
    ours = providers.search([("code", "in", list(PROVIDERS.values()))])
    connections = (
        env["logistics.connection"]
        .with_context(active_test=False)
        .search([("provider_id", "in", ours.ids)])
    )
    connections.filtered(lambda connection: connection.state != "retired").action_retire()
    connections.active = False
    kept = connections.provider_id
    kept.active = False
    env["ir.model.data"].search(
        [("module", "=", MODULE), ("model", "=", kept._name), ("res_id", "in", kept.ids)]
    ).unlink()
