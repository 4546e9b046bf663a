import { findContainers } from "./containers.ts";
import { dockerExec } from "./docker.ts";
import { KindError } from "./kind-failure.ts";
import { NodesNotReadyError } from "./cluster-state.ts";

/**
 * Adds the end of the kubelet's log to the error if the kubelet knows the reason: kubeadm only says that it
 * waited in vain. The nodes are removed afterwards, so nobody could look later.
 */
export async function withKubeletLog(error: unknown, kindName: string): Promise<unknown> {
  if (!(error instanceof KindError) && !(error instanceof NodesNotReadyError)) return error;
  try {
    const [node] = await findContainers(kindName, []);
    if (node?.running !== true) return error;
    const command = ["journalctl", "--unit=kubelet", "--no-pager", "--lines=8", "--output=cat"];
    const log = (await dockerExec(node.name, command)).trim();
    if (log === "" || log.startsWith("-- No entries")) return error;
    error.message += `\nThe end of the kubelet's log on ${node.name}:\n${log.replace(/^/gm, "  | ")}`;
  } catch {
    // The error stands without it.
  }
  return error;
}
