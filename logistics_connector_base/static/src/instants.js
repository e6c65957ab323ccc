import { localization } from "@web/core/l10n/localization";
import { _t } from "@web/core/l10n/translation";

const { DateTime } = luxon;

/** Hours and minutes in the user's format; carriers' seconds say nothing to people. */
export function formatTime(instant) {
    return instant.toFormat(localization.timeFormat.replace(/:?ss?/, ""));
}

/** The moment as the clock of its place showed it, from ISO 8601 with an offset. */
export function fromLocal(iso) {
    return iso ? DateTime.fromISO(iso, { setZone: true }) : null;
}

/** The moment in the user's own zone. */
export function fromUtc(iso) {
    return iso ? DateTime.fromISO(iso) : null;
}

/** The day in short, without what goes without saying: "Fri 6 Mar". */
export function formatDay(instant) {
    const format = { weekday: "short", day: "numeric", month: "short" };
    if (instant.year !== DateTime.now().year) {
        format.year = "numeric";
    }
    return instant.toLocaleString(format);
}

/** Day and time in short: "Fri 6 Mar, 17:05". */
export function formatMoment(instant) {
    return `${formatDay(instant)}, ${formatTime(instant)}`;
}

/** The zone of a place, where it is not the user's own: "UTC+1". */
export function foreignZone(instant) {
    if (instant.offset === instant.setZone("local").offset) {
        return "";
    }
    return instant.offset ? instant.toFormat("'UTC'Z") : "UTC";
}

/** One moment on the three clocks that matter: the place's, the reader's, the world's. */
export function explainMoment(instant) {
    const here = instant.setZone("local");
    const lines = [_t("%s on the spot", formatMoment(instant))];
    if (here.offset !== instant.offset) {
        lines.push(_t("%s your time", formatMoment(here)));
    }
    lines.push(_t("%s UTC", formatMoment(instant.toUTC())));
    return lines.join("\n");
}
