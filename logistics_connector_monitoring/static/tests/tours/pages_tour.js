import { registry } from "@web/core/registry";

const menu = (name) => ({
    content: `menu ${name}`,
    trigger: `.o_menu_sections .dropdown-toggle:contains(Reporting)`,
    run: "click",
});
const entry = (name) => ({
    content: `open ${name}`,
    trigger: `.o-dropdown--menu .dropdown-item:contains(${name})`,
    run: "click",
});

/** Each page of monitoring, as whoever is logged in comes to it. */
registry.category("web_tour.tours").add("logistics_monitoring_pages", {
    steps: () => [
        {
            content: "figures, each with its rows",
            trigger: ".o_logistics_tower_figure[data-figure=case_age]",
        },
        menu("Connection health"),
        entry("Connection health"),
        {
            content: "one connection",
            trigger: ".o_data_cell:contains(Example Parcel)",
            run: "click",
        },
        { content: "in both directions", trigger: ".o_form_view:contains(What we tell it)" },
        { content: "its messages", trigger: "button[name=action_view_messages]", run: "click" },
        { content: "are listed", trigger: ".o_breadcrumb:contains(Messages of Example Parcel)" },
        menu("Alerts"),
        entry("Alerts"),
        { content: "the rule", trigger: ".o_data_cell:contains(Given up on)", run: "click" },
        { content: "says where it stands", trigger: ".o_form_view .o_data_row:contains(Example)" },
        menu("Scorecards"),
        entry("Scorecards"),
        { content: "a month of a carrier", trigger: ".o_data_cell:contains(Example Parcel)" },
        {
            content: "as a trend",
            trigger: "button.o_switch_view.o_graph",
            run: "click",
        },
        { content: "drawn", trigger: ".o_graph_renderer canvas" },
    ],
});
