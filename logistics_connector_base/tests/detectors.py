"""Factories for tests of detectors: a history whose every moment is given in hours."""

from datetime import timedelta

from odoo.addons.logistics_connector_base.core.detectors import Looks

from .common import RECEIVED_AT, InboxCommon

MINUTE = 1 / 60


class DetectorCommon(InboxCommon):
    """Hour 0 is :data:`RECEIVED_AT`. What happens is told at once unless said otherwise."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env = cls.env(context={**cls.env.context, "tracking_disable": True})
        cls.connection = cls.make_connection()
        # Days and hours of the tests' own history only.
        cls.env["logistics.detector"].search([]).active = False

    @staticmethod
    def hour(hours):
        """Naive UTC."""
        return RECEIVED_AT + timedelta(hours=hours)

    def detector(self, short_name, **thresholds):
        """The shipped detector of a condition, switched on, with these thresholds."""
        detector = (
            self.env["logistics.detector"]
            .with_context(active_test=False)
            .search([("condition", "=", f"logistics.condition.{short_name}")])
        )
        detector.active = True
        for line in detector.threshold_ids:
            if line.name in thresholds:
                line.value = thresholds[line.name]
        return detector

    def look(self, detector, hours):
        """Let it look at an hour; its open cases."""
        detector.sudo()._run(self.hour(hours))
        self.env.flush_all()
        return self.cases(detector)

    def cases(self, detector, is_open=True):
        return (
            self.env["logistics.exception"]
            .sudo()
            .search([("detector_id", "=", detector.id), ("is_open", "=", is_open)], order="id")
        )

    def parcel(self, number, **values):
        if isinstance(values.get("promised_delivery_at"), int | float):
            values["promised_delivery_at"] = self.hour(values["promised_delivery_at"])
        # Numbers are matched around it.
        values.setdefault("ship_date", self.hour(-24).date())
        return self.make_shipment(number, **values)

    def tell(self, number, code, hours, late=0, connection=None, **values):
        """A partner tells what happened at an hour, ``late`` hours afterwards."""
        expected = values.pop("expected", None)
        if expected is not None:
            values["estimated_delivery_at"] = f"{self.hour(expected).isoformat()}Z"
        event = self.scan(code, f"{self.hour(hours).isoformat()}Z", number=number, **values)
        return self.receive(
            connection or self.connection, self.message(event), at=self.hour(hours + late)
        )

    def assert_preview(self, detectors, hours, step, happen):
        """The preview says what would have been: the same cases as detectors open that really look,
        each time, at what is known by then.

        :param dict detectors: name → detector
        :param int hours: that they look for, each ``step`` hours
        :param happen: called with each moment: makes happen what has happened by then
        :return: the names of those that opened a case
        """
        looks = Looks(self.hour(0), self.hour(hours), timedelta(hours=step))
        opened = {name: [] for name in detectors}
        known = {name: set() for name in detectors}
        for detector in detectors.values():
            detector.write({"interval_minutes": step * 60, "most_open": 0})
            # What holding back leaves out is another test's.
            self.patch(type(detector), "_hold_back", lambda self, c, waiting: (waiting, 0))
        for moment in looks.moments():
            happen(moment)
            for name, detector in detectors.items():
                detector.sudo()._run(moment)
                keys = set(self.cases(detector).mapped("key"))
                opened[name] += [(moment, key) for key in keys - known[name]]
                known[name] = keys
        for name, detector in detectors.items():
            condition = detector._condition()
            self.patch(type(detector), "_looks_back", lambda self, now: looks)
            preview = [
                (opening.at, condition._case_key(opening.spell.key))
                for opening in detector.sudo()._openings(looks.end, 60)
            ]
            with self.subTest(name):
                self.assertEqual(sorted(preview), sorted(opened[name]))
        return {name for name, cases in opened.items() if cases}
