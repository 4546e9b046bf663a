import { execa } from "execa";
import { readFile } from "node:fs/promises";
import { timeLimits } from "../../system/time-limits.ts";

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
