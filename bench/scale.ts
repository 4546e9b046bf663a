import { fullMesh } from "./full-mesh.ts";
import { ratio } from "./ratio.ts";
import type { LinkMode } from "../planning/topology.ts";
import { TestEngine } from "../test/engine/test-engine.ts";

/** What to measure for a full mesh. */
interface Measurement {
  readonly title: string;
  readonly mode: LinkMode;
  readonly sizes: readonly number[];
  /** With the provider plugins that `up` uses, or with doubles, which cost almost nothing. */
  readonly realProviders: boolean;
  readonly operation: "preview" | "up";
}

const sizes = [2, 4, 8, 16];

const measurements: readonly Measurement[] = [
  {
    title: "preview of a full mesh, gateways, nothing there yet",
    mode: "gateway",
    sizes,
    realProviders: true,
    operation: "preview",
  },
  {
    title: "preview of a full mesh, mixed Links on one network, nothing there yet",
    mode: "mixed",
    sizes,
    realProviders: true,
    operation: "preview",
  },
  {
    title: "up of a full mesh, gateways, with doubles in the providers' place: what Pulumi costs",
    mode: "gateway",
    // Pulumi writes the whole state for every step, so the time grows much faster than the number of
    // clusters.
    sizes: [2, 4, 8],
    realProviders: false,
    operation: "up",
  },
];

/** How long the program takes without creating clusters, and how that grows with their number. */
export async function benchScale(tell: (line: string) => void): Promise<void> {
  for (const measurement of measurements) {
    tell(`\n${measurement.title}:\n`);
    let before: number | undefined;
    for (const size of measurement.sizes) {
      const { seconds, resources } = await measure(measurement, size);
      tell(
        `${String(size).padStart(4)} clusters, ${String(size * (size - 1)).padStart(4)} Links, ` +
          `${String(resources).padStart(5)} resources: ${seconds.toFixed(1).padStart(5)} s` +
          `${ratio(seconds, before)}\n`,
      );
      before = seconds;
    }
  }
}

async function measure(
  { mode, realProviders, operation }: Measurement,
  size: number,
): Promise<{ seconds: number; resources: number }> {
  const topology = fullMesh(size, mode);
  const engine = await TestEngine.start({ realProviders });
  try {
    const started = performance.now();
    const { changes } = await engine[operation](topology);
    return { seconds: (performance.now() - started) / 1000, resources: changes.length };
  } finally {
    await engine.close();
  }
}
