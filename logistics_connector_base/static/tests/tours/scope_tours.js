import { registry } from "@web/core/registry";

const tours = registry.category("web_tour.tours");

function only(mine, theirs) {
    return `.o_list_view:has(.o_data_row:contains("${mine}")):not(:contains("${theirs}"))`;
}

/** Somebody who is narrowed to one warehouse looks everywhere, and meets that warehouse alone. */
tours.add("logistics_scope", {
    steps: () => [
        {
            content: "The queue has the cases of one's own shipments",
            trigger: only("Mine is damaged", "Theirs is damaged"),
        },
        { trigger: ".o_pager_limit:contains('1')" },
        {
            content: "Grouped, too",
            trigger: ".o_switch_view.o_kanban",
            run: "click",
        },
        { trigger: ".o_kanban_view:has(.o_kanban_record:contains('Mine is damaged')):not(:contains('Theirs'))" },
        { trigger: ".o_switch_view.o_pivot", run: "click" },
        {
            content: "One case in all",
            trigger: ".o_pivot table tbody tr:first-child .o_pivot_cell_value:contains(/^1$/)",
        },
        { trigger: ".o_switch_view.o_graph", run: "click" },
        { trigger: ".o_graph_view .o_graph_canvas_container canvas" },
        { trigger: ".o_switch_view.o_list", run: "click" },
        {
            content: "Open the case",
            trigger: ".o_data_row .o_data_cell:contains('Mine is damaged')",
            run: "click",
        },
        { trigger: ".o_form_view .o_field_widget[name=shipment_id]" },
    ],
});

tours.add("logistics_scope_shipments", {
    steps: () => [
        { trigger: only("1ZMINE", "1ZTHEIRS") },
        {
            content: "Nor is it found by its number",
            trigger: ".o_searchview_input",
            run: "edit 1ZTHEIRS",
        },
        { trigger: ".o_searchview_input", run: "press Enter" },
        { trigger: ".o_list_view:not(:has(.o_data_row))" },
        { trigger: ".o_facet_remove:last", run: "click" },
        { trigger: ".o_data_row .o_data_cell:contains('1ZMINE')", run: "click" },
        {
            content: "The button counts what it shows",
            trigger: ".o-form-buttonbox .oe_stat_button:contains('1'):has(.fa-exclamation-triangle)",
            run: "click",
        },
        { trigger: ".o_action_manager:contains('Mine is damaged'):not(:contains('Theirs'))" },
    ],
});

tours.add("logistics_scope_foreign", {
    steps: () => [
        {
            content: "Somebody else's shipment is refused in words, and shows nothing of itself",
            trigger: ".modal:contains('Access Error'), .o_error_dialog, .modal:contains('not allowed')",
        },
        { trigger: "body:not(:contains('1ZTHEIRS'))" },
    ],
});
