import { glob } from "node:fs/promises";
import path from "node:path";

/** The kubeconfig of a cluster, below the test's state directory. */
export async function kubeconfigIn(directory: string, cluster: string): Promise<string> {
  for await (const file of glob(path.join(directory, "**", `*-${cluster}.kubeconfig`))) return file;
  throw new Error(`there is no kubeconfig of ${cluster} below ${directory}`);
}
