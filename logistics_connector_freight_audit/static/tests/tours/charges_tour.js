import { registry } from "@web/core/registry";

registry.category("web_tour.tours").add("logistics_freight_charges", {
    steps: () => [
        { content: "the charges are listed", trigger: ".o_data_cell:contains(Fuel surcharge)" },
        {
            content: "what was billed",
            trigger: ".o_switch_view.o_pivot",
            run: "click",
        },
        { content: "by carrier", trigger: ".o_pivot th:contains(Tour Parcel)" },
        { content: "kinds apart", trigger: ".o_pivot th:contains(Billed)" },
        { content: "summed", trigger: ".o_pivot td:contains(16.25)" },
        { content: "back to the list", trigger: ".o_switch_view.o_list", run: "click" },
        {
            content: "the list is there",
            trigger: ".o_list_view .o_data_cell:contains(Fuel surcharge)",
        },
    ],
});

registry.category("web_tour.tours").add("logistics_freight_shipment", {
    steps: () => [
        {
            content: "the money of the shipment",
            trigger: ".o_notebook .nav-link[name=charges]",
            run: "click",
        },
        {
            content: "the variance is shown",
            trigger: ".o_field_widget[name=freight_variance]:contains(3.85)",
        },
        { content: "in percent", trigger: ".o_field_widget[name=freight_variance_ratio]:contains(31)" },
    ],
});
