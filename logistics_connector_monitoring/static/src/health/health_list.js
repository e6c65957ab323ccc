import { onWillStart } from "@odoo/owl";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { listView } from "@web/views/list/list_view";
import { ListRenderer } from "@web/views/list/list_renderer";

/** The connections, and above them what is wrong with the server that works their messages. */
export class HealthListRenderer extends ListRenderer {
    static template = "logistics_connector_monitoring.HealthListRenderer";

    setup() {
        super.setup();
        const orm = useService("orm");
        this.serverProblems = [];
        onWillStart(async () => {
            this.serverProblems = await orm.call(
                "logistics.connection.health",
                "server_problems",
                []
            );
        });
    }
}

registry.category("views").add("logistics_health_list", {
    ...listView,
    Renderer: HealthListRenderer,
});
