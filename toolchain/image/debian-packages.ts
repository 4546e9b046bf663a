import { execa } from "execa";
import { readFile } from "node:fs/promises";
import { timeLimits } from "../../system/time-limits.ts";

/** Are we the administrator of a Debian or Ubuntu machine, so that a missing package can be installed? */
export async function canInstallDebianPackages(): Promise<boolean> {
  if (process.getuid?.() !== 0) return false;
  const release = await readFile("/etc/os-release", "utf8").catch(() => "");
  return isDebianFamily(release);
}

/** Reads `/etc/os-release`. */
export function isDebianFamily(osRelease: string): boolean {
  const ids = [...osRelease.matchAll(/^(?:ID|ID_LIKE)="?([^"\n]*)"?$/gm)].map(
    (match) => match[1] ?? "",
  );
  return ids.some((id) => id.split(" ").some((word) => word === "debian" || word === "ubuntu"));
}

/**
 * Installs packages and nothing that they merely recommend.
 *
 * @throws with the end of what apt-get said.
 */
export async function installDebianPackages(
  packages: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): Promise<void> {
  const run = async (args: readonly string[]) => {
    await execa("apt-get", args, {
      // needrestart would ask on Ubuntu which services to restart.
      env: { ...env, DEBIAN_FRONTEND: "noninteractive", NEEDRESTART_MODE: "a" },
      timeout: timeLimits.debianPackages,
      stdin: "ignore",
    });
  };
  // Somebody else's apt (a first boot, an unattended upgrade) may hold the lock.
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
 * The machine's own package sources for a Debian suite, one `deb` line each, so that a mirror or proxy
 * that the machine uses is used here too. Empty where the machine has no such suite.
 */
export async function machineSources(suite: string): Promise<string[]> {
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

/** Reads the list of index targets: lines of URI, code name, component and origin. */
export function sourcesOf(indexTargets: string, suite: string): string[] {
  const lines = indexTargets.split("\n").flatMap((line) => {
    const [uri, codename, component, origin] = line.split(" ");
    const ofSuite = codename === suite || codename?.startsWith(`${suite}-`) === true;
    if (uri === undefined || !ofSuite || component !== "main" || origin !== "Debian") return [];
    return [`deb ${uri} ${codename} main`];
  });
  return [...new Set(lines)].sort();
}
