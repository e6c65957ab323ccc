"""Our own JSON for warehouses and 3PLs."""
