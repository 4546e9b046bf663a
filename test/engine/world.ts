import { randomBytes } from "node:crypto";
import type { PropertyMap } from "../../providers/server/index.ts";

/** One call of the engine to a provider double. */
export interface Call {
  readonly provider: string;
  readonly method: "create" | "read" | "update" | "delete";
  readonly type: string;
  /** Logical name of the resource. */
  readonly name: string;
}

/**
 * How a call ends for the engine, other than well. `timed out`: the provider was interrupted, or waited in
 * vain, and ends as its kind of resource does then ({@link Recipe.onTimeout}). `lost`: it was done, but the
 * provider died before it could say so.
 */
export type BadEnd = "timed out" | "lost";

/**
 * Something that happens to a call: it may throw, kill the engine, wait for its signal. What it returns, or
 * resolves to, is undefined or a {@link BadEnd}.
 *
 * @param signal aborted when the engine tells its providers to stop
 */
export type Disturbance = (call: Call, signal: AbortSignal) => unknown;

/**
 * What the provider doubles have made, as the real world would have it: it outlives the engine's state,
 * so that a resource made twice or forgotten shows.
 */
export class World {
  readonly calls: Call[] = [];
  /** Everything that exists, by provider and identity (not by URN: two URNs may mean one thing). */
  readonly objects = new Map<string, PropertyMap>();
  /** Every secret that a double has issued. */
  readonly secrets = new Set<string>();
  /** Logical names of clusters that no stack makes. */
  readonly outside = new Set<string>();
  /** File of a cluster's kubeconfig. */
  kubeconfigPath: (cluster: string) => string = (cluster) => `/nowhere/${cluster}.kubeconfig`;
  readonly #tokens = new Map<string, string>();
  /** Called before each operation; throws to make it fail. */
  disturb: Disturbance = () => undefined;
  /** Called when an operation has begun and left its traces, see {@link Recipe.begin}. */
  disturbMidway: Disturbance = () => undefined;
  /** Called after each operation was done and before the engine learns of it. */
  disturbAfter: Disturbance = () => undefined;

  /** Nothing is disturbed any more. */
  calm(): void {
    this.disturb = this.disturbMidway = this.disturbAfter = () => undefined;
  }

  /** A secret that nothing else can contain by chance. */
  issueSecret(kind: string): string {
    const value = `${kind}-${randomBytes(18).toString("hex")}`;
    this.secrets.add(value);
    return value;
  }

  /**
   * The token in a Secret of a service account. Kubernetes puts neither a time nor the Secret's uid into it: a
   * Secret of the same name that is recreated holds the same text, as long as the account is the same one.
   */
  issueToken(accountUid: string, secretName: string): string {
    const key = `${accountUid}/${secretName}`;
    const token = this.#tokens.get(key) ?? this.issueSecret("token");
    this.#tokens.set(key, token);
    return token;
  }

  /** What is in a cluster goes with it. Logical names of contents begin with the cluster's. */
  removeContents(cluster: string): void {
    for (const key of this.objects.keys()) {
      if (key.includes(` in ${cluster}-`)) this.objects.delete(key);
    }
  }

  /** Takes away what `down` finds by Docker alone: clusters and networks, with all that is in them. */
  sweep(): void {
    for (const key of this.objects.keys()) {
      if (this.#isOutside(key)) continue;
      if (key.startsWith("kind:index:") || key.includes(" in ")) this.objects.delete(key);
    }
  }

  #isOutside(key: string): boolean {
    return [...this.outside].some((cluster) => key.includes(` in ${cluster}-`));
  }

  /**
   * Something disappears without Pulumi's doing; a cluster takes its contents along.
   *
   * @param key type and identity, such as `kind:index:Cluster lab-east`
   * @throws if there is no such thing
   */
  lose(key: string): void {
    if (!this.objects.delete(key)) {
      throw new Error(`the world has no ${key}, only ${[...this.objects.keys()].join("; ")}`);
    }
    const [type, identity = ""] = key.split(" ");
    if (type === "kind:index:Cluster") this.removeContents(identity);
  }

  /** Calls since the last time that this was asked. */
  takeCalls(): Call[] {
    return this.calls.splice(0);
  }
}

/** `create kind:index:Cluster west-1a2b3c4d`, sorted. */
export function describeCalls(calls: readonly Call[]): string[] {
  return calls.map(({ method, type, name }) => `${method} ${type} ${name}`).sort();
}
