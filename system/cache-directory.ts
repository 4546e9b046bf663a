import os from "node:os";
import path from "node:path";

/**
 * Directory outside the repository for what can be built or downloaded again. It can be deleted at any time;
 * the next run fills it again.
 *
 * @param env the variables of the engine, which differ from this process's if a program runs inline
 * @returns `$LINKERD_TOPOLOGY_CACHE`, else `$XDG_CACHE_HOME/linkerd-topology`, else
 *   `~/.cache/linkerd-topology`
 */
export function cacheDirectory(
  env: Readonly<Record<string, string | undefined>> = process.env,
): string {
  const own = env["LINKERD_TOPOLOGY_CACHE"];
  if (own !== undefined && own !== "") return own;
  const shared = env["XDG_CACHE_HOME"];
  // The XDG specification says to ignore a relative path.
  if (shared !== undefined && path.isAbsolute(shared)) return path.join(shared, "linkerd-topology");
  return path.join(env["HOME"] ?? os.homedir(), ".cache", "linkerd-topology");
}
