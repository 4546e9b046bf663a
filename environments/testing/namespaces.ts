import { randomBytes } from "node:crypto";
import type { KubernetesApi } from "../../kubernetes/api.ts";
import { messageOf } from "../../system/message-of.ts";
import { timeLimits } from "../../system/time-limits.ts";
import { Connections } from "../../verification/connections.ts";
import type { Mesh } from "../../verification/index.ts";
import { awaitRemoval } from "../../verification/traffic/leftovers.ts";
import { removeNamespace } from "../../verification/traffic/workloads.ts";
import { type Applied, applyTo, type Manifest, readManifests } from "../apply.ts";
import { chosenClusters } from "../chosen-clusters.ts";

/** A namespace of one name in every cluster of the mesh. Pods in it get Linkerd's proxy. */
export interface TestNamespace {
  readonly name: string;
  /**
   * Applies objects into it (server-side apply).
   *
   * @param objects as objects, or as a text of YAML documents
   * @param clusters their names. @default all
   * @throws Error with every object that could not be applied
   */
  readonly apply: (
    objects: string | readonly Manifest[],
    clusters?: readonly string[],
  ) => Promise<readonly Applied[]>;
}

/** The label of the namespaces, so that people see whose they are. */
const label = "linkerd-topology/test";

/** Namespaces that tests made, in all clusters of a mesh. */
export class TestNamespaces {
  readonly #mesh: Mesh;
  readonly #connections = new Connections();
  readonly #names = new Set<string>();

  constructor(mesh: Mesh) {
    this.#mesh = mesh;
  }

  async create(prefix: string): Promise<TestNamespace> {
    const name = `${prefix}-${randomBytes(4).toString("hex")}`;
    // Before it is there: what is created half-way is removed too.
    this.#names.add(name);
    const metadata = {
      name,
      labels: { [label]: "true" },
      annotations: { "linkerd.io/inject": "enabled" },
    };
    const body = { apiVersion: "v1", kind: "Namespace", metadata };
    await this.#everywhere((api) => api.post("/api/v1/namespaces", body));
    return { name, apply: (objects, clusters) => this.#apply(name, objects, clusters) };
  }

  /** Removes all of them, with everything in them, and waits until they are gone from every cluster. */
  async remove(): Promise<void> {
    const names = [...this.#names];
    await this.#everywhere(async (api, cluster) => {
      await Promise.all(
        names.map(async (name) => {
          await removeNamespace(api, name);
          const why = await awaitRemoval(api, cluster, name, timeLimits.probesRemoved);
          if (why !== undefined) throw new Error(`the namespace ${name} stays: ${why}`);
        }),
      );
    });
    for (const name of names) this.#names.delete(name);
  }

  async #apply(
    namespace: string,
    objects: string | readonly Manifest[],
    clusters: readonly string[] | undefined,
  ): Promise<readonly Applied[]> {
    const applied = await applyTo({
      clusters: chosenClusters(this.#mesh.clusters, clusters),
      objects: typeof objects === "string" ? readManifests(objects, "the text") : objects,
      namespace,
    });
    const failed = applied.filter(({ problem }) => problem !== undefined);
    if (failed.length === 0) return applied;
    const lines = failed.map(
      ({ cluster, object, problem = "" }) => `${cluster}: ${object}: ${problem}`,
    );
    throw new Error(`not everything was applied:\n  ${lines.join("\n  ")}`);
  }

  /** @throws Error with what every cluster said that failed, once all have answered */
  async #everywhere(use: (api: KubernetesApi, cluster: string) => Promise<unknown>): Promise<void> {
    const { clusters } = this.#mesh;
    const ended = await Promise.allSettled(
      clusters.map(async (access) => use(await this.#connections.open(access), access.name)),
    );
    const failed = ended.flatMap((one, index) =>
      one.status === "rejected" ? [`${clusters[index]?.name ?? ""}: ${messageOf(one.reason)}`] : [],
    );
    if (failed.length > 0) throw new Error(failed.join("\n"));
  }
}
