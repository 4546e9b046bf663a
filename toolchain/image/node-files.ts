import { readdir, readFile, stat } from "node:fs/promises";
import { join, relative } from "node:path";
import type { NodeBinaries } from "./component-images.ts";
import type { LayerEntry } from "./layer.ts";
import type { ComponentTags } from "./node-profile.ts";

/** Our own files of the node image, at the paths that they have in it. */
const ownFiles = join(import.meta.dirname, "node", "files");

const containerdConfig = "etc/containerd/config.toml";

/**
 * Everything of a node that is neither Debian nor a component's image: the files of kind's own base
 * image out of kind's Go module, ours over them, and the programs.
 *
 * @param kindFiles - `images/base/files` of the kind module
 * @param containerSpec - `ctr oci spec` of the node's containerd
 */
export async function nodeFiles(
  kindFiles: string,
  tags: ComponentTags,
  binaries: NodeBinaries,
  containerSpec: string,
): Promise<LayerEntry[]> {
  const entries = new Map<string, LayerEntry>();
  for (const root of [kindFiles, ownFiles]) {
    for (const entry of await tree(root)) entries.set(entry.path, entry);
  }
  const given = await readFile(join(kindFiles, containerdConfig), "utf8");
  const made: LayerEntry[] = [
    { path: containerdConfig, content: adaptContainerdConfig(given, tags) },
    { path: "etc/containerd/cri-base.json", content: baseContainerSpec(containerSpec) },
    {
      path: "etc/systemd/journald.conf.d/10-no-kernel-log.conf",
      content: "[Journal]\nReadKMsg=no\n",
    },
    { path: "kind/version", content: tags.kubernetes },
    { path: "usr/bin/kubernetes", file: binaries.kubernetes.path, mode: 0o755 },
    { path: "etc/kubernetes/manifests", directory: true },
    ...["kubeadm", "kubelet", "kubectl"].map((name) => ({
      path: `usr/bin/${name}`,
      link: "kubernetes",
    })),
    // kind's units and patches name these paths; Debian has the programs elsewhere.
    ...["containerd", "ctr", "containerd-shim-runc-v2"].map((name) => ({
      path: `usr/local/bin/${name}`,
      link: `/usr/bin/${name}`,
    })),
    { path: "usr/local/sbin/runc", link: "/usr/sbin/runc" },
    ...["host-local", "loopback", "portmap", "ptp"].map((name) => ({
      path: `opt/cni/bin/${name}`,
      link: `/usr/lib/cni/${name}`,
    })),
    ...[
      "containerd.service",
      "kubelet.service",
      "undo-mount-hacks.service",
      "pod-network.path",
      "pod-routes.path",
    ].map((unit) => ({
      path: `etc/systemd/system/multi-user.target.wants/${unit}`,
      link: `/etc/systemd/system/${unit}`,
    })),
    // It would register things with the kernel, which is the host's.
    { path: "etc/systemd/system/systemd-binfmt.service", link: "/dev/null" },
  ];
  for (const entry of made) entries.set(entry.path, entry);
  return [...entries.values()];
}

/**
 * kind's containerd configuration with what differs on this node: our pause image, cgroups by path (the
 * profile gives the kubelet the same driver), and a CNI configuration that containerd writes itself.
 *
 * @throws when kind's file no longer has a line that is to be changed.
 */
export function adaptContainerdConfig(config: string, tags: ComponentTags): string {
  const changes: readonly (readonly [RegExp, string])[] = [
    [/sandbox_image = "[^"]*"/g, `sandbox_image = "${tags.repository}/pause:${tags.pause}"`],
    [/SystemdCgroup = true/g, "SystemdCgroup = false"],
  ];
  let adapted = config;
  for (const [pattern, replacement] of changes) {
    if (adapted.search(pattern) === -1) {
      throw new Error(
        `kind's ${containerdConfig} has no ${pattern.source}: this kind is unknown here`,
      );
    }
    adapted = adapted.replaceAll(pattern, replacement);
  }
  if (!adapted.includes("restrict_oom_score_adj = false")) {
    throw new Error(
      `kind's ${containerdConfig} has no restrict_oom_score_adj: this kind is unknown here`,
    );
  }
  return [
    adapted.trimEnd(),
    "",
    '[plugins."io.containerd.grpc.v1.cri".cni]',
    '  conf_template = "/etc/containerd/pod-network.conflist.template"',
    "",
  ].join("\n");
}

/** What containers begin with, as kind makes it: its hook that hides the hardware, no limits of ours. */
export function baseContainerSpec(spec: string): string {
  const parsed = JSON.parse(spec) as { process: { rlimits?: unknown }; hooks?: object };
  delete parsed.process.rlimits;
  parsed.hooks = {
    ...parsed.hooks,
    createContainer: [{ path: "/kind/bin/mount-product-files.sh" }],
  };
  return JSON.stringify(parsed);
}

/** What our own files add to an image's key: path and content of each. */
export async function ownFilesForKey(
  root = join(import.meta.dirname, "node"),
): Promise<Record<string, string>> {
  const files = await filesBelow(root);
  const contents = files.map(
    async (path) => [relative(root, path), await readFile(path, "utf8")] as const,
  );
  return Object.fromEntries(await Promise.all(contents));
}

async function tree(root: string): Promise<LayerEntry[]> {
  return (await filesBelow(root)).map((file) => {
    const path = relative(root, file);
    // The module cache takes away the write bits and Git keeps none but the executable one, so that the
    // mode is told by the place, as kind's Dockerfile does it.
    const program = path.startsWith("usr/local/bin/") || path.startsWith("kind/bin/");
    return { path, file, mode: program ? 0o755 : 0o644 };
  });
}

async function filesBelow(root: string): Promise<string[]> {
  const names = await readdir(root, { recursive: true });
  const found = await Promise.all(
    names.map(async (name) => ({
      path: join(root, name),
      file: (await stat(join(root, name))).isFile(),
    })),
  );
  return found
    .filter(({ file }) => file)
    .map(({ path }) => path)
    .sort();
}
