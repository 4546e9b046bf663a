import { mkdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { parse, stringify } from "yaml";
import type { Topology } from "../../planning/topology.ts";

/** Name of the file that {@link makeSources} makes. */
export const sourcesName = "sources.json";

/** The release of the charts. */
export const earlierVersion = "edge-26.1.1";

/** A release that the sources list besides. */
export const laterVersion = "edge-26.6.3";

/** A sources.json whose charts and definitions are there; the doubles don't look into them. */
export async function makeSources(directory: string): Promise<string> {
  for (const [charts, version] of [
    ["charts", earlierVersion],
    [`charts-${laterVersion}`, laterVersion],
  ] as const) {
    for (const chart of ["linkerd-crds", "linkerd-control-plane", "linkerd-multicluster"]) {
      await mkdir(path.join(directory, charts, chart), { recursive: true });
      await writeFile(
        path.join(directory, charts, chart, "Chart.yaml"),
        `name: ${chart}\nappVersion: ${version}\n`,
      );
    }
  }
  await writeFile(
    path.join(directory, "gateway-api.yaml"),
    "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata:\n" +
      "  name: httproutes.gateway.networking.k8s.io\n",
  );
  const file = path.join(directory, sourcesName);
  const versions = { [laterVersion]: { charts: `charts-${laterVersion}` } };
  const sources = { charts: "charts", gatewayApi: "gateway-api.yaml", versions };
  await writeFile(file, JSON.stringify(sources));
  return file;
}

/** Configuration of the stack; keeps the salt that Pulumi wrote into it. */
export async function writeStackFile(
  file: string,
  topology: Topology,
  further: Readonly<Record<string, unknown>> = {},
): Promise<void> {
  const before = (parse(await readFile(file, "utf8").catch(() => "")) ?? {}) as object;
  const config = { "linkerd-topology:topology": topology, ...further };
  await writeFile(file, stringify({ ...before, config }));
}
