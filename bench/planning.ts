import { planOrThrow } from "../planning/plan.ts";
import { fullMesh } from "./full-mesh.ts";
import { ratio } from "./ratio.ts";

/** How long planning a full mesh takes, and how that grows. */
export function benchPlanning(): string {
  // The first call includes compiling the planner.
  planOrThrow(fullMesh(8, "mixed"), { name: "warm-up" });
  let before: number | undefined;
  const lines = [2, 4, 8, 16, 32, 64].map((size) => {
    const topology = fullMesh(size, "mixed");
    const started = performance.now();
    const { links } = planOrThrow(topology, { name: "bench" });
    const took = performance.now() - started;
    const line =
      `${String(size).padStart(4)} clusters, ${String(links.length).padStart(5)} Links: ` +
      `${took.toFixed(0).padStart(5)} ms${ratio(took, before)}`;
    before = took;
    return line;
  });
  return `\nplanning a full mesh:\n${lines.join("\n")}\n`;
}
