import { registry } from "@web/core/registry";

const field = (name) => `.o_form_view .o_field_widget[name=${name}] input`;

registry.category("web_tour.tours").add("logistics_allow_local_system", {
    steps: () => [
        {
            content: "An empty list says what that means",
            trigger: ".o_view_nocontent:contains('Nothing local may be called')",
        },
        {
            trigger: ".o_list_button_add",
            run: "click",
        },
        {
            content: "What may never be allowed",
            trigger: field("host"),
            run: "edit 0.0.0.0/0",
        },
        {
            trigger: field("note"),
            run: "edit Warehouse system of hall 2",
        },
        {
            trigger: ".o_form_button_save",
            run: "click",
        },
        {
            content: "is refused in plain words",
            trigger: ".modal:contains('too wide')",
        },
        {
            trigger: ".modal .modal-footer button:first",
            run: "click",
        },
        {
            content: "A narrow network",
            trigger: `body:not(:has(.modal)) ${field("host")}`,
            run: "edit 10.1.2.0/28",
        },
        {
            trigger: field("ports"),
            run: "edit 8443",
        },
        {
            content: "No warning yet",
            trigger: ".o_form_view:not(:has(.alert-warning))",
        },
        {
            trigger: field("plain_http"),
            run: "click",
        },
        {
            content: "Unencrypted calls come with a warning",
            trigger: ".alert-warning:contains('listen on the way')",
        },
        {
            trigger: ".o_form_button_save",
            run: "click",
        },
        {
            content: "Saved; the chatter will tell who changed what",
            trigger: ".o_form_saved .o-mail-Chatter",
        },
    ],
});
