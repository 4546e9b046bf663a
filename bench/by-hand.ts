import { chmod, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { execa } from "execa";
import { stringify } from "yaml";
import { multiclusterValues } from "../components/multicluster-values.ts";
import { splitImage } from "../components/values.ts";
import { docker } from "../environments/docker.ts";
import type { Tools } from "../environments/tools.ts";
import type { KindClusterPlan, Plan } from "../planning/plan-types.ts";
import { timeLimits } from "../system/time-limits.ts";
import { kindConfig } from "../providers/kind/kind-config.ts";
import { readNodeProfile } from "../providers/kind/node-profile.ts";
import { ensureArtifact } from "../toolchain/artifact.ts";
import { kubernetes } from "../toolchain/tools/kubernetes.ts";
import { linkerdCli } from "../toolchain/tools/linkerd.ts";
import { cacheDirectory } from "../system/cache-directory.ts";

const script = path.join(import.meta.dirname, "by-hand.sh");

/**
 * How long `by-hand.sh` takes for the pair of a plan, with the same images and the same node image.
 *
 * @returns seconds from nothing to linked clusters
 */
export async function benchByHand(plan: Plan, tools: Tools, signal: AbortSignal): Promise<number> {
  const directory = await mkdtemp(path.join(os.tmpdir(), "bench-by-hand-"));
  const clusters = plan.clusters.filter((cluster) => cluster.type === "kind");
  if (clusters.map(({ name }) => name).join() !== "west,east") {
    throw new Error("the script makes the two clusters of the stack hierarchical, and no others");
  }
  const env = { ...tools.env, PATH: `${directory}:${tools.env["PATH"] ?? ""}` };
  try {
    await bringPrograms(directory, tools);
    await writeInputs(directory, plan, clusters, tools);
    await docker(["network", "create", plan.network.name], env);
    const started = performance.now();
    await execa(script, [directory], {
      env,
      stdout: "ignore",
      stderr: "inherit",
      cancelSignal: signal,
      timeout: timeLimits.clusterCreate * 2,
    });
    return (performance.now() - started) / 1000;
  } finally {
    for (const { kindName } of clusters) {
      const kubeconfig = path.join(directory, `${kindName}.gone`);
      const args = ["delete", "cluster", "--name", kindName, "--kubeconfig", kubeconfig];
      await execa("kind", args, { env, reject: false });
    }
    await docker(["network", "rm", plan.network.name], env).catch(() => undefined);
    await rm(directory, { recursive: true, force: true });
  }
}

/** Puts `linkerd` and `kubectl` into the directory. Both are built from Go modules. */
async function bringPrograms(directory: string, { env }: Tools): Promise<void> {
  const context = { cache: cacheDirectory(env), env, onProgress: () => undefined };
  const cli = await ensureArtifact(linkerdCli, context);
  const all = await ensureArtifact(kubernetes, context);
  await symlink(path.join(cli.folder, "linkerd"), path.join(directory, "linkerd"));
  await symlink(path.join(all.folder, "kubernetes"), path.join(directory, "kubectl"));
}

async function writeInputs(
  directory: string,
  plan: Plan,
  clusters: readonly KindClusterPlan[],
  { sources = {} }: Tools,
): Promise<void> {
  const { controller, proxy, pause } = sources.images ?? {};
  const profile = await readNodeProfile(sources.nodeImage, new AbortController().signal);
  const image = controller === undefined ? undefined : splitImage(controller);
  const files: Record<string, string> = {
    network: plan.network.name,
    archives: (sources.archives ?? []).map((archive) => `${archive}\n`).join(""),
    "data-plane": sources.dataPlane ?? "real",
    "linkerd.yaml": stringify({
      disableHeartBeat: true,
      ...(image && { controllerImage: image.name, controllerImageVersion: image.version }),
      ...(proxy !== undefined && { proxy: { image: splitImage(proxy) } }),
    }),
  };
  for (const cluster of clusters) {
    const config = kindConfig(
      {
        name: cluster.kindName,
        network: plan.network.name,
        owner: "bench",
        generation: "1",
        controlPlanes: 1,
        workers: 0,
        podSubnet: cluster.podSubnet,
        serviceSubnet: cluster.serviceSubnet,
        extraPortMappings: [],
        containerdConfigPatches: [],
        registryMirrors: {},
        imageArchives: [],
        imageArchiveDigests: [],
        dnsTtlSeconds: 0,
        kubeconfigPath: "",
        ...(sources.nodeImage !== undefined && { nodeImage: sources.nodeImage }),
      },
      profile,
    );
    files[`${cluster.name}.kind.yaml`] = `name: ${cluster.kindName}\n${config}`;
    const values = multiclusterValues({
      trustDomain: cluster.trustDomain,
      gateway: cluster.gateway,
      targets: plan.links
        .filter(({ source }) => source === cluster.name)
        .map((link) => ({
          name: link.name,
          probePort: link.gateway?.probePort,
          headless: true,
        })),
      highAvailability: false,
      images: { controller, pause },
      // The CLI creates the credentials of a Link from the chart's own account.
      values: { remoteMirrorServiceAccount: true },
    });
    files[`${cluster.name}.multicluster.yaml`] = stringify(values);
  }
  await chmod(directory, 0o700);
  for (const [name, content] of Object.entries(files)) {
    await writeFile(path.join(directory, name), content, { mode: 0o600 });
  }
}
