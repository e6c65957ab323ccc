/** Numbers of days as bars: what the small graph of the list and the preview both draw. */
export function bars(days, width, height, { gap = 1, room = 0 } = {}) {
    const most = Math.max(1, ...days);
    const step = width / Math.max(1, days.length);
    return days.map((count, index) => {
        // A day with something is seen, however small beside the others.
        const tall = count ? Math.max(2, (count / most) * (height - room)) : 0;
        return {
            index,
            count,
            x: index * step,
            y: height - tall,
            width: Math.max(1, step - gap),
            height: tall,
        };
    });
}
