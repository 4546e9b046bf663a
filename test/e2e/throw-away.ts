import { docker, dockerList } from "../../environments/docker.ts";

/** Removes every container and network whose name contains this: quicker than a `down`, which is no test's. */
export async function throwAway(name: string): Promise<void> {
  const named = (rows: readonly Record<string, string>[], key: string): string[] =>
    rows.map((row) => row[key] ?? "").filter((one) => one.includes(name));
  const containers = named(await dockerList(["ps", "--all"]), "Names");
  if (containers.length > 0) await docker(["rm", "--force", "--volumes", ...containers]);
  const networks = named(await dockerList(["network", "ls"]), "Name");
  if (networks.length > 0) await docker(["network", "rm", ...networks]);
}
