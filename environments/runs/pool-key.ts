import { createHash } from "node:crypto";
import { statSync } from "node:fs";
import { mapPaths } from "../../planning/sources/sources.ts";
import { kind } from "../../toolchain/tools/kind.ts";
import { kubernetes } from "../../toolchain/tools/kubernetes.ts";
import type { SourcesChoice } from "../choose-sources.ts";
import { badInput } from "../command-error.ts";
import { packageVersion } from "../package-version.ts";
import { planWithSources } from "../plan-with-sources.ts";
import { type ReadTopology, stackOf, withName } from "../topology-source.ts";
import { needsPassphrase, withoutCredentials } from "./run-backend.ts";

/** What decides which meshes a run may share with others. */
export interface PoolRequest {
  readonly read: ReadTopology;
  /** How old a mesh of the pool may become, in milliseconds. */
  readonly age: number;
  readonly expiresIn: number;
  readonly backend?: string | undefined;
  readonly images?: string | undefined;
  readonly allowNoDataPlane: boolean;
  readonly env: NodeJS.ProcessEnv;
}

/** The name in the plan of the key: the real one has the random characters of a run. */
const anyName = "pool";

/**
 * The key of a pool: a hash of the plan, of where images and charts come from, of the versions, and of the limits.
 * Image archives count with their size and time.
 *
 * @throws TopologyError with every problem of the topology; CommandError, exit code 2, if it has existing clusters
 */
export async function poolKey(request: PoolRequest): Promise<string> {
  const { read, age, expiresIn, backend, images, allowNoDataPlane, env } = request;
  const { name, topology, origin } = read;
  const stack = { ...stackOf(anyName, withName(topology, anyName)), ...(origin && { origin }) };
  const settled = { stack, state: undefined, madeFrom: undefined };
  const { plan, choice } = await planWithSources({ settled, env, images });
  const existing = plan.clusters.flatMap((one) => (one.type === "existing" ? [one.name] : []));
  if (existing.length > 0) {
    throw badInput(
      `a pool can't have the existing ${existing.length === 1 ? "cluster" : "clusters"} ${existing.join(", ")}: what ` +
        "others have there would be removed between two runs. Leave out the pool, or let the topology create its clusters",
    );
  }
  const archives = plan.clusters.flatMap((one) => (one.type === "kind" ? one.imageArchives : []));
  const parts = {
    // Only for people: a run shows it.
    name,
    plan,
    archives: archives.map(withContent),
    sources: sourcesIn(choice),
    versions: {
      package: packageVersion(),
      kind: kind.version,
      kubernetes: kubernetes.version,
    },
    limits: { age, expiresIn },
    backend: backend !== undefined && [withoutCredentials(backend), needsPassphrase(env)],
    // A mesh without a data plane is nothing for a run that hasn't allowed it.
    allowNoDataPlane,
  };
  return createHash("sha256").update(JSON.stringify(parts)).digest("hex").slice(0, 16);
}

/** Whatever may be different although nobody chose anything else, such as the speed of a registry, is left out. */
function sourcesIn(choice: SourcesChoice): unknown {
  if (choice.type !== "found") return mapPaths(choice.sources, withContent);
  const { plan, given, linkerdVersion } = choice.found;
  const { notes: _notes, ...parts } = plan;
  return { parts, loaded: given.loaded.map(withContent), linkerdVersion };
}

/** The path of a file with what changes when its content does. */
function withContent(file: string): string {
  const found = statSync(file, { throwIfNoEntry: false });
  return found === undefined ? file : `${file} ${found.size} ${found.mtimeMs}`;
}
