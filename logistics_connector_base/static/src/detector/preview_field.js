import { Component, useState } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { deserializeDateTime } from "@web/core/l10n/dates";
import { standardFieldProps } from "@web/views/fields/standard_field_props";
import { formatDay, formatMoment } from "../instants";
import { bars } from "./bars";

/** What the detector, as it stands on the form, would have opened in the last 30 days. */
export class DetectorPreviewField extends Component {
    static template = "logistics_connector_base.DetectorPreviewField";
    static props = { ...standardFieldProps };
    static width = 720;
    static height = 90;

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.state = useState({ busy: false, found: null });
    }

    async preview() {
        const { record } = this.props;
        this.state.busy = true;
        try {
            const changes = await record.getChanges();
            const ids = record.resId ? [record.resId] : [];
            this.state.found = await this.orm.call(record.resModel, "preview_draft", [ids, changes]);
        } finally {
            this.state.busy = false;
        }
    }

    get bars() {
        const { days } = this.state.found;
        const end = luxon.DateTime.fromISO(this.state.found.last_day);
        return bars(days, DetectorPreviewField.width, DetectorPreviewField.height, { gap: 3, room: 12 }).map(
            (bar) => ({
                ...bar,
                title: _t("%(day)s: %(count)s", {
                    day: formatDay(end.minus({ days: days.length - 1 - bar.index })),
                    count: bar.count,
                }),
            })
        );
    }

    get firstDay() {
        return formatDay(luxon.DateTime.fromISO(this.state.found.first_day));
    }

    get lastDay() {
        return formatDay(luxon.DateTime.fromISO(this.state.found.last_day));
    }

    get samples() {
        return this.state.found.samples.map((sample) => ({
            ...sample,
            at: this.moment(sample.at),
            until: sample.until && this.moment(sample.until),
        }));
    }

    moment(text) {
        const instant = deserializeDateTime(text);
        return {
            text: formatMoment(instant),
            title: _t("%s UTC", formatMoment(instant.toUTC())),
        };
    }

    open(id) {
        this.action.doAction({
            type: "ir.actions.act_window",
            res_model: this.state.found.model,
            res_id: id,
            views: [[false, "form"]],
        });
    }
}

registry.category("fields").add("logistics_detector_preview", {
    component: DetectorPreviewField,
    displayName: _t("Preview of a detector"),
    supportedTypes: ["json"],
});
