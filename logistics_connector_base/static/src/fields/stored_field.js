import { Component } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { standardFieldProps } from "@web/views/fields/standard_field_props";

/** Says whether a secret is stored, which is all that can be said of it. */
export class StoredField extends Component {
    static template = "logistics_connector_base.StoredField";
    static props = { ...standardFieldProps };

    get stored() {
        return this.props.record.data[this.props.name];
    }
}

registry.category("fields").add("logistics_stored", {
    component: StoredField,
    displayName: _t("Secret stored"),
    supportedTypes: ["boolean"],
});
