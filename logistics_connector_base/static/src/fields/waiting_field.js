import { Component, onWillUnmount } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { standardFieldProps } from "@web/views/fields/standard_field_props";

/** Looks every few seconds whether what is waited for has come, while the window is open. */
const EVERY = 2000;

export class WaitingField extends Component {
    static template = "logistics_connector_base.WaitingField";
    static props = { ...standardFieldProps };

    setup() {
        const timer = setInterval(() => this.look(), EVERY);
        onWillUnmount(() => clearInterval(timer));
    }

    get waits() {
        return this.props.record.data[this.props.name];
    }

    async look() {
        const { record } = this.props;
        if (this.waits && record.data.step === "listen" && !document.hidden) {
            await record.load();
        }
    }
}

registry.category("fields").add("logistics_waiting", {
    component: WaitingField,
    displayName: _t("Waiting"),
    supportedTypes: ["boolean"],
});
