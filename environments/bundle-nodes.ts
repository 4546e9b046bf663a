import type { Plan } from "../planning/plan-types.ts";
import type { Parts } from "../verification/bundle/parts.ts";
import { docker } from "./docker.ts";

/** The commands that run on a node. */
const commands = {
  "kubelet.log": ["journalctl", "--unit=kubelet", "--no-pager", "--lines=300"],
  "containerd.log": ["journalctl", "--unit=containerd", "--no-pager", "--lines=100"],
  "routes.txt": ["ip", "route"],
  "addresses.txt": ["ip", "-brief", "address"],
  "nat.txt": ["iptables-save", "--table", "nat"],
} as const;

/** Adds what Docker says about the package's nodes, and what the nodes say. */
export async function addNodes(
  parts: Parts,
  { clusters }: Plan,
  env: Readonly<Record<string, string>>,
): Promise<void> {
  const nodes = clusters.flatMap((cluster) => (cluster.type === "kind" ? cluster.nodes : []));
  await Promise.all(
    nodes.flatMap(({ name }) => [
      parts.addJson(`nodes/${name}/inspect.json`, async () =>
        withoutValues(await docker(["container", "inspect", name], env)),
      ),
      ...Object.entries(commands).map(([file, command]) =>
        parts.add(`nodes/${name}/${file}`, () => docker(["exec", name, ...command], env)),
      ),
    ]),
  );
}

interface Inspected {
  readonly Config?: { readonly Env?: readonly string[] | null };
}

/** Only the names of a container's variables: proxies' addresses may contain passwords. */
function withoutValues(text: string): unknown {
  const containers = JSON.parse(text) as readonly Inspected[];
  return containers.map((one) => ({
    ...one,
    Config: {
      ...one.Config,
      Env: (one.Config?.Env ?? []).map((variable) => variable.replace(/=.*/s, "=[removed]")),
    },
  }));
}
