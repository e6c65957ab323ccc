import { Component, onWillStart } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { user } from "@web/core/user";
import { useService } from "@web/core/utils/hooks";
import { standardFieldProps } from "@web/views/fields/standard_field_props";

/** What blocks an order or a transfer; a click opens it, for whom may see it. */
export class ReasonsField extends Component {
    static template = "logistics_connector_base.ReasonsField";
    static props = { ...standardFieldProps };

    setup() {
        this.action = useService("action");
        onWillStart(async () => {
            this.mayOpen = await user.hasGroup("logistics_connector_base.group_logistics_user");
        });
    }

    get reasons() {
        return this.props.record.data[this.props.name] || [];
    }

    open(reason) {
        this.action.doAction({
            type: "ir.actions.act_window",
            res_model: reason.model,
            res_id: reason.id,
            views: [[false, "form"]],
        });
    }
}

registry.category("fields").add("logistics_reasons", {
    component: ReasonsField,
    displayName: _t("What blocks it"),
    supportedTypes: ["json"],
});
