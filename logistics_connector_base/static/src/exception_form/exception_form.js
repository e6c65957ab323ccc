import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { FormController } from "@web/views/form/form_controller";
import { formView } from "@web/views/form/form_view";

const ENDS = ["action_finish", "action_dismiss"];

/**
 * For working a queue: when the case on the screen has been closed by a person, the next open one
 * of the list it was opened from takes its place.
 */
export class ExceptionFormController extends FormController {
    setup() {
        super.setup();
        this.notification = useService("notification");
        const load = this.model.load.bind(this.model);
        this.model.load = async (params) => {
            const { resId, data } = this.model.root || {};
            await load(params);
            const root = this.model.root;
            if (this.isEnding && data?.is_open && root.resId === resId && !root.data.is_open) {
                this.isEnding = false;
                await this.showNext(root);
            }
        };
    }

    async beforeExecuteActionButton(clickParams) {
        this.isEnding = ENDS.includes(clickParams.name);
        return super.beforeExecuteActionButton(clickParams);
    }

    async showNext({ resId, resIds, data }) {
        const later = resIds.slice(resIds.indexOf(resId) + 1);
        const open = later.length
            ? await this.orm.search("logistics.exception", [
                  ["id", "in", later],
                  ["is_open", "=", true],
                  ["is_snoozed", "=", false],
              ])
            : [];
        const next = later.find((id) => open.includes(id));
        if (next) {
            this.notification.add(_t("“%s” is closed. This is the next one.", data.name), {
                type: "success",
            });
            await this.model.load({ resId: next });
        }
    }
}

registry.category("views").add("logistics_exception_form", {
    ...formView,
    Controller: ExceptionFormController,
});
