import type { ClusterInputs } from "./cluster-inputs.ts";
import { DockerError, dockerExec } from "./docker.ts";

/**
 * Written into the first control plane when everything about a cluster is done: a node without it is
 * half-made. It tells what the cluster was made from, which is all that an import needs.
 */
export interface Marker {
  readonly inputs: ClusterInputs;
}

const path = "/kind/linkerd-topology.json";

export async function writeMarker(node: string, marker: Marker, signal: AbortSignal) {
  await dockerExec(
    node,
    ["sh", "-c", `umask 077 && cat > ${path}.partial && mv ${path}.partial ${path}`],
    {
      input: JSON.stringify(marker),
      signal,
    },
  );
}

/** The marker of a running node; undefined if it has none. */
export async function readMarker(node: string, signal: AbortSignal): Promise<Marker | undefined> {
  try {
    return JSON.parse(await dockerExec(node, ["cat", path], { signal })) as Marker;
  } catch (error) {
    if (error instanceof DockerError && /no such file/i.test(error.stderr)) return undefined;
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
