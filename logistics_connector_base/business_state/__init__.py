"""Where orders and transfers stand: what is known of many at once, and what is to be looked at.

The rules are pure functions (``core.order_state``); here is the SQL that feeds them.
"""
