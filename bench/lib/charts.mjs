// Small SVG charts by hand, readable on light and on dark.
const STYLE = `<style>
  text { font: 13px system-ui, sans-serif; fill: #24292f }
  .title { font-weight: 600; font-size: 15px }
  .quiet { fill: #59636e }
  .axis, .range { stroke: #59636e; stroke-width: 1 }
  .ours { fill: #c2410c; stroke: #c2410c }
  .peer { fill: #7d8ba1; stroke: #7d8ba1 }
  .line { fill: none; stroke-width: 2 }
  @media (prefers-color-scheme: dark) {
    text { fill: #f0f6fc } .quiet { fill: #9198a1 } .axis, .range { stroke: #9198a1 }
    .ours { fill: #fb923c; stroke: #fb923c } .peer { fill: #76859c; stroke: #76859c }
  }
</style>`;

const escapeXml = (text) =>
  text.replaceAll("`", "").replace(/[&<>]/g, (sign) => ({ "&": "&amp;", "<": "&lt;" })[sign] ?? "&gt;");
const number = (value) =>
  value.toLocaleString("en", { maximumFractionDigits: value < 10 ? 2 : value < 1000 ? 1 : 0 });

const svg = (
  width,
  height,
  title,
  body,
) => `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img">
<title>${escapeXml(title)}</title>
${STYLE}
<text class="title" x="0" y="16">${escapeXml(title)}</text>
${body}
</svg>
`;

/** Horizontal bars of `rows`: label, value, min, max, and whether it is ours. */
export function bars(title, rows) {
  const [left, width, step] = [230, 400, 26];
  const most = Math.max(...rows.map(({ value, max }) => Math.max(value, max)));
  const x = (value) => (left + (value / most) * width).toFixed(1);
  const body = rows.map(({ label, value, min, max, ours }, index) => {
    const y = 34 + index * step;
    const range = max > min ? `<path class="range" d="M${x(min)} ${y + 8}H${x(max)}"/>` : "";
    return `<text x="${left - 8}" y="${y + 13}" text-anchor="end">${escapeXml(label)}</text>
<rect class="${ours ? "ours" : "peer"}" x="${left}" y="${y}" width="${(Number(x(value)) - left).toFixed(1)}" height="16"/>${range}
<text class="quiet" x="${Number(x(Math.max(value, max))) + 8}" y="${y + 13}">${number(value)}</text>`;
  });
  return svg(left + width + 80, 40 + rows.length * step, title, body.join("\n"));
}

/**
 * Lines of `series`. Both axes are logarithmic, or the steps of the horizontal one are as far apart as each
 * other, if `even`: then one of them may be 0.
 *
 * @param {string} title
 * @param {{ label: string, points: [x: number, y: number][], ours: boolean }[]} series
 * @param {{ even?: boolean }} [options]
 */
export function lines(title, series, { even = false } = {}) {
  const [left, top, width, height] = [56, 34, 480, 240];
  const all = series.flatMap(({ points }) => points).filter(([, y]) => y > 0);
  const scale = (values, from, to) => {
    const [low, high] = [Math.log(Math.min(...values)), Math.log(Math.max(...values))];
    return (value) => from + ((Math.log(value) - low) / (high - low || 1)) * (to - from);
  };
  const steps = [...new Set(all.map(([value]) => value))].sort((a, b) => a - b);
  const x = even
    ? (value) => left + (steps.indexOf(value) / Math.max(1, steps.length - 1)) * width
    : scale(steps, left, left + width);
  const y = scale(
    all.map(([, value]) => value),
    top + height,
    top,
  );
  const last = ({ points }) => points[points.length - 1];
  const [low, high] = [Math.min(...all.map((p) => p[1])), Math.max(...all.map((p) => p[1]))];
  const axes = `<path class="axis" d="M${left} ${top}V${top + height}H${left + width}" fill="none"/>
${steps.map((value) => `<text class="quiet" x="${x(value).toFixed(1)}" y="${top + height + 18}" text-anchor="middle">${number(value)}</text>`).join("\n")}
${[low, Math.sqrt(low * high), high].map((value) => `<text class="quiet" x="${left - 6}" y="${(y(value) + 4).toFixed(1)}" text-anchor="end">${number(value)}</text>`).join("\n")}`;

  // Labels stand at the lines' ends, apart from each other.
  const ends = series
    .map((one) => ({ ...one, points: one.points.filter(([, value]) => value > 0) }))
    .filter(({ points }) => points.length);
  ends.sort((a, b) => y(last(a)[1]) - y(last(b)[1]));
  let lowest = -Infinity;
  const drawn = ends.map((one) => {
    const { label, points, ours } = one;
    const at = points.map(([px, py]) => `${x(px).toFixed(1)} ${y(py).toFixed(1)}`);
    lowest = Math.max(lowest + 15, y(last(one)[1]) + 4);
    return `<path class="line ${ours ? "ours" : "peer"}" style="fill:none" d="M${at.join("L")}"/>
<text x="${left + width + 10}" y="${lowest.toFixed(1)}"${ours ? ' font-weight="600"' : ' class="quiet"'}>${escapeXml(label)}</text>`;
  });
  return svg(left + width + 270, top + height + 30, title, [axes, ...drawn].join("\n"));
}
