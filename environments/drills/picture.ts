import { groupBy } from "../../planning/group.ts";
import type { Answer, Moments } from "./answers.ts";

/** The data for the picture of one question. */
export interface Picture {
  readonly title: string;
  readonly answers: readonly Answer[];
  readonly moments: Moments;
  /** In drawing order. Clusters that never answered are left out. */
  readonly clusters: readonly string[];
}

const width = 960;
const left = 110;
const lane = 46;
const top = 52;
const bottom = 34;
/** Number of bars in the picture. Each stands for the same time. */
const bars = 160;

/**
 * Who answered over time: a lane for each cluster, with bars whose height is the number of answered requests,
 * and a lane of crosses for failed requests. Lanes have names and failures have their own shape, so the
 * picture can be read without colours.
 */
export function drawAnswers({ title, answers, moments, clusters }: Picture): string {
  const end = Math.max(moments.ended, moments.began + 1);
  const span = end - moments.began;
  const x = (time: number): number =>
    left +
    ((Math.min(Math.max(time, moments.began), end) - moments.began) / span) * (width - left - 20);
  const answered = answers.filter(({ failure }) => failure === undefined);
  const unknown = answered.some(({ cluster }) => cluster === undefined);
  const names = [
    ...clusters.filter((name) => answered.some(({ cluster }) => cluster === name)),
    ...(unknown ? ["unknown"] : []),
  ];
  const failed = answers.filter(({ failure }) => failure !== undefined);
  const lanes = [...names, "failed"];
  const floor = top + lanes.length * lane;
  const barOf = (time: number): number =>
    Math.min(bars - 1, Math.max(0, Math.floor(((time - moments.began) / span) * bars)));
  const counts = names.map((name) => countByBar(answered, name, barOf));
  const most = Math.max(1, ...counts.flatMap((count) => [...count.values()]));
  const step = (width - left - 20) / bars;
  const parts = [
    text(left, 20, title, "start", ' font-weight="bold"'),
    ...names.flatMap((name, index) => {
      const base = top + (index + 1) * lane - 6;
      return [
        text(left - 10, base - 12, name, "end"),
        line(left, base, width - 20, base, 'stroke="#999"'),
        ...[...(counts[index] ?? [])].map(([bar, count]) => {
          const height = Math.max(2, (count / most) * (lane - 14));
          return `<rect x="${round(left + bar * step)}" y="${round(base - height)}" width="${round(step * 0.85)}" height="${round(height)}" fill="#246"/>`;
        }),
      ];
    }),
    text(left - 10, floor - 14, "failed", "end"),
    line(left, floor - 6, width - 20, floor - 6, 'stroke="#999"'),
    ...[...new Set(failed.map(({ at }) => barOf(at)))]
      .toSorted((one, other) => one - other)
      .map((bar) => cross(left + (bar + 0.5) * step, floor - 18)),
    ...(
      [
        [moments.taken, "taken away"],
        [moments.putBack, "put back"],
      ] as const
    ).flatMap(([time, words]) =>
      Number.isFinite(time)
        ? [
            line(x(time), top - 8, x(time), floor, 'stroke="#000" stroke-dasharray="4 3"'),
            text(x(time), top - 12, words, "middle"),
          ]
        : [],
    ),
    ...ticksOf(span).map((second) =>
      text(x(moments.began + second * 1000), floor + 18, `${second} s`, "middle"),
    ),
  ];
  const height = floor + bottom;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${escape(title)}" font-family="sans-serif" font-size="13">`,
    `<rect width="${width}" height="${height}" fill="#fff"/>`,
    ...parts,
    "</svg>",
    "",
  ].join("\n");
}

function countByBar(
  answers: readonly Answer[],
  name: string,
  barOf: (time: number) => number,
): ReadonlyMap<number, number> {
  const own = answers.filter(({ cluster = "unknown" }) => cluster === name);
  const groups = groupBy(own, ({ at, took }) => barOf(at + took));
  const counts = [...groups].map(([bar, list]) => [bar, list.length] as const);
  return new Map(counts.toSorted(([one], [other]) => one - other));
}

/** The seconds to label below the picture, about ten. */
function ticksOf(span: number): number[] {
  const total = Math.floor(span / 1000);
  const step = [1, 2, 5, 10, 20, 30, 60, 120, 300].find((one) => total / one <= 12) ?? 600;
  return Array.from({ length: Math.floor(total / step) + 1 }, (_, index) => index * step);
}

function cross(x: number, y: number): string {
  const [a, b, c, d] = [x - 3, x + 3, y - 5, y + 5].map(round);
  return `<path d="M${a} ${c}L${b} ${d}M${a} ${d}L${b} ${c}" stroke="#b00" stroke-width="2"/>`;
}

function line(x1: number, y1: number, x2: number, y2: number, style: string): string {
  return `<line x1="${round(x1)}" y1="${round(y1)}" x2="${round(x2)}" y2="${round(y2)}" ${style}/>`;
}

function text(x: number, y: number, words: string, anchor: string, more = ""): string {
  return `<text x="${round(x)}" y="${round(y)}" text-anchor="${anchor}"${more}>${escape(words)}</text>`;
}

function round(number: number): string {
  return String(Math.round(number * 10) / 10);
}

/** Escapes text for XML. */
export function escape(words: string): string {
  return words
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
}
