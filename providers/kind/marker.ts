import { text } from "node:stream/consumers";
import type { ClusterInputs } from "./cluster-inputs.ts";
import { docker, DockerError, dockerExec } from "./docker.ts";

/**
 * Written into every control plane when everything about a cluster is done: a node without it is
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

/**
 * The marker of a node, running or not; undefined if it has none, or is being removed. Docker copies a file out
 * of a stopped container as well, where no command can be run.
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
