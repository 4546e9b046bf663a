import { timeLimits } from "./constants.ts";
import type { Container } from "./container.ts";
import { DockerError, dockerExec } from "./docker.ts";

/** Loads image archives into every node: nodes at once, a node's archives one after the other. */
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
  // Nodes are loaded while kind still makes them: containerd may not answer yet, for longer than the ten
  // seconds that its client has patience for.
  const client = ["ctr", `--connect-timeout=${String(timeLimits.imageImport)}ms`];
  const run = (flags: readonly string[]) =>
    dockerExec(
      node,
      [...client, "--namespace=k8s.io", "images", "import", ...flags, "--digests", "-"],
      { inputFile: archive, limit: timeLimits.imageImport, signal },
    );
  try {
    await run(["--all-platforms"]);
  } catch (error) {
    // What `docker save` writes from Docker's containerd store names platforms that are not in it, and
    // then only the node's own can be asked for (kind#3795).
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
