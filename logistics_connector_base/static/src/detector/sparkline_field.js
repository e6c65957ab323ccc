import { Component } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { standardFieldProps } from "@web/views/fields/standard_field_props";
import { bars } from "./bars";

/** How often a detector would have fired on each of the last days, as small bars. */
export class SparklineField extends Component {
    static template = "logistics_connector_base.SparklineField";
    static props = { ...standardFieldProps };
    static width = 110;
    static height = 20;

    get days() {
        return this.props.record.data[this.props.name];
    }

    get total() {
        return this.days.reduce((sum, count) => sum + count, 0);
    }

    get bars() {
        return bars(this.days, SparklineField.width, SparklineField.height);
    }

    get title() {
        return _t("Would have fired %s times in the last 30 days", this.total);
    }
}

registry.category("fields").add("logistics_sparkline", {
    component: SparklineField,
    displayName: _t("Small bars"),
    supportedTypes: ["json"],
});
