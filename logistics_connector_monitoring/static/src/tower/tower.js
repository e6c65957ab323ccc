import { Component, onWillStart, useState } from "@odoo/owl";
import { loadBundle } from "@web/core/assets";
import { deserializeDateTime } from "@web/core/l10n/dates";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { formatFloat, formatInteger, formatMonetary } from "@web/views/fields/formatters";
import { useSetupAction } from "@web/search/action_hook";
import { Layout } from "@web/search/layout";
import { standardActionServiceProps } from "@web/webclient/actions/action_service";

import { colorOf } from "./colors";
import { TowerChart } from "./tower_chart";

const PERIODS = [
    ["today", _t("Today")],
    ["week", _t("7 days")],
    ["month", _t("30 days")],
    ["quarter", _t("90 days")],
];
const SECTIONS = [
    ["orders", _t("Orders")],
    ["shipments", _t("Shipments")],
    ["cases", _t("Exceptions")],
    ["stock", _t("Stock")],
    ["money", _t("Money")],
];
/** Of which a higher number is good news; of the others a lower one is. */
const RISING_IS_GOOD = ["on_time_delivery", "stock_accuracy"];
/** Of which a change is neither. */
const NO_NEWS = ["freight_spend", "order_state", "shipment_promise"];

/** How things stand in Logistics: every number opens the rows behind it. */
export class LogisticsTower extends Component {
    static template = "logistics_connector_monitoring.LogisticsTower";
    static components = { Layout, TowerChart };
    static props = { ...standardActionServiceProps };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.display = { controlPanel: {} };
        this.periods = PERIODS;
        this.sections = SECTIONS;
        this.state = useState({
            period: "week",
            warehouse: null,
            connection: null,
            ...(this.props.state?.chosen || {}),
            page: null,
            formula: null,
            loading: false,
        });
        this.places = { warehouses: [], connections: [] };
        useSetupAction({ getLocalState: () => ({ chosen: this.chosen }) });
        onWillStart(async () => {
            const [places] = await Promise.all([
                this.orm.call("logistics.tower", "places", []),
                this.load(),
                loadBundle("web.chartjs_lib"),
            ]);
            this.places = places;
        });
    }

    get chosen() {
        const { period, warehouse, connection } = this.state;
        return { period, warehouse, connection };
    }

    async load() {
        const asked = this.chosen;
        this.state.loading = true;
        const page = await this.orm.call("logistics.tower", "figures", [], asked);
        // Somebody may have chosen something else meanwhile.
        if (JSON.stringify(asked) === JSON.stringify(this.chosen)) {
            Object.assign(this.state, { page, loading: false });
        }
    }

    choose(name, value) {
        this.state[name] = value;
        return this.load();
    }

    onPlace(name, event) {
        return this.choose(name, Number(event.target.value) || null);
    }

    async count() {
        this.state.loading = true;
        await this.orm.call("logistics.tower", "count_now", []);
        await this.load();
    }

    figuresOf(section) {
        return this.state.page.figures.filter((figure) => figure.section === section);
    }

    get countedAt() {
        const moment = this.state.page.counted_at;
        return moment && deserializeDateTime(moment).toRelative();
    }

    get isEmpty() {
        return this.state.page.figures.every((figure) => !figure.of);
    }

    money(amount) {
        return formatMonetary(amount, {
            currencyId: this.state.page.currency_id,
            humanReadable: Math.abs(amount) >= 100000,
            decimals: 0,
        });
    }

    textOf(figure, value) {
        if (value === null || value === undefined) {
            return "–";
        }
        if (figure.measure === "money") {
            return this.money(value);
        }
        if (figure.measure === "hours") {
            return value < 72
                ? _t("%s h", value)
                : _t("%s days", formatFloat(value / 24, { digits: [16, 1] }));
        }
        if (figure.measure === "share" || figure.measure === "percent") {
            return `${formatFloat(value, { digits: [16, 1] })} %`;
        }
        return formatInteger(value);
    }

    dotOf(figure, band, place) {
        return `background-color: ${colorOf(figure, band, place)}`;
    }

    bandText(figure, band) {
        return figure.measure === "money" ? this.money(band.amount) : formatInteger(band.quantity);
    }

    /** What changed since the days before; null where nobody knows, or nothing did. */
    changeOf(figure) {
        const { before, value } = figure;
        if (before === null || value === null) {
            return null;
        }
        const text = this.textOf(figure, before);
        if (text === this.textOf(figure, value)) {
            return null;
        }
        const rising = value > before;
        let tone = "text-muted";
        if (!NO_NEWS.includes(figure.code)) {
            tone = rising === RISING_IS_GOOD.includes(figure.code) ? "text-success" : "text-danger";
        }
        return {
            icon: rising ? "fa-arrow-up" : "fa-arrow-down",
            tone,
            text: _t("%s before", text),
        };
    }

    ofText(figure) {
        if (!figure.of) {
            return "";
        }
        if (figure.measure === "share") {
            return _t("of %s with a promise", formatInteger(figure.of));
        }
        if (figure.measure === "count") {
            return "";
        }
        return _t("of %s", formatInteger(figure.of));
    }

    toggleFormula(code) {
        this.state.formula = this.state.formula === code ? null : code;
    }

    async open(figure, bands = [], day = null) {
        const { first, last } = this.state.page;
        const action = await this.orm.call("logistics.tower", "open_rows", [figure.code], {
            bands,
            first: day || first,
            last: day || last,
            warehouse: this.state.warehouse,
            connection: this.state.connection,
        });
        return this.action.doAction(action);
    }
}

registry.category("actions").add("logistics_tower", LogisticsTower);
