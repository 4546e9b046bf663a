import { Graphviz } from "@hpcc-js/wasm-graphviz";
import type { Plan } from "../planning/plan-types.ts";
import { toDot } from "./dot.ts";

/** A plan as an SVG document, drawn by Graphviz' WebAssembly package, so nothing has to be installed. */
export async function toSvg(plan: Plan): Promise<string> {
  const graphviz = await Graphviz.load();
  return graphviz.dot(toDot(plan), "svg");
}
