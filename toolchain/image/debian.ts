import { execa } from "execa";
import { randomUUID } from "node:crypto";
import { mkdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { timeLimits } from "../../system/time-limits.ts";
import { exists, lockBeside, removeUnfinished } from "../cache.ts";
import { withLock } from "../lock.ts";
import {
  canInstallDebianPackages,
  installDebianPackages,
  machineSources,
} from "./debian-packages.ts";
import { imageFolders, keyOf, type ImageContext } from "./context.ts";
import { messageOf } from "../../system/message-of.ts";

/** The Debian system of a node. Its key is computed from this. */
const debianSystem = {
  suite: "bookworm",
  packages: [
    "ca-certificates",
    "conntrack",
    "containerd",
    "containernetworking-plugins",
    "curl",
    "e2fsprogs",
    "ethtool",
    "iproute2",
    "iptables",
    "jq",
    "kmod",
    "mount",
    "nftables",
    "pigz",
    "procps",
    "runc",
    "systemd",
    "systemd-sysv",
  ],
  excluded: ["/usr/share/man/*", "/usr/share/doc/*", "/usr/share/info/*", "/usr/share/locale/*"],
  // Services that belong to a machine and not to a node in a container; kind's base image drops the
  // same ones. The services that clean /tmp and /run at boot would delete what kind has written there.
  deleted: [
    "lib/systemd/system/sysinit.target.wants/systemd-tmpfiles-setup.service",
    "lib/systemd/system/multi-user.target.wants/*",
    "etc/systemd/system/*.wants/*",
    "lib/systemd/system/local-fs.target.wants/*",
    "lib/systemd/system/sockets.target.wants/*udev*",
    "lib/systemd/system/sockets.target.wants/*initctl*",
    "lib/systemd/system/basic.target.wants/*",
    "var/log/*",
    "var/cache/debconf/*",
  ],
};

/** Key of the system. It changes when the system would change. */
export function debianKey(): string {
  return `${debianSystem.suite}-${keyOf({ ...debianSystem, arch: process.arch })}`;
}

/**
 * Builds the layer with a Debian system for nodes from Debian's packages, and keeps it in the cache.
 *
 * @returns path of the uncompressed tar.
 * @throws if mmdebstrap is not available or fails; with the end of its output.
 */
export async function ensureDebianLayer(context: ImageContext): Promise<string> {
  const { layers } = imageFolders(context.cache);
  const path = join(layers, `debian-${debianKey()}.tar`);
  if (await exists(path)) return path;

  return withLock(
    lockBeside(path),
    async () => {
      if (!(await exists(path))) await makeDebianLayer(layers, path, context);
      return path;
    },
    { onWait: context.onProgress },
  );
}

async function makeDebianLayer(layers: string, path: string, context: ImageContext): Promise<void> {
  context.onProgress?.(`installing Debian ${debianSystem.suite} into a layer`);
  await mkdir(layers, { recursive: true });
  const prefix = ".unfinished-debian-";
  await removeUnfinished(layers, prefix);
  // mmdebstrap chooses the format by the file extension.
  const unfinished = join(layers, `${prefix}${randomUUID()}.tar`);
  try {
    await needMmdebstrap(context);
    const sources = await machineSources(debianSystem.suite);
    await execa("mmdebstrap", mmdebstrapArguments(unfinished, sources), {
      env: { ...context.env, DEBIAN_FRONTEND: "noninteractive" },
      timeout: timeLimits.debianSystem,
    });
    await rename(unfinished, path);
  } catch (error) {
    throw new Error(`no Debian system for the node image: ${lastLines(error)}`, { cause: error });
  } finally {
    await rm(unfinished, { force: true });
  }
}

/**
 * Returns the full command line of mmdebstrap.
 *
 * @param sources - `deb` lines of the mirrors to use; empty for Debian's own
 */
export function mmdebstrapArguments(target: string, sources: readonly string[] = []): string[] {
  const { suite, packages, excluded, deleted } = debianSystem;
  return [
    "--variant=apt",
    "--components=main",
    "--aptopt=APT::Install-Recommends false",
    "--dpkgopt=force-unsafe-io",
    ...excluded.map((pattern) => `--dpkgopt=path-exclude=${pattern}`),
    "--dpkgopt=path-include=/usr/share/doc/*/copyright",
    `--include=${packages.join(",")}`,
    ...deleted.map((pattern) => `--customize-hook=rm -rf "$1"/${pattern}`),
    suite,
    target,
    ...sources,
  ];
}

async function needMmdebstrap(context: ImageContext): Promise<void> {
  const found = await execa("mmdebstrap", ["--version"], { env: context.env, reject: false });
  if (found.exitCode === 0) return;
  if (!(await canInstallDebianPackages())) {
    throw new Error(
      "mmdebstrap is not installed. No container registry can be reached, so that the node image has to " +
        "be made from Debian's packages. Install mmdebstrap, or run this as root on Debian or Ubuntu, or " +
        "give a directory with a kind node image's archive (IMAGES=dir).",
    );
  }
  context.onProgress?.("installing mmdebstrap");
  // A machine that does not run Debian lacks the keyring that verifies Debian's packages.
  await installDebianPackages(["mmdebstrap", "debian-archive-keyring"], context.env);
}

function lastLines(error: unknown): string {
  const text = messageOf(error);
  return text.trimEnd().split("\n").slice(-8).join("\n");
}
