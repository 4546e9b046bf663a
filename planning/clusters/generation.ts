import { createHash } from "node:crypto";
import type { KindClusterPlan } from "../plan-types.ts";

/** What forces a kind cluster to be recreated when it changes. */
export type ClusterGenerationInputs = Pick<
  KindClusterPlan,
  | "kindName"
  | "kubernetesVersion"
  | "nodeImage"
  | "nodes"
  | "podSubnet"
  | "serviceSubnet"
  | "portMappings"
  | "containerdConfigPatches"
  | "registryMirrors"
  | "options"
> & {
  /** Subnet of the Docker network. Undefined if Docker chooses. Another subnet means another network. */
  readonly dockerSubnet?: string | undefined;
  /** Domain of the Services, if it isn't the default. */
  readonly clusterDomain?: string;
};

/**
 * Eight hexadecimal digits of a hash of the inputs. Absent and empty keys don't count, so that a later
 * release can add one without recreating every cluster.
 */
export function clusterGeneration(inputs: ClusterGenerationInputs): string {
  return createHash("sha256").update(stableJson(inputs)).digest("hex").slice(0, 8);
}

function stableJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(stableJson).join(",")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const entries = Object.entries(value)
    .filter(([, item]) => !isEmpty(item))
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, item]) => `${JSON.stringify(key)}:${stableJson(item)}`);
  return `{${entries.join(",")}}`;
}

function isEmpty(value: unknown): boolean {
  if (typeof value === "object" && value !== null) return Object.keys(value).length === 0;
  return value === undefined;
}
