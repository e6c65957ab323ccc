"""Two who deal cases at once: lanes of the inbox, crons, people at their screens. Real processes
and sessions; the first one's transaction is held open after it dealt. Nobody gets two while another
one has none."""

import threading
import uuid

import pytest

from ..exam.gate import Gate
from ..simulators import CanonicalPartner
from ..support.connections import connect
from ..support.inside import Inside
from ..support.polling import wait_for
from ..support.rpc import Session

GATE = 3201
EACH = 2  # cases dealt by each of the two
PASSWORD = "Dealt-with-9"
# As the inbox works, and as Odoo's crons and requests do.
ISOLATIONS = {"lanes": "READ COMMITTED", "crons": "REPEATABLE READ"}
REPORT = """
env.cr.commit()
env.cr.execute("SET TRANSACTION ISOLATION LEVEL {isolation}")
env["logistics.exception"]._report([
    {{"type": "delivery_exception", "key": "{key}-%s" % number, "name": "{key}",
      "company_id": {company}, "connection_id": {connection}}} for number in range({count})])
"""
WAITS = """
SELECT count(*) FROM pg_locks l JOIN pg_stat_activity a USING (pid)
WHERE NOT l.granted AND a.datname = current_database()
      AND NOT (l.locktype = 'advisory' AND l.objid = %s)
"""
OWNERS = "SELECT user_id FROM logistics_exception WHERE key LIKE %s"


@pytest.fixture(scope="module")
def processes(session_world):
    """Two processes with Odoo inside, beside the server's workers."""
    started = [Inside(session_world.database.name) for _process in range(2)]
    try:
        yield [process.wait_ready() for process in started]
    finally:
        for process in started:
            process.close()


class Desk:
    """A partner of its own and a team with as many members as cases will be dealt."""

    def __init__(self, world):
        self.world, self.rpc = world, world.rpc
        self.key = f"deal-{uuid.uuid4().hex}"
        self.connection_id = connect(self.rpc, CanonicalPartner(), self.key)
        values = self.world.read("logistics.connection", self.connection_id, "company_id")
        self.company_id = values["company_id"][0]
        group = self.rpc.ref("logistics_connector_base.group_logistics_user")
        self.logins = [f"{self.key}-{number}" for number in range(2 * EACH)]
        self.members = self.rpc(
            "res.users",
            "create",
            [
                {
                    "name": login,
                    "login": login,
                    "password": PASSWORD,
                    "company_id": self.company_id,
                    "company_ids": [(6, 0, [self.company_id])],
                    "group_ids": [(6, 0, [group])],
                }
                for login in self.logins
            ],
        )
        team = {"name": self.key, "member_ids": [(6, 0, self.members)]}
        self.team_id = self.rpc("logistics.team", "create", [team])[0]

    def rule(self, method):
        values = {"sequence": 1, "connection_id": self.connection_id, "team_id": self.team_id}
        self.rpc(
            "logistics.assignment.rule",
            "create",
            [{"name": self.key, "method": method, **values}],
        )

    def program(self, mark, isolation, count=EACH):
        return REPORT.format(
            isolation=isolation,
            key=f"{self.key}-{mark}",
            company=self.company_id,
            connection=self.connection_id,
            count=count,
        )

    def meet(self, first, second, condition, when):
        """Begin ``first``, hold it when it has dealt, begin ``second``, and let both end."""
        with Gate(self.world.database, "logistics_exception", condition, GATE, when) as gate:
            first()
            gate.wait_held()
            second()
            wait_for(
                lambda: self.world.database.value(WAITS, GATE), 20, "the second one does not wait"
            )
            gate.open()

    def owners(self):
        return self.world.database.column(OWNERS, f"{self.key}-%")


@pytest.fixture
def desk(world):
    return Desk(world)


@pytest.mark.parametrize("method", ["round_robin", "least_loaded"])
@pytest.mark.parametrize("who", list(ISOLATIONS))
def test_two_that_report_at_once_double_nobody(processes, desk, who, method):
    desk.rule(method)
    programs = [desk.program(mark, ISOLATIONS[who]) for mark in ("a", "b")]
    desk.meet(
        lambda: processes[0].start(programs[0]),
        lambda: processes[1].start(programs[1]),
        f"NEW.key = '{desk.key}-a-0'",
        "AFTER INSERT",
    )
    for process in processes:
        process.result()
    assert sorted(desk.owners()) == sorted(desk.members)


@pytest.mark.parametrize("method", ["round_robin", "least_loaded"])
def test_two_people_who_assign_by_rules_at_once_double_nobody(processes, desk, method):
    processes[0].run(desk.program("a", "READ COMMITTED", 2 * EACH))
    desk.rule(method)
    cases = desk.rpc("logistics.exception", "search", [("name", "=", f"{desk.key}-a")])
    sessions = [Session(desk.rpc.url, desk.rpc.db, login, PASSWORD) for login in desk.logins[:2]]
    parts, failures = (cases[:EACH], cases[EACH:]), []

    def assign(session, ids):
        try:
            session("logistics.exception", "action_assign_by_rules", ids)
        except Exception as error:  # told in the main thread
            failures.append(error)

    people = [
        threading.Thread(target=assign, args=pair) for pair in zip(sessions, parts, strict=True)
    ]
    # ORM writes go by one statement at the end: the first one of them is enough.
    condition = f"NEW.id IN ({', '.join(map(str, parts[0]))}) AND NEW.user_id IS NOT NULL"
    desk.meet(people[0].start, people[1].start, condition, "AFTER UPDATE")
    for person in people:
        person.join(30)
    assert not failures
    assert sorted(desk.owners()) == sorted(desk.members)
