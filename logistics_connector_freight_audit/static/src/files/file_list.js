import { useState } from "@odoo/owl";
import { useDropzone } from "@web/core/dropzone/dropzone_hook";
import { _t } from "@web/core/l10n/translation";
import { getDataURLFromFile } from "@web/core/utils/urls";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { ListController } from "@web/views/list/list_controller";
import { listView } from "@web/views/list/list_view";

/** Files of freight bills: chosen with a button, or dropped anywhere on the list. */
export class FreightFileListController extends ListController {
    setup() {
        super.setup();
        this.notification = useService("notification");
        this.upload = useState({ isBusy: false });
        useDropzone(this.rootRef, (ev) => this.onDropped(ev.dataTransfer.files));
    }

    onChosen(ev) {
        const files = [...ev.target.files];
        ev.target.value = "";
        return this.onDropped(files);
    }

    /** Each file is a record of its own: what is wrong with one keeps none of the others. */
    async onDropped(files) {
        this.upload.isBusy = true;
        const created = [];
        try {
            for (const file of files) {
                created.push(...(await this.bring(file)));
            }
        } finally {
            this.upload.isBusy = false;
        }
        if (created.length === 1) {
            this.actionService.doAction({
                type: "ir.actions.act_window",
                res_model: "logistics.freight.file",
                res_id: created[0],
                views: [[false, "form"]],
            });
        } else {
            await this.model.load();
        }
    }

    /** The ids of what became of a file: none where it was refused, which is said. */
    async bring(file) {
        try {
            const data = (await getDataURLFromFile(file)).split(",")[1];
            return await this.orm.create("logistics.freight.file", [{ name: file.name, data }]);
        } catch (error) {
            this.notification.add(error.data?.message || _t("The file could not be read."), {
                title: file.name,
                type: "danger",
                sticky: true,
            });
            return [];
        }
    }
}

registry.category("views").add("freight_file_list", {
    ...listView,
    Controller: FreightFileListController,
    buttonTemplate: "logistics_connector_freight_audit.FileListButtons",
});
