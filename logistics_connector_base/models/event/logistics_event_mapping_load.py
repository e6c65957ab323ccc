import csv

from odoo import api, models
from odoo.tools.misc import file_open

COLUMNS = ("id", "provider", "raw_code", "raw_sub_code", "code", "reason", "classifier", "priority")


class LogisticsEventMapping(models.Model):
    """Shipped mappings: one CSV file for each provider, beside its parser. Not Odoo's own CSV
    loader, which reads the model's name from the file's and knows nothing of rows that vanish."""

    _inherit = "logistics.event.mapping"

    @api.model
    def _load_shipped(self, module, path):
        """Bring the shipped mappings in line with a file; each has an XML id of the addon.

        New rows are created, changed ones written, and those that are no longer in the file are
        archived, because history points to them. Rows of users are left alone. Call it from the
        addon's data, so that it runs at installation and at every upgrade::

            <function model="logistics.event.mapping" name="_load_shipped"
                      eval="['my_addon', 'providers/acme/mapping.csv']"/>

        Columns: id (without module), provider (whose codes), raw_code, raw_sub_code, code and
        reason (of the taxonomy), classifier, priority, note.

        :raises ValueError: naming the line that is wrong: a faulty file is not installed
        """
        rows = self._read_shipped(module, path)
        providers = {values["provider"] for values in rows.values()}
        known = {
            name: record
            for name, record in self._shipped_records(module).items()
            if name in rows or record.provider in providers
        }
        for name, record in known.items():
            record._write_changed(rows.get(name, {"active": False}))
        new = {name: values for name, values in rows.items() if name not in known}
        # A chatter row for each would cost more than the mappings themselves.
        creator = self.sudo().with_context(tracking_disable=True)
        created = creator.create([{**values, "is_shipped": True} for values in new.values()])
        # This also names them as loaded: the end of an upgrade deletes what was not.
        self.env["ir.model.data"].sudo()._update_xmlids(
            [
                {"xml_id": f"{module}.{name}", "record": record}
                for name, record in (*known.items(), *zip(new, created, strict=True))
            ]
        )

    def _read_shipped(self, module, path):
        """The rows of a file as values by XML name."""
        codes = self.env["logistics.event.code"]._ids_by_code()
        reasons = self.env["logistics.event.reason"]._ids_by_code()
        classifiers = {"", *dict(self._fields["classifier"].selection)}
        rows, raw_codes = {}, set()
        with file_open(f"{module}/{path}", "r", filter_ext=(".csv",)) as file:
            reader = csv.DictReader(file)
            missing = set(COLUMNS) - set(reader.fieldnames or ())
            if missing:
                raise ValueError(f"{module}/{path}: columns are missing: {sorted(missing)}")
            for row in reader:
                place = f"{module}/{path}, line {reader.line_num}"
                raw_code = (row["provider"], row["raw_code"], row["raw_sub_code"])
                if row["code"] not in codes:
                    raise ValueError(f"{place}: there is no event code {row['code']!r}")
                if row["reason"] and row["reason"] not in reasons:
                    raise ValueError(f"{place}: there is no reason {row['reason']!r}")
                if row["classifier"] not in classifiers:
                    raise ValueError(f"{place}: there is no classifier {row['classifier']!r}")
                if not row["id"] or row["id"] in rows or raw_code in raw_codes:
                    raise ValueError(f"{place}: the id or the raw code stands there already")
                raw_codes.add(raw_code)
                rows[row["id"]] = {
                    "provider": row["provider"],
                    "raw_code": row["raw_code"],
                    "raw_sub_code": row["raw_sub_code"],
                    "code_id": codes[row["code"]],
                    "reason_id": reasons.get(row["reason"], False),
                    "classifier": row["classifier"] or False,
                    "priority": int(row["priority"] or 10),
                    "note": row.get("note") or False,
                    "active": True,
                }
        return rows

    def _shipped_records(self, module):
        """The mappings that this addon brought, by XML name, archived ones too."""
        data = self.env["ir.model.data"].sudo()
        ids = {
            row.name: row.res_id
            for row in data.search([("module", "=", module), ("model", "=", self._name)])
        }
        records = self.sudo().with_context(active_test=False)
        there = set(records.browse(ids.values()).exists().ids)
        return {name: records.browse(res_id) for name, res_id in ids.items() if res_id in there}

    def _write_changed(self, values):
        """Write what differs: an upgrade that changes nothing leaves no trace in the history."""
        current = self._convert_to_write({name: self[name] for name in values})
        changed = {name: value for name, value in values.items() if current[name] != value}
        if changed:
            self.write(changed)
