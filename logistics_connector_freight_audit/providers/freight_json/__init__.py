"""Our own JSON for bills of carriers and forwarders."""
