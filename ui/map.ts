import { Graphviz } from "@hpcc-js/wasm-graphviz";
import { groupBy } from "../planning/group.ts";
import type { Plan } from "../planning/plan-types.ts";
import type { Box, MapLayout } from "./model.ts";
import { linkId } from "./views/links.ts";

/** The form of a map: how high it is for its width, and the room that each cluster takes. */
export interface MapForm {
  readonly ratio: number;
  /** Pixels of a letter of a cluster's name, and of a box beside its name. */
  readonly letter: number;
  readonly beside: number;
  /** Room for the words below a short name. */
  readonly least: number;
  readonly height: number;
  /** How far linked clusters are from each other, in Graphviz' inches. */
  readonly far: number;
}

/** For a screen, and for a telephone. */
export const forms: Readonly<Record<"wide" | "narrow", MapForm>> = {
  wide: { ratio: 0.5, letter: 8.5, beside: 48, least: 92, height: 52, far: 2.6 },
  narrow: { ratio: 1.15, letter: 7.5, beside: 24, least: 80, height: 44, far: 1.7 },
};

/** Graphviz counts in points, of which an inch has 72. */
const inch = 72;
const margin = 14;
/** How far each of the two Links between two clusters is from the middle. */
const apart = 4;
/** Above the clusters of a network stands its name. */
const networkName = 22;

/** Where the clusters and Links of a plan stand. Graphviz lays them out, the same way every time. */
export async function layOut(
  plan: Pick<Plan, "clusters" | "links">,
  form: MapForm,
): Promise<MapLayout> {
  const graphviz = await Graphviz.load();
  const drawn = JSON.parse(graphviz.layout(dotOf(plan, form), "json", "neato")) as Drawing;
  const [, , width = 0, height = 0] = numbersIn(drawn.bb);
  const pad = margin + networkName;
  // Graphviz counts from below.
  const at = ([x = 0, y = 0]: readonly number[]): Point => [x + pad, height - y + pad];
  // Graphviz draws the two Links of a pair over each other.
  const twins = new Set(
    plan.links
      .filter(({ source, target }) =>
        plan.links.some((other) => other.source === target && other.target === source),
      )
      .map(linkId),
  );
  const clusters = (drawn.objects ?? []).map(({ name, pos, ...size }): Box => {
    const [x, y] = at(numbersIn(pos));
    const [w, h] = [Number(size.width) * inch, Number(size.height) * inch];
    return { name, x: round(x - w / 2), y: round(y - h / 2), width: round(w), height: round(h) };
  });
  return {
    width: Math.ceil(width + 2 * pad),
    height: Math.ceil(height + 2 * pad),
    clusters,
    networks: networksOf(plan, clusters),
    links: (drawn.edges ?? []).flatMap(({ pos, link }) =>
      link === undefined ? [] : [{ id: link, ...curveOf(pos, at, twins.has(link) ? apart : 0) }],
    ),
  };
}

type Point = readonly [x: number, y: number];

/** The parts of Graphviz' JSON that are read. */
interface Drawing {
  readonly bb: string;
  readonly objects?: readonly {
    readonly name: string;
    readonly pos: string;
    readonly width: string;
    readonly height: string;
  }[];
  /** Edges that only hold networks together have no `link`. */
  readonly edges?: readonly { readonly pos: string; readonly link?: string }[];
}

function dotOf({ clusters, links }: Pick<Plan, "clusters" | "links">, form: MapForm): string {
  const networkOf = new Map(clusters.map(({ name, network }) => [name, network]));
  const isNear = (one: string, other: string): boolean =>
    networkOf.get(one) === networkOf.get(other);
  const linked = new Set(
    links.flatMap(({ source, target }) => [`${source} ${target}`, `${target} ${source}`]),
  );
  const together = clusters.flatMap(({ name: one }, index) =>
    clusters
      .slice(index + 1)
      .filter(({ name: other }) => isNear(one, other) && !linked.has(`${one} ${other}`))
      .map(({ name: other }) => `"${one}" -> "${other}" [style=invis, len=${form.far}];`),
  );
  const lines = [
    `graph [ratio=${form.ratio}, splines=true, overlap=false, sep="+16", esep="+8"];`,
    `node [shape=box, fixedsize=true, height=${form.height / inch}];`,
    ...clusters.map(({ name }) => `"${name}" [width=${widthOf(name, form) / inch}];`),
    ...links.map(({ source, target }) => {
      const far = isNear(source, target) ? form.far : form.far * 1.4;
      return `"${source}" -> "${target}" [link="${linkId({ source, target })}", len=${far}];`;
    }),
    ...together,
  ];
  return `digraph {\n${lines.join("\n")}\n}\n`;
}

function widthOf(name: string, { letter, beside, least }: MapForm): number {
  return Math.max(name.length * letter + beside, least);
}

/** A box around the clusters of each network that has several, where no other cluster stands in it. */
function networksOf({ clusters }: Pick<Plan, "clusters">, boxes: readonly Box[]): readonly Box[] {
  return [...groupBy(clusters, ({ network }) => network)].flatMap(([name, members]): Box[] => {
    const isMember = (box: Box): boolean => members.some((member) => member.name === box.name);
    const own = boxes.filter(isMember);
    if (own.length < 2) return [];
    const left = Math.min(...own.map(({ x }) => x)) - margin;
    const top = Math.min(...own.map(({ y }) => y)) - networkName;
    const right = Math.max(...own.map(({ x, width }) => x + width)) + margin;
    const bottom = Math.max(...own.map(({ y, height }) => y + height)) + margin;
    const box = { name, x: left, y: top, width: right - left, height: bottom - top };
    return boxes.some((other) => !isMember(other) && touches(box, other)) ? [] : [box];
  });
}

function touches(one: Box, other: Box): boolean {
  return (
    one.x < other.x + other.width &&
    other.x < one.x + one.width &&
    one.y < other.y + other.height &&
    other.y < one.y + one.height
  );
}

/**
 * Graphviz gives the tip of the arrow, then a point and three more for each piece of the curve.
 *
 * @param aside how far to the left of its way, seen from the source
 */
function curveOf(
  pos: string,
  at: (point: readonly number[]) => Point,
  aside: number,
): { path: string; arrow: string } {
  const points = pos
    .split(" ")
    .filter((part) => !/^[es],/.test(part))
    .map((part) => at(numbersIn(part)));
  const tip = /(?:^| )e,([^ ]+)/.exec(pos)?.[1];
  const first: Point = points[0] ?? [0, 0];
  const last = points.at(-1) ?? first;
  const head = tip === undefined ? last : at(numbersIn(tip));
  const [dx, dy] = [head[0] - first[0], head[1] - first[1]];
  const length = Math.hypot(dx, dy) || 1;
  const moved = ([x, y]: Point): Point => [x + (dy / length) * aside, y - (dx / length) * aside];
  return {
    path: `M${text(moved(first))} C${points.slice(1).map(moved).map(text).join(" ")}`,
    arrow: arrowOf(moved(last), moved(head)),
  };
}

function arrowOf(from: Point, tip: Point): string {
  const [dx, dy] = [tip[0] - from[0], tip[1] - from[1]];
  const length = Math.hypot(dx, dy) || 1;
  const half = 4.5;
  const side: Point = [(-dy / length) * half, (dx / length) * half];
  return [
    tip,
    [from[0] + side[0], from[1] + side[1]] as const,
    [from[0] - side[0], from[1] - side[1]] as const,
  ]
    .map(text)
    .join(" ");
}

function numbersIn(text: string): number[] {
  return text.split(",").map(Number);
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

function text([x, y]: Point): string {
  return `${round(x)},${round(y)}`;
}
