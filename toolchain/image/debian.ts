import { execa } from "execa";
import { randomUUID } from "node:crypto";
import { mkdir, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
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

/** A Debian system that is the lowest layer of images. Its key is computed from this. */
export interface DebianSystem {
  readonly suite: string;
  readonly packages: readonly string[];
  /** mmdebstrap's variant: which packages there are besides. @default "apt" */
  readonly variant?: "apt" | "essential";
  /** Paths that are left out of every package. */
  readonly excluded: readonly string[];
  /** Paths that are deleted at the end. */
  readonly deleted: readonly string[];
}

const nodeSystem: DebianSystem = {
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

/** The system of kind's load balancer: HAProxy and a shell. */
export const loadBalancerSystem: DebianSystem = {
  suite: nodeSystem.suite,
  packages: ["haproxy"],
  variant: "essential",
  excluded: nodeSystem.excluded,
  deleted: ["var/log/*", "var/cache/debconf/*", "var/lib/apt/lists/*"],
};

/** Key of the system. It changes when the system would change. */
export function debianKey(system = nodeSystem): string {
  return `${system.suite}-${keyOf({ ...system, arch: process.arch })}`;
}

/**
 * Builds the layer with a Debian system from Debian's packages, and keeps it in the cache.
 *
 * @param system @default that of the nodes
 * @returns path of the uncompressed tar.
 * @throws if mmdebstrap is not available or fails; with the end of its output.
 */
export async function ensureDebianLayer(
  context: ImageContext,
  system = nodeSystem,
): Promise<string> {
  const { layers } = imageFolders(context.cache);
  const path = join(layers, `debian-${debianKey(system)}.tar`);
  if (await exists(path)) return path;

  return withLock(
    lockBeside(path),
    async () => {
      if (!(await exists(path))) await makeDebianLayer(system, path, context);
      return path;
    },
    { onWait: context.onProgress },
  );
}

async function makeDebianLayer(
  system: DebianSystem,
  path: string,
  context: ImageContext,
): Promise<void> {
  context.onProgress?.(`installing Debian ${system.suite} into a layer`);
  const layers = dirname(path);
  await mkdir(layers, { recursive: true });
  // Not the same for all systems: two may be made at the same time.
  const prefix = `.unfinished-debian-${debianKey(system)}-`;
  await removeUnfinished(layers, prefix);
  // mmdebstrap chooses the format by the file extension.
  const unfinished = join(layers, `${prefix}${randomUUID()}.tar`);
  try {
    await needMmdebstrap(context);
    const sources = await machineSources(system.suite);
    await execa("mmdebstrap", mmdebstrapArguments(unfinished, sources, system), {
      env: { ...context.env, DEBIAN_FRONTEND: "noninteractive" },
      timeout: timeLimits.debianSystem,
    });
    await rename(unfinished, path);
  } catch (error) {
    throw new Error(`no Debian system for kind's images: ${lastLines(error)}`, { cause: error });
  } finally {
    await rm(unfinished, { force: true });
  }
}

/**
 * Returns the full command line of mmdebstrap.
 *
 * @param sources - `deb` lines of the mirrors to use; empty for Debian's own
 */
export function mmdebstrapArguments(
  target: string,
  sources: readonly string[] = [],
  { suite, packages, variant = "apt", excluded, deleted } = nodeSystem,
): string[] {
  return [
    `--variant=${variant}`,
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
      "mmdebstrap is not installed. No container registry can be reached, so that kind's images have to " +
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
