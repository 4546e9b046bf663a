import { mirrorDirectory } from "../../planning/clusters/registries.ts";
import type { Container } from "./container.ts";
import { dockerExec } from "./docker.ts";

/** containerd reads these files at every pull, without a restart. */
export function hostsToml(registry: string, mirrors: readonly string[]): string {
  const server = registry === "docker.io" ? "registry-1.docker.io" : registry;
  return [
    // Without a server, "_default" falls back to the registry that the image names.
    ...(registry === "_default" ? [] : [`server = "https://${server}"`, ""]),
    ...mirrors.flatMap((mirror) => [
      `[host.${JSON.stringify(mirror)}]`,
      '  capabilities = ["pull", "resolve"]',
      "",
    ]),
  ].join("\n");
}

/** Tells containerd on every node which mirrors to ask first. */
export async function configureMirrors(
  nodes: readonly Container[],
  mirrors: Readonly<Record<string, readonly string[]>>,
  signal: AbortSignal,
): Promise<void> {
  const script =
    'mkdir -p "/etc/containerd/certs.d/$1" && cat > "/etc/containerd/certs.d/$1/hosts.toml"';
  await Promise.all(
    nodes
      .filter(({ role }) => role === "control-plane" || role === "worker")
      .map(async ({ name }) => {
        for (const [host, urls] of Object.entries(mirrors)) {
          const registry = mirrorDirectory(host);
          const input = hostsToml(registry, urls);
          await dockerExec(name, ["sh", "-c", script, "sh", registry], { input, signal });
        }
      }),
  );
}
