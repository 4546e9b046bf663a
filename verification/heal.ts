import { timeLimits } from "../system/time-limits.ts";
import { Connections } from "./connections.ts";
import { type Ailment, ailmentsOf } from "./ailments.ts";
import { type Mesh, observe } from "./observe.ts";
import { TimeLimitReached, waitFor } from "../kubernetes/wait.ts";

export interface HealOptions {
  readonly signal?: AbortSignal;
  /** Limit of the whole repair, in milliseconds. @default timeLimits.healed */
  readonly limit?: number;
}

/**
 * Repairs what Linkerd doesn't recover from by itself: it restarts pods of Linkerd, or touches Endpoints of
 * exported headless Services, each at most once. If nothing is wrong, it only looks at the clusters once. It
 * doesn't wait for the effect of a repair, which the proof checks.
 *
 * @param tell - called with a line for each repair
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
  /** When each ailment was first seen; `cured` after its repair. */
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
      if (!(await cure(await connections.openIn(mesh, cluster), since))) continue;
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
      signal,
    });
  } catch (error) {
    // The proof reports what is still wrong, and how to fix it.
    if (!(error instanceof TimeLimitReached)) throw error;
  }
  return done;
}
