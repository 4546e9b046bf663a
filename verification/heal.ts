import { timeLimits } from "../system/time-limits.ts";
import { Connections } from "./connections.ts";
import type { KubernetesApi } from "../kubernetes/api.ts";
import { ailmentsOf } from "./ailments.ts";
import type { Ailment } from "./ailments.ts";
import type { Mesh } from "./observe.ts";
import { observe } from "./observe.ts";
import { TimeLimitReached, waitFor } from "../kubernetes/wait.ts";

/** What may be given to {@link heal}. */
export interface HealOptions {
  readonly signal?: AbortSignal;
  /** How long in all, in milliseconds. @default timeLimits.healed */
  readonly limit?: number;
}

/**
 * Cures what Linkerd does not recover from by itself, by restarting pods of Linkerd's own, or touching
 * Endpoints of exported headless Services, each at most once. Where nothing ails it is one look at the clusters. It doesn't wait for what
 * comes of a cure: that is for the proof to see.
 *
 * @param tell - told what is done, a line for each
 * @returns the same lines
 */
export async function heal(
  mesh: Mesh,
  tell: (line: string) => void,
  options: HealOptions = {},
): Promise<readonly string[]> {
  const { signal } = options;
  const connections = new Connections(options);
  const done: string[] = [];
  /** When each ailment was first seen; `cured` once something was done about it. */
  const seen = new Map<string, Date | "cured">();
  const look = async (): Promise<readonly Ailment[]> => {
    const ailments = ailmentsOf(mesh.plan, await observe(mesh, { connections }));
    const keys = new Set(ailments.map(({ key }) => key));
    for (const [key, since] of seen) if (since !== "cured" && !keys.has(key)) seen.delete(key);
    const open = ailments.filter(({ key }) => seen.get(key) !== "cured");
    const now = new Date();
    for (const { key, cluster, patience, cure, told } of open) {
      const since = seen.get(key) ?? now;
      seen.set(key, since);
      if (since === "cured" || now.getTime() - since.getTime() < patience) continue;
      if (!(await cure(await apiOf(mesh, cluster, connections), since))) continue;
      seen.set(key, "cured");
      const line = `${cluster}: ${told}`;
      done.push(line);
      tell(line);
    }
    return ailments.filter(({ key }) => seen.get(key) !== "cured");
  };
  try {
    await waitFor({
      what: "waiting for checks that may still pass",
      limit: options.limit ?? timeLimits.healed,
      look: async () => {
        const open = await look();
        return open.length === 0
          ? { done: true, value: undefined }
          : { done: false, seen: open.map(({ key }) => key).join(", ") };
      },
      further: "",
      signal,
    });
  } catch (error) {
    // The proof tells what is still amiss, and how to fix it.
    if (!(error instanceof TimeLimitReached)) throw error;
  }
  return done;
}

async function apiOf(
  mesh: Mesh,
  cluster: string,
  connections: Connections,
): Promise<KubernetesApi> {
  const access = mesh.clusters.find(({ name }) => name === cluster);
  if (access === undefined) throw new Error(`the kubeconfig of ${cluster} is unknown`);
  return connections.open(access);
}
