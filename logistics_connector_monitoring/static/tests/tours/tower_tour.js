import { registry } from "@web/core/registry";

const late = ".o_logistics_tower_figure[data-figure=shipment_promise]";

registry.category("web_tour.tours").add("logistics_tower", {
    steps: () => [
        {
            content: "one shipment is late",
            trigger: `${late} button[data-band=late]:contains(Late 1)`,
        },
        { content: "three of four came in time", trigger: ".o_logistics_tower_value:contains(75)" },
        {
            content: "how is it counted?",
            trigger: `${late} button[aria-label='How it is counted']`,
            run: "click",
        },
        {
            content: "in words",
            trigger: `${late} .o_logistics_tower_formula:contains(the promised time has passed)`,
        },
        { content: "which one is late?", trigger: `${late} button[data-band=late]`, run: "click" },
        { content: "the list says so", trigger: ".o_last_breadcrumb_item:contains(Under way: Late)" },
        {
            content: "one row",
            trigger: ".o_list_view:has(.o_data_row):not(:has(.o_data_row ~ .o_data_row))",
        },
        { content: "back", trigger: ".o_back_button", run: "click" },
        { content: "a month", trigger: "button[name=month]", run: "click" },
        {
            content: "one more was delivered then",
            trigger: ".o_logistics_tower_figure[data-figure=on_time_delivery]:contains(of 5)",
        },
        {
            content: "at the harbour alone",
            trigger: "select[name=warehouse]",
            run: "selectByLabel Harbour",
        },
        {
            content: "nothing is late there",
            trigger: `${late}:not(:has(button[data-band=late])):has(button[data-band=expected])`,
        },
    ],
});
