import { mkdtemp, rm, symlink } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { execa } from "execa";

const root = path.dirname(import.meta.dirname);

/** What it takes to import a module, in milliseconds. */
interface Cost {
  /** By the clock, which others on the machine lengthen. */
  readonly took: number;
  /** Of all cores. */
  readonly cpu: number;
}

/** What importing the package costs a program, compiled as npm has it, next to @pulumi/kubernetes. */
export async function benchImporting(times = 9): Promise<string> {
  const directory = await mkdtemp(path.join(os.tmpdir(), "linkerd-topology-bench-"));
  try {
    const dist = path.join(directory, "dist");
    await execa(process.execPath, [path.join(root, "scripts/build.mjs"), dist, "--no-check"]);
    await symlink(path.join(root, "node_modules"), path.join(directory, "node_modules"));
    await symlink(path.join(root, "package.json"), path.join(directory, "package.json"));
    const modules = {
      "@pulumi/kubernetes": "@pulumi/kubernetes",
      "linkerd-topology": pathToFileURL(path.join(dist, "library.js")).href,
    };
    const costs = { "@pulumi/kubernetes": [] as Cost[], "linkerd-topology": [] as Cost[] };
    // In turns, so that a busy moment of the machine meets both. The first turn fills the file cache.
    for (let turn = 0; turn <= times; turn += 1) {
      for (const name of ["@pulumi/kubernetes", "linkerd-topology"] as const) {
        const cost = await importOnce(modules[name], directory);
        if (turn > 0) costs[name].push(cost);
      }
    }
    const [theirs, ours] = [
      medians(costs["@pulumi/kubernetes"]),
      medians(costs["linkerd-topology"]),
    ];
    const line = (what: string, a: number, b: number) =>
      `${what.padStart(12)}: @pulumi/kubernetes ${a.toFixed(0)} ms, linkerd-topology ${b.toFixed(0)} ms: ` +
      `${(b - a).toFixed(0)} ms more (× ${(b / a).toFixed(2)})\n`;
    return (
      `\nimporting, in a process of its own, median of ${String(times)}:\n` +
      line("by the clock", theirs.took, ours.took) +
      line("CPU", theirs.cpu, ours.cpu)
    );
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

async function importOnce(module: string, cwd: string): Promise<Cost> {
  const text = `const started = performance.now();
    const before = process.cpuUsage();
    await import(${JSON.stringify(module)});
    const { user, system } = process.cpuUsage(before);
    console.log(JSON.stringify({ took: performance.now() - started, cpu: (user + system) / 1000 }));`;
  const { stdout } = await execa(process.execPath, ["--input-type=module", "-e", text], { cwd });
  return JSON.parse(stdout) as Cost;
}

function medians(costs: readonly Cost[]): Cost {
  const median = (of: keyof Cost): number =>
    costs.map((cost) => cost[of]).toSorted((a, b) => a - b)[Math.floor(costs.length / 2)] ?? NaN;
  return { took: median("took"), cpu: median("cpu") };
}
