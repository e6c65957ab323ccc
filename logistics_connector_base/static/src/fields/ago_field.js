import { Component } from "@odoo/owl";
import { RelativeTime } from "@mail/core/common/relative_time";
import { formatDateTime } from "@web/core/l10n/dates";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { standardFieldProps } from "@web/views/fields/standard_field_props";

/** A moment as people say it: "3 hours ago", with the exact time on hover. */
export class AgoField extends Component {
    static template = "logistics_connector_base.AgoField";
    static components = { RelativeTime };
    static props = { ...standardFieldProps };

    get value() {
        return this.props.record.data[this.props.name];
    }

    get exact() {
        return formatDateTime(this.value);
    }
}

registry.category("fields").add("logistics_ago", {
    component: AgoField,
    displayName: _t("Time ago"),
    supportedTypes: ["datetime"],
});
