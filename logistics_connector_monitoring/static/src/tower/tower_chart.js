import { Component, onWillUnmount, useEffect, useRef } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";

import { colorOf } from "./colors";

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
                        backgroundColor: bands.map((band, place) => colorOf(this.props.figure, band, place)),
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
                    const color = colorOf(this.props.figure, band, place);
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
