import { Component } from "@odoo/owl";
import { RelativeTime } from "@mail/core/common/relative_time";
import { formatDateTime } from "@web/core/l10n/dates";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { standardFieldProps } from "@web/views/fields/standard_field_props";

const { DateTime } = luxon;
/** From here on it is time to begin. */
const SOON_HOURS = 4;

/** When something is due: how long from now, red when it is over, with the exact time on hover.
 *  What was done, waits or is closed is not late any more: `done` names the fields that say so. */
export class DueField extends Component {
    static template = "logistics_connector_base.DueField";
    static components = { RelativeTime };
    static props = { ...standardFieldProps, done: { type: Array, optional: true } };
    static defaultProps = { done: [] };

    get value() {
        return this.props.record.data[this.props.name];
    }

    get exact() {
        return formatDateTime(this.value);
    }

    get isDone() {
        const { data } = this.props.record;
        return data.is_open === false || this.props.done.some((name) => data[name]);
    }

    get left() {
        return this.value.diff(DateTime.now(), "hours").hours;
    }

    get color() {
        if (this.isDone) {
            return "text-muted";
        }
        if (this.left < 0) {
            return "text-danger fw-bold";
        }
        return this.left < SOON_HOURS ? "text-warning" : "";
    }

    get isLate() {
        return !this.isDone && this.left < 0;
    }
}

registry.category("fields").add("logistics_due", {
    component: DueField,
    displayName: _t("Due"),
    supportedTypes: ["datetime"],
    extractProps: ({ options }) => ({ done: options.done || [] }),
});
