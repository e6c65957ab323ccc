import { Component, onWillUnmount, useEffect, useRef } from "@odoo/owl";
import { cookie } from "@web/core/browser/cookie";
import { _t } from "@web/core/l10n/translation";

const COLORS = {
    light: { good: "#2f9e6e", warning: "#e8a33d", bad: "#d1495b", neutral: "#8a97a8" },
    dark: { good: "#48c28d", warning: "#f0b75b", bad: "#e5697a", neutral: "#9aa7b8" },
};

/** Who owns what has no better or worse: a colour each. */
const PLAIN = ["#5b7fb4", "#7aa6a1", "#a58bb8", "#b49a6b", "#6b8fa3", "#9c7f86"];

/** A figure as bars: of days where it happened, of bands where it is a level. */
export class TowerChart extends Component {
    static template = "logistics_connector_monitoring.TowerChart";
    static props = { figure: Object, onChosen: Function };

    setup() {
        this.canvas = useRef("canvas");
        this.chart = null;
        useEffect(
            () => {
                this.draw();
            },
            () => [this.props.figure]
        );
        onWillUnmount(() => this.chart?.destroy());
    }

    get label() {
        const { title, bands } = this.props.figure;
        return _t("%(title)s: %(parts)s", {
            title,
            parts: bands.map((band) => `${band.label} ${band.quantity}`).join(", "),
        });
    }

    colorOf(band, place) {
        const colors = COLORS[cookie.get("color_scheme") === "dark" ? "dark" : "light"];
        if (band.tone === "neutral" && this.props.figure.code === "case_owner") {
            return PLAIN[place % PLAIN.length];
        }
        return colors[band.tone];
    }

    draw() {
        this.chart?.destroy();
        const figure = this.props.figure;
        const config = figure.is_level ? this.levels() : this.days();
        config.options = {
            animation: false,
            maintainAspectRatio: false,
            onClick: (_event, hits) => hits.length && this.choose(hits[0]),
            onHover: (event, hits) => {
                event.native.target.style.cursor = hits.length ? "pointer" : "default";
            },
            plugins: { legend: { display: false } },
            ...config.options,
        };
        // eslint-disable-next-line no-undef
        this.chart = new Chart(this.canvas.el, config);
    }

    levels() {
        const { bands, measure } = this.props.figure;
        return {
            type: "bar",
            data: {
                labels: bands.map((band) => band.label),
                datasets: [
                    {
                        data: bands.map((band) =>
                            measure === "money" ? band.amount : band.quantity
                        ),
                        backgroundColor: bands.map((band, place) => this.colorOf(band, place)),
                        maxBarThickness: 22,
                    },
                ],
            },
            options: {
                indexAxis: "y",
                scales: {
                    x: { beginAtZero: true, ticks: { precision: 0, maxTicksLimit: 6 } },
                    y: { grid: { display: false } },
                },
            },
        };
    }

    days() {
        const { bands, days, series, measure } = this.props.figure;
        const line = measure === "percent";
        return {
            type: line ? "line" : "bar",
            data: {
                labels: days.map((day) => day.slice(5)),
                datasets: series.map((one, place) => {
                    const band = bands.find((each) => each.code === one.code);
                    const color = band ? this.colorOf(band, place) : PLAIN[0];
                    return {
                        label: band ? band.label : "",
                        data: one.values,
                        backgroundColor: color,
                        borderColor: color,
                        spanGaps: true,
                        maxBarThickness: 26,
                    };
                }),
            },
            options: {
                scales: {
                    x: {
                        stacked: !line,
                        grid: { display: false },
                        ticks: { maxTicksLimit: 10, maxRotation: 0 },
                    },
                    y: {
                        stacked: !line,
                        beginAtZero: !line,
                        ticks: { precision: line ? undefined : 0, maxTicksLimit: 5 },
                    },
                },
            },
        };
    }

    choose(hit) {
        const { figure } = this.props;
        if (figure.is_level) {
            this.props.onChosen([figure.bands[hit.index].code]);
        } else {
            const band = figure.series[hit.datasetIndex].code;
            this.props.onChosen(band ? [band] : [], figure.days[hit.index]);
        }
    }
}
