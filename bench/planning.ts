import { planOrThrow } from "../planning/plan.ts";
import type { Topology } from "../planning/topology.ts";

/** How long planning a full mesh takes, and how that grows. */
export function benchPlanning(): string {
  const lines = [4, 8, 16, 32, 64].map((size) => {
    const topology = fullMesh(size);
    const started = performance.now();
    const { links } = planOrThrow(topology, { name: "bench" });
    const took = performance.now() - started;
    return `${String(size).padStart(4)} clusters, ${String(links.length).padStart(5)} Links: ${took.toFixed(0).padStart(5)} ms`;
  });
  return `\nplanning a full mesh:\n${lines.join("\n")}\n`;
}

function fullMesh(size: number): Topology {
  const names = Array.from({ length: size }, (_, index) => `cluster-${index}`);
  return {
    // Slots of their own: two names out of 64 may well lead to the same subnets.
    clusters: names.map((name, slot) => ({ name, slot })),
    links: [{ between: names }],
  };
}
