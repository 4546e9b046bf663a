import { randomBytes } from "node:crypto";

/** One call of the engine to a provider double. */
export interface Call {
  readonly provider: string;
  readonly method: "create" | "read" | "update" | "delete";
  readonly type: string;
  /** Logical name of the resource. */
  readonly name: string;
}

/** What a double answers a call with in place of doing it. */
export type Disturbance = (call: Call) => Promise<void> | void;

/**
 * What the provider doubles have made, as the real world would have it: it outlives the engine's state,
 * so that a resource made twice or forgotten shows.
 */
export class World {
  readonly calls: Call[] = [];
  /** Everything that exists, by provider and identity (not by URN: two URNs may mean one thing). */
  readonly objects = new Map<string, Record<string, unknown>>();
  /** Every secret that a double has issued. */
  readonly secrets = new Set<string>();
  /** Called before each operation; throws to make it fail. */
  disturb: Disturbance = () => undefined;
  /** Called after each operation was done and before the engine learns of it. */
  disturbAfter: Disturbance = () => undefined;

  /** A secret that nothing else can contain by chance. */
  issueSecret(kind: string): string {
    const value = `${kind}-${randomBytes(18).toString("hex")}`;
    this.secrets.add(value);
    return value;
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
