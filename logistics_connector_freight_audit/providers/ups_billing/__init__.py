"""UPS billing data, 250 columns."""
