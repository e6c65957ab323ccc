"""Users of the tests: each with the rights of a role, and no other."""

USER = "base.group_user"


def person(rpc, login, name, *groups):
    """A user, whose password is the login; one of that login that is there already is taken.

    :param rpc: an administrator's session
    :param groups: external ids, beside that of an internal user
    :return: the login
    """
    if not rpc("res.users", "search", [("login", "=", login)]):
        ids = [rpc.ref(group) for group in (USER, *groups)]
        values = {"name": name, "login": login, "password": login, "group_ids": [(6, 0, ids)]}
        rpc("res.users", "create", [values])
    return login
