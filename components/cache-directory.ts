import { homedir } from "node:os";
import { join } from "node:path";

/** Directory for what can be had again: `$LINKERD_TOPOLOGY_CACHE`, else the user's cache directory. */
export function cacheDirectory(environment: NodeJS.ProcessEnv = process.env): string {
  const own = environment["LINKERD_TOPOLOGY_CACHE"];
  if (own) return own;
  return join(environment["XDG_CACHE_HOME"] || join(homedir(), ".cache"), "linkerd-topology");
}
