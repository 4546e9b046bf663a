import type { PropertyMap } from "../../providers/server/index.ts";
import type { Topology } from "../../planning/topology.ts";
import { stateDirectory } from "../../system/state-directory.ts";
import { temporaryDirectory, writeTemporary } from "./fixtures.ts";
import { isSecret, type Registration } from "./monitor.ts";

/** One resource of a recorded state. */
export interface EarlierRow {
  /** `type::name` */
  readonly key: string;
  readonly parent?: string;
  /** Of the types that our own providers serve; without secret marks, which providers don't see. */
  readonly inputs?: PropertyMap;
}

/** A topology that needs each type of resource that our providers serve, except IssuerReady (cert-manager's). */
export function everyKind(): Topology {
  const kubeconfig = writeTemporary(
    "staging.kubeconfig",
    JSON.stringify({
      contexts: [{ name: "admin", context: { cluster: "c-staging", user: "u-staging" } }],
      clusters: [{ name: "c-staging" }],
      users: [{ name: "u-staging" }],
    }),
  );
  return {
    clusters: [
      { name: "west", network: "lab" },
      { name: "east", network: "lab", nodes: { workers: 1 } },
      { name: "staging", kubeconfig, context: "admin" },
    ],
    links: [{ between: ["west", "east"] }, { from: "staging", to: "west" }],
    exports: [
      { service: "web", namespace: "shop", from: ["west", "east"], as: "remote-discovery" },
      { service: "api", namespace: "shop", from: ["west", "east"], as: "federated" },
    ],
    traffic: [{ service: "web", namespace: "shop", in: ["west"], failover: ["local", "east"] }],
    trust: { anchors: [{ generation: 1 }, { generation: 2 }], signer: 2, restart: ["shop"] },
  };
}

/** A registration as a state records it. */
export function earlierRow({ key, parent, type, inputs }: Registration): EarlierRow {
  const ours = /^(kind|linkerd-topology):/.test(type) && Object.keys(inputs).length > 0;
  return {
    key,
    ...(parent !== undefined && { parent }),
    ...(ours && { inputs: unmarked(inputs) as PropertyMap }),
  };
}

function unmarked(value: unknown): unknown {
  if (typeof value === "string") {
    return value
      .replaceAll(temporaryDirectory, "/temporary")
      .replaceAll(stateDirectory(), "/state");
  }
  if (Array.isArray(value)) return value.map(unmarked);
  if (isSecret(value)) return unmarked(value.secret);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, unmarked(item)]));
}
