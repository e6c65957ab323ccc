"""One index over all that waits became three: new, tried before, in work."""


def migrate(cr, version):
    cr.execute("DROP INDEX IF EXISTS logistics_message_waiting")
