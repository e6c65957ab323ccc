import { cookie } from "@web/core/browser/cookie";

const TONES = {
    light: { good: "#2f9e6e", warning: "#e8a33d", bad: "#d1495b", neutral: "#8a97a8" },
    dark: { good: "#48c28d", warning: "#f0b75b", bad: "#e5697a", neutral: "#9aa7b8" },
};

/** Parts of which none is better than another, such as people: a colour each. */
const EQUALS = ["#5b7fb4", "#7aa6a1", "#a58bb8", "#b49a6b", "#6b8fa3", "#9c7f86"];

/** The colour of a band: the same in the chart and below it. */
export function colorOf(figure, band, place) {
    if (!band) {
        return EQUALS[0];
    }
    if (figure.code === "case_owner" && band.tone === "neutral") {
        return EQUALS[place % EQUALS.length];
    }
    return TONES[cookie.get("color_scheme") === "dark" ? "dark" : "light"][band.tone];
}
