import { Component, useEffect, xml } from "@odoo/owl";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { standardWidgetProps } from "@web/views/widgets/standard_widget_props";

const PAUSE = 2000; // milliseconds between two looks
const LONGEST = 10 * 60 * 1000;
const UNDER_WAY = ["sending", "doubt"];

/** While a carrier is being told, the manifest shows what comes of it without being loaded again. */
export class ManifestWatch extends Component {
    static template = xml``;
    static props = { ...standardWidgetProps };

    setup() {
        this.orm = useService("orm");
        useEffect(
            (id, state) => this.watch(id, state),
            () => [this.props.record.resId, this.props.record.data.state]
        );
    }

    watch(id, state) {
        if (!id || !UNDER_WAY.includes(state)) {
            return;
        }
        const until = Date.now() + LONGEST;
        let timer = null;
        const look = async () => {
            const [now] = await this.orm.silent.read("logistics.manifest", [id], ["state"]);
            if (timer === false) {
                return;
            }
            if (now && now.state !== state) {
                await this.props.record.load();
            } else if (Date.now() < until) {
                timer = setTimeout(look, PAUSE);
            }
        };
        timer = setTimeout(look, PAUSE);
        return () => {
            clearTimeout(timer);
            timer = false;
        };
    }
}

registry.category("view_widgets").add("logistics_manifest_watch", {
    component: ManifestWatch,
    fieldDependencies: [{ name: "state", type: "selection" }],
});
