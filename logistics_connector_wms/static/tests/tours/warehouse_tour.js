import { registry } from "@web/core/registry";

registry.category("web_tour.tours").add("logistics_warehouse_connection", {
    steps: () => [
        {
            content: "choose the 3PL on the warehouse",
            trigger: ".o_field_widget[name=logistics_connection_id] input",
            run: "edit Harbour Fulfilment",
        },
        {
            content: "it is offered, and no carrier is",
            trigger: ".ui-menu-item > a:contains(Harbour Fulfilment)",
            run: "click",
        },
        {
            content: "save: Odoo then loads the page anew",
            trigger: ".o_form_button_save:enabled",
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "it is kept",
            trigger: ".o_field_widget[name=logistics_connection_id] input:value(Harbour Fulfilment)",
        },
    ],
});

registry.category("web_tour.tours").add("logistics_at_warehouse", {
    steps: () => [
        { content: "the released delivery is listed", trigger: ".o_data_cell:contains(Released)" },
    ],
});
