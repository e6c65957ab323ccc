"""Looking into the database from outside, past all that Odoo does."""

import contextlib

import psycopg2

from devtools.postgres import Cluster


class Database:
    """Read (and, for faults and mutants, change) a database by SQL."""

    def __init__(self, name, cluster=None):
        self.name = name
        self.cluster = cluster or Cluster.main()

    @contextlib.contextmanager
    def connect(self):
        """An autocommit connection."""
        connection = psycopg2.connect(self.cluster.dsn(self.name))
        connection.autocommit = True
        try:
            yield connection
        finally:
            connection.close()

    def rows(self, query, *parameters):
        """The rows of a query."""
        with self.connect() as connection, connection.cursor() as cursor:
            cursor.execute(query, parameters or None)
            return cursor.fetchall() if cursor.description else []

    def value(self, query, *parameters):
        """The first column of the first row, None without one."""
        rows = self.rows(query, *parameters)
        return rows[0][0] if rows else None

    def column(self, query, *parameters):
        """The first column of all rows."""
        return [row[0] for row in self.rows(query, *parameters)]
