import { text } from "node:stream/consumers";
import type { ClusterInputs } from "./cluster-inputs.ts";
import { docker, DockerError, dockerExec } from "./docker.ts";

/**
 * Written to every control plane when a cluster is finished. A node without it is half-created. It has the
 * inputs of the cluster, which is all that an import needs.
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

/**
 * The marker of a node, running or not. Undefined if it has none, or is being removed. Docker can copy a file
 * out of a stopped container, in which no command can run.
 */
export async function readMarker(node: string, signal: AbortSignal): Promise<Marker | undefined> {
  try {
    const archive = await docker(["cp", `${node}:${path}`, "-"], { signal });
    return JSON.parse(await onlyFileIn(archive)) as Marker;
  } catch (error) {
    if (error instanceof DockerError && hasNone.test(error.stderr)) return undefined;
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

const hasNone = /could not find the file|no such (file|container)|marked for removal/i;

async function onlyFileIn(archive: string): Promise<string> {
  const { extract } = await import("tar-stream");
  const entries = extract();
  entries.end(Buffer.from(archive));
  for await (const entry of entries) return text(entry);
  return "";
}
