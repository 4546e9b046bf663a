import { execa } from "execa";
import { createWriteStream } from "node:fs";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { timeLimits } from "../../system/time-limits.ts";
import type { BuiltBinary } from "./context.ts";
import type { Image, ImageConfig } from "./image-archive.ts";
import { layerOfTar, writeLayer, type Layer, type LayerEntry } from "./layer.ts";
import type { ComponentTags } from "./node-profile.ts";

/** The programs of a node. `kubernetes` is all of Kubernetes: the name that it is called by chooses. */
export interface NodeBinaries {
  readonly kubernetes: BuiltBinary;
  readonly etcd: BuiltBinary;
  readonly coredns: BuiltBinary;
  readonly pause: BuiltBinary;
}

/** Directory with the scripts that make layers. */
export const buildScripts = join(import.meta.dirname, "node", "build");

const programPath = "usr/local/bin";
const environment = [`PATH=/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin`];

/**
 * The images that kubeadm's pods are made of, from nothing but our own programs, and for kube-proxy the
 * packet filter's tools out of the node's own Debian. The programs of Kubernetes share one layer.
 *
 * @param debian - Docker image of the node's Debian layer
 * @param folder - where the layers are put
 */
export async function componentImages(
  tags: ComponentTags,
  binaries: NodeBinaries,
  debian: string,
  folder: string,
  env: Readonly<Record<string, string>>,
): Promise<Image[]> {
  const layer = (name: string, entries: readonly LayerEntry[]) =>
    writeLayer(entries, join(folder, `${name}.tar`));
  const programs = ["kube-apiserver", "kube-controller-manager", "kube-scheduler"];
  const kubernetes = await layer("kubernetes", [
    { path: `${programPath}/kubernetes`, file: binaries.kubernetes.path, mode: 0o755 },
    ...programs.map((name) => ({ path: `${programPath}/${name}`, link: "kubernetes" })),
    { path: "usr/lib/kubernetes/kube-proxy", link: "../../local/bin/kubernetes" },
    { path: "tmp", directory: true, mode: 0o1777 },
  ]);
  const userland = await proxyUserland(debian, folder, env);
  const proxy = await layer("kube-proxy", [
    { path: `${programPath}/kube-proxy`, file: join(buildScripts, "kube-proxy.sh"), mode: 0o755 },
  ]);
  const alone = async (name: string, path: string, binary: BuiltBinary) =>
    await layer(name, [{ path, file: binary.path, mode: 0o755 }]);
  const image = (
    name: string,
    tag: string,
    layers: readonly Layer[],
    config: ImageConfig,
  ): Image => ({
    reference: `${tags.repository}/${name}:${tag}`,
    layers,
    config: { Env: environment, ...config },
  });
  return [
    ...programs.map((name) => image(name, tags.kubernetes, [kubernetes], {})),
    image("kube-proxy", tags.kubernetes, [kubernetes, userland, proxy], {}),
    image("etcd", tags.etcd, [await alone("etcd", `${programPath}/etcd`, binaries.etcd)], {}),
    image("coredns", tags.coredns, [await alone("coredns", "coredns", binaries.coredns)], {
      Entrypoint: ["/coredns"],
    }),
    image("pause", tags.pause, [await alone("pause", "pause", binaries.pause)], {
      Entrypoint: ["/pause"],
    }),
  ];
}

async function proxyUserland(
  debian: string,
  folder: string,
  env: Readonly<Record<string, string>>,
): Promise<Layer> {
  const path = join(folder, "userland.tar");
  const args = ["run", "--rm", "--network", "none", "-v", `${buildScripts}:/build:ro`, debian];
  const run = execa("docker", [...args, "/build/kube-proxy-userland.sh"], {
    env,
    buffer: { stdout: false },
    timeout: timeLimits.imageBuildStep,
  });
  await Promise.all([pipeline(run.stdout, createWriteStream(path)), run]);
  return await layerOfTar(path);
}
