import { homedir } from "node:os";
import { join } from "node:path";
import { programEnv } from "./program-context.ts";

/** Directory for what can be had again: `$LINKERD_TOPOLOGY_CACHE`, else the user's cache directory. */
export function cacheDirectory(environment: NodeJS.ProcessEnv = programEnv()): string {
  const own = environment["LINKERD_TOPOLOGY_CACHE"];
  if (own) return own;
  return join(environment["XDG_CACHE_HOME"] || join(homedir(), ".cache"), "linkerd-topology");
}
