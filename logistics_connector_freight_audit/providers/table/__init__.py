"""Any table, read by a profile."""
