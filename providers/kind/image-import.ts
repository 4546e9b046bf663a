import { waitFor } from "../../kubernetes/wait.ts";
import { timeLimits } from "./constants.ts";
import type { Container } from "./container.ts";
import { DockerError, dockerExec } from "./docker.ts";

/** Loads image archives into all nodes at the same time, and into each node one after the other. */
export async function importArchives(
  nodes: readonly Container[],
  archives: readonly string[],
  signal: AbortSignal,
): Promise<void> {
  await Promise.all(
    nodes
      .filter(({ role }) => role === "control-plane" || role === "worker")
      .map(async (node) => {
        for (const archive of archives) await importArchive(node.name, archive, signal);
      }),
  );
}

async function importArchive(node: string, archive: string, signal: AbortSignal): Promise<void> {
  // kind may still be creating the nodes: containerd may take longer to answer than the ten seconds that its
  // client waits by default.
  const client = ["ctr", `--connect-timeout=${String(timeLimits.imageImport)}ms`];
  const load = (flags: readonly string[]) =>
    dockerExec(
      node,
      [...client, "--namespace=k8s.io", "images", "import", ...flags, "--digests", "-"],
      { inputFile: archive, limit: timeLimits.imageImport, signal },
    );
  const run = (flags: readonly string[]) =>
    waitFor({
      what: `waiting for containerd of the node ${node}, to load ${archive}`,
      limit: timeLimits.imageImport,
      look: async () => ({ done: true, value: await load(flags) }),
      mayPass: isStarting,
      signal,
    });
  try {
    await run(["--all-platforms"]);
  } catch (error) {
    // With its containerd store, `docker save` names platforms that the archive lacks. Then only the node's
    // own platform can be imported (kind#3795).
    if (error instanceof DockerError && /content digest \S+: not found/.test(error.stderr)) {
      await run([]);
      return;
    }
    if (!(error instanceof DockerError)) throw error;
    throw new Error(
      `the image archive ${archive} could not be loaded into the node ${node}: ${error.message}. ` +
        "Is it an archive of images (docker save, or OCI), and whole?",
    );
  }
}

/** A containerd that restarts leaves its socket. Until it listens again, its client gives up at once. */
function isStarting(error: unknown): boolean {
  return error instanceof DockerError && /failed to dial|connection refused/.test(error.stderr);
}
