import type { KindOptions } from "../../planning/clusters/kind-options.ts";
import type { PropertyMap } from "../server/index.ts";

/** Inputs of a Cluster after `check`: defaults filled in, nothing unknown. */
export interface ClusterInputs {
  readonly name: string;
  readonly network: string;
  readonly generation: string;
  readonly owner: string;
  readonly kubernetesVersion?: string;
  readonly nodeImage?: string;
  readonly controlPlanes: number;
  readonly workers: number;
  readonly podSubnet: string;
  readonly serviceSubnet: string;
  readonly clusterDomain?: string;
  readonly fixedAddress?: string;
  readonly extraPortMappings: readonly PortMapping[];
  readonly containerdConfigPatches: readonly string[];
  readonly registryMirrors: Readonly<Record<string, readonly string[]>>;
  readonly options?: KindOptions;
  readonly imageArchives: readonly string[];
  /** SHA-256 of each archive, filled in by `check`: what the engine compares instead of paths. */
  readonly imageArchiveDigests: readonly string[];
  readonly dnsTtlSeconds: number;
  readonly kubeconfigPath: string;
}

export interface PortMapping {
  readonly node: number;
  readonly containerPort: number;
  readonly hostPort: number;
  readonly listenAddress: string;
  readonly protocol: string;
}

/** Properties whose change recreates the cluster. */
export const replacingInputs = [
  "name",
  "network",
  "owner",
  "generation",
  "kubernetesVersion",
  "nodeImage",
  "controlPlanes",
  "workers",
  "podSubnet",
  "serviceSubnet",
  "clusterDomain",
  "extraPortMappings",
  "containerdConfigPatches",
  "registryMirrors",
  "options",
] as const satisfies readonly (keyof ClusterInputs)[];

/** Only for what `check` has passed. */
export function toClusterInputs(properties: PropertyMap): ClusterInputs {
  return properties as unknown as ClusterInputs;
}

/** As properties, in a fixed set of keys. */
export function toProperties(inputs: ClusterInputs): PropertyMap {
  return structuredClone(inputs) as unknown as PropertyMap;
}
