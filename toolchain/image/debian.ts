import { execa } from "execa";
import { randomUUID } from "node:crypto";
import { mkdir, readFile, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { timeLimits } from "../../system/time-limits.ts";
import { exists, lockBeside, removeUnfinished } from "../cache.ts";
import { withLock } from "../lock.ts";
import { type ImageContext, imageFolders, keyOf } from "./context.ts";
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

/** Can packages be installed: is this root on Debian or Ubuntu? */
export async function canInstallDebianPackages(): Promise<boolean> {
  if (process.getuid?.() !== 0) return false;
  const release = await readFile("/etc/os-release", "utf8").catch(() => "");
  return isDebianFamily(release);
}

/** Returns true if this `/etc/os-release` is Debian's, Ubuntu's or a derivative's. */
export function isDebianFamily(osRelease: string): boolean {
  const ids = [...osRelease.matchAll(/^(?:ID|ID_LIKE)="?([^"\n]*)"?$/gm)].map(
    (match) => match[1] ?? "",
  );
  return ids.some((id) => id.split(" ").some((word) => word === "debian" || word === "ubuntu"));
}

/**
 * Installs packages without the ones that they only recommend.
 *
 * @throws with the end of apt-get's output.
 */
export async function installDebianPackages(
  packages: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): Promise<void> {
  const run = async (args: readonly string[]) => {
    await execa("apt-get", args, {
      // On Ubuntu, needrestart would ask which services to restart.
      env: { ...env, DEBIAN_FRONTEND: "noninteractive", NEEDRESTART_MODE: "a" },
      timeout: timeLimits.debianPackages,
      stdin: "ignore",
    });
  };
  // Another apt (at first boot, or an unattended upgrade) may hold the lock.
  const lock = ["-o", "DPkg::Lock::Timeout=120"];
  try {
    await run([...lock, "update", "-q"]);
    await run([...lock, "install", "-y", "-q", "--no-install-recommends", ...packages]);
  } catch (error) {
    const said =
      error instanceof Error ? error.message.trimEnd().split("\n").slice(-6).join("\n") : "";
    throw new Error(
      `could not install ${packages.join(", ")} with apt-get:\n${said}\n` +
        `Install them by hand and run this again.`,
      { cause: error },
    );
  }
}

/**
 * Returns the machine's own package sources for a Debian suite as `deb` lines, so that the build uses
 * the same mirror or proxy as the machine. The result is empty if the machine has no such suite.
 */
async function machineSources(suite: string): Promise<string[]> {
  const format = "$(REPO_URI) $(CODENAME) $(COMPONENT) $(ORIGIN)";
  const listed = await execa(
    "apt-get",
    ["indextargets", "--format", format, "Created-By: Packages"],
    {
      reject: false,
      timeout: timeLimits.dockerCommand,
    },
  );
  return sourcesOf(listed.exitCode === 0 ? listed.stdout : "", suite);
}

/** Reads apt-get's list of index targets: lines of URI, code name, component and origin. */
export function sourcesOf(indexTargets: string, suite: string): string[] {
  const lines = indexTargets.split("\n").flatMap((line) => {
    const [uri, codename, component, origin] = line.split(" ");
    const ofSuite = codename === suite || codename?.startsWith(`${suite}-`) === true;
    if (uri === undefined || !ofSuite || component !== "main" || origin !== "Debian") return [];
    return [`deb ${uri} ${codename} main`];
  });
  return [...new Set(lines)].sort();
}
