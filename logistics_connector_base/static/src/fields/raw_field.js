import { Component } from "@odoo/owl";
import { CopyButton } from "@web/core/copy_button/copy_button";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { standardFieldProps } from "@web/views/fields/standard_field_props";

/** Text as it came, with line wrap, and a button that copies all of it. */
export class RawField extends Component {
    static template = "logistics_connector_base.RawField";
    static components = { CopyButton };
    static props = { ...standardFieldProps };

    get value() {
        return this.props.record.data[this.props.name] || "";
    }

    get copyText() {
        return _t("Copy");
    }

    get successText() {
        return _t("Copied");
    }
}

registry.category("fields").add("logistics_raw", {
    component: RawField,
    displayName: _t("Text as received"),
    supportedTypes: ["text", "char"],
});
