"""What ``./dev`` is made of: machine, Odoo, PostgreSQL, databases, servers. Standard library.

End-to-end tests, benchmarks and the exam import from here:

    devtools.paths       where things are
    devtools.postgres    Cluster: PostgreSQL of the project, private ones for trials that crash it
    devtools.databases   ensure_template, create, drop: database copies in seconds
    devtools.server      OdooServer: a real prefork server on a free port
"""
