import { Component } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { standardFieldProps } from "@web/views/fields/standard_field_props";

/** The steps of a case's playbook: what their buttons do is done by the server, and noted. */
export class PlaybookField extends Component {
    static template = "logistics_connector_base.PlaybookField";
    static props = { ...standardFieldProps };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
    }

    get steps() {
        return this.props.record.data[this.props.name] || [];
    }

    get isOpen() {
        return this.props.record.data.is_open;
    }

    async run(method, step) {
        const { record } = this.props;
        if (!(await record.save())) {
            return;
        }
        const action = await this.orm.call(record.resModel, method, [[record.resId], step.id]);
        const reload = () => record.model.load();
        if (action && action.type) {
            await this.action.doAction(action, { onClose: reload });
        } else {
            await reload();
        }
    }
}

registry.category("fields").add("logistics_playbook", {
    component: PlaybookField,
    displayName: _t("Steps of a playbook"),
    supportedTypes: ["json"],
});
