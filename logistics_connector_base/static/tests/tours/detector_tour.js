import { registry } from "@web/core/registry";

// A manager tries another number before it counts, and opens one of those that it would have found.
registry.category("web_tour.tours").add("logistics_detector", {
    steps: () => [
        {
            content: "each detector shows how often it would have fired",
            trigger: ".o_list_view .o_data_row:contains('No pick-up scan') svg",
        },
        {
            content: "open the one of missing pick-ups",
            trigger: ".o_list_view .o_data_cell[name=name]:contains('No pick-up scan')",
            run: "click",
        },
        {
            content: "how often would it have fired?",
            trigger: "button[name=preview]",
            run: "click",
        },
        { trigger: ".o_logistics_total:contains(/^3$/)" },
        { trigger: ".o_logistics_preview:contains('Exact')" },
        {
            content: "another number, not saved",
            trigger: ".o_logistics_thresholds td[name=value]",
            run: "click",
        },
        { trigger: ".o_logistics_thresholds td[name=value] input", run: "edit 60" },
        { trigger: "button[name=preview]", run: "click" },
        { trigger: ".o_logistics_total:contains(/^2$/)" },
        {
            content: "for express parcels it is another one",
            trigger: "[name=override_ids] .o_field_x2many_list_row_add a",
            run: "click",
        },
        { trigger: "[name=override_ids] td[name=service] input", run: "edit Express" },
        { trigger: "[name=override_ids] td[name=value] input", run: "edit 500" },
        { trigger: ".o_form_label:contains('Looks every')", run: "click" },
        { trigger: "button[name=preview]", run: "click" },
        { trigger: ".o_logistics_total:contains(/^1$/)" },
        { trigger: ".o_form_button_save", run: "click" },
        {
            content: "who changed it can be read",
            trigger: ".o-mail-Message:contains('24 → Hours after the label: 60')",
        },
        { trigger: ".o-mail-Message:contains('500 (Express)')" },
        {
            content: "open what it would have found",
            trigger: ".o_logistics_samples a",
            run: "click",
        },
        { trigger: ".o_last_breadcrumb_item:contains('SHP/')" },
    ],
});
