import { registry } from "@web/core/registry";

/** The integration administrator's morning: what waits, why, what it became. */
registry.category("web_tour.tours").add("logistics_messages", {
    steps: () => [
        {
            content: "What waits for a person is there without asking",
            trigger: ".o_searchview_facet:contains('Needs a look')",
        },
        {
            content: "The failed one and the one that waits, not the one that was worked",
            trigger: ".o_list_view:has(.o_data_row:contains('Failed')):not(:has(.o_data_row:contains('Processed')))",
        },
        {
            content: "Open what waits",
            trigger: ".o_list_view .o_data_row:contains('Waiting for its shipment') .o_data_cell",
            run: "click",
        },
        {
            content: "It says which number is missing",
            trigger: ".o_form_view .alert:contains('1ZTOUR404')",
        },
        {
            content: "What happened to it",
            trigger: ".o_notebook .nav-link:contains('What happened')",
            run: "click",
        },
        {
            trigger: ".o_field_widget[name=story]:contains('Received')",
        },
        {
            content: "Everything that came",
            trigger: "button[data-menu-xmlid='logistics_connector_base.menu_logistics_message']",
            run: "click",
        },
        {
            trigger: "a[data-menu-xmlid='logistics_connector_base.menu_logistics_message_incoming']",
            run: "click",
        },
        {
            trigger: ".o_searchview_facet:contains('Last 7 days')",
        },
        {
            content: "The one that was worked",
            trigger: ".o_list_view .o_data_row:contains('Processed') .o_data_cell",
            run: "click",
        },
        {
            content: "It leads to its shipment",
            trigger: "button[name=action_view_shipments]:contains('1')",
        },
        {
            trigger: ".o_notebook .nav-link:contains('As received')",
            run: "click",
        },
        {
            content: "Names are hidden from who need not know them, the rest can be read",
            trigger: "pre.o_logistics_raw:contains('Utrecht'):contains('***'):not(:contains('Lovelace'))",
        },
    ],
});
