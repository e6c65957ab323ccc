"""The people of Logistics, so that one can log in and see what each of them sees."""

#: Login (also the password: this is for demonstrations), name, groups.
PEOPLE = (
    (
        "lisa",
        "Lisa Lindt (Logistics user)",
        (
            "logistics_connector_base.group_logistics_user",
            # She talks with consignees; the manager does not, and sees *** instead of names.
            "logistics_connector_base.group_logistics_personal",
            "stock.group_stock_user",
            "sales_team.group_sale_salesman",
        ),
    ),
    (
        "max",
        "Max Moreau (Logistics manager)",
        (
            "logistics_connector_base.group_logistics_manager",
            "stock.group_stock_manager",
            "sales_team.group_sale_manager",
        ),
    ),
)


def ensure_people(rpc):
    """Make the users that are missing; returns ``[(login, password, name)]``."""
    for login, name, groups in PEOPLE:
        if rpc("res.users", "search_count", [("login", "=", login)]):
            continue
        values = {
            "name": name,
            "login": login,
            "password": login,
            "group_ids": [(6, 0, [rpc.ref(group) for group in groups])],
            "notification_type": "inbox",
        }
        rpc("res.users", "create", [values], context={"no_reset_password": True})
    return [(login, login, name) for login, name, _groups in PEOPLE]
