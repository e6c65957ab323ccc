"""A living company: goods, customers, orders, deliveries, and what its carriers tell."""
