import { execa } from "execa";
import { chmod, readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { timeLimits } from "../system/time-limits.ts";
import { exists, makeOnce } from "./cache.ts";
import { download } from "./download.ts";
import { canInstallDebianPackages, installDebianPackages } from "./image/debian.ts";
import type { OnProgress } from "./progress.ts";
import { compareVersions, versionIn } from "../system/version.ts";
import { unzip } from "./zip.ts";
import { messageOf } from "../system/message-of.ts";

/** A Go installation that can build every module under `go/`. */
export interface Go {
  readonly command: string;
  readonly version: string;
  /** Environment that `go` needs. */
  readonly env: Readonly<Record<string, string>>;
}

/** The highest `go` line of the modules under `go/`. An older Go cannot build all of them. */
export const goNeeded = "1.26.7";

/** From this version on, Go downloads the newer version that a module requires. */
const bringsNewerItself = "1.21.0";

/** The Go to install if the machine has no suitable one. */
const pinned = {
  version: "1.26.8",
  /** For each platform, sha256 of the module's archive. */
  archives: {
    "linux-x64": [
      "linux-amd64",
      "30c2b1bf7dcc88d3eb0a1364e47ddd9128edb3110a30e8a0ef61cd5856b31de7",
    ],
    "linux-arm64": [
      "linux-arm64",
      "02b36b6787b3ac767668f630e2998df45a3b1f9ffee08d1bf3ef6487cd658d99",
    ],
    "darwin-arm64": [
      "darwin-arm64",
      "0aad5fb52b88498885290178adc0bcfe429bc63012621af9f83282eb640bd9c7",
    ],
    "darwin-x64": [
      "darwin-amd64",
      "fe99a2009e5bb51e06d7784f1a486478673512041c2671157bd382806e2aedcf",
    ],
  } as Readonly<Record<string, readonly [platform: string, sha256: string]>>,
} as const;

/** What to do with the Go of the machine. */
export type GoChoice =
  | { readonly use: "machine"; readonly toolchain: "local" | "auto" }
  | { readonly use: "module mirror" };

/**
 * Decides whether the machine's Go can build the modules as it is, can download a newer version itself,
 * or is unsuitable.
 */
export function chooseGo(version: string | undefined): GoChoice {
  if (version === undefined) return { use: "module mirror" };
  if (compareVersions(version, goNeeded) >= 0) return { use: "machine", toolchain: "local" };
  if (compareVersions(version, bringsNewerItself) >= 0) {
    return { use: "machine", toolchain: "auto" };
  }
  return { use: "module mirror" };
}

/**
 * Uses the machine's Go if it is suitable. Otherwise downloads one from the Go module mirror, which
 * serves Go's releases as the module `golang.org/toolchain`. (The packages of a Linux distribution are
 * often too old.)
 *
 * @throws if the machine has no suitable Go and none can be downloaded.
 */
export async function ensureGo(
  cache: string,
  env: Readonly<Record<string, string | undefined>>,
  onProgress: OnProgress,
): Promise<Go> {
  const found = await findGo(env);
  const choice = chooseGo(found?.version);
  if (choice.use === "machine" && found !== undefined) {
    return { ...found, env: { GOTOOLCHAIN: choice.toolchain, GOFLAGS: "", GOWORK: "off" } };
  }
  const folder = join(cache, "tools", "go", pinned.version);
  await makeOnce(folder, async (unfinished) => {
    const mirror =
      moduleMirror(env["GOPROXY"]) ??
      moduleMirror(await defaultProxy(found?.command ?? (await installOldGo(env)), env));
    if (mirror === undefined) throw new Error("no module mirror is set");
    await bringGo(unfinished, mirror, onProgress);
  }).catch((problem: unknown) => {
    const why = messageOf(problem);
    throw new Error(
      `there is no Go ${goNeeded} or later, and none can be downloaded: ${why}\n` +
        "Install Go (https://go.dev/dl), or set GOPROXY to a module mirror that answers.",
      { cause: problem },
    );
  });
  return {
    command: join(folder, "bin", "go"),
    version: pinned.version,
    env: { GOTOOLCHAIN: "local", GOFLAGS: "", GOWORK: "off" },
  };
}

async function findGo(
  env: Readonly<Record<string, string | undefined>>,
): Promise<{ command: string; version: string } | undefined> {
  // Go's installer uses the second path, which is not on the PATH of every non-interactive shell.
  for (const command of ["go", "/usr/local/go/bin/go"]) {
    const asked = await execa(command, ["env", "GOVERSION"], {
      // Run outside any module, so that the machine's own version answers.
      cwd: "/",
      env: { ...env, GOTOOLCHAIN: "local" },
      extendEnv: false,
      timeout: timeLimits.toolAnswers,
      reject: false,
    });
    const version = asked.exitCode === 0 ? versionIn(asked.stdout.replace(/^go/, " ")) : undefined;
    if (version !== undefined) return { command, version };
  }
  return undefined;
}

async function bringGo(folder: string, mirror: string, onProgress: OnProgress): Promise<void> {
  const [platform, sha256] = pinned.archives[`${process.platform}-${process.arch}`] ?? [];
  if (platform === undefined || sha256 === undefined) {
    throw new Error(`none is pinned for ${process.platform} ${process.arch}`);
  }
  const module = `golang.org/toolchain@v0.0.1-go${pinned.version}.${platform}`;
  const url = `${mirror}/${module.replace("@", "/@v/")}.zip`;
  onProgress({ step: "go", state: "start", detail: `${pinned.version} from the module mirror` });
  const archive = join(folder, "archive.zip");
  await download(url, archive, { sha256, timeout: timeLimits.toolDownload });
  await unzip(archive, folder, { strip: `${module}/`, remove: true });
  // A module's archive has no file modes, so make its programs executable.
  await chmodPrograms(folder, platform.replace("-", "_"));
  onProgress({ step: "go", state: "done", detail: pinned.version });
}

/** Returns the first mirror in a GOPROXY setting. */
export function moduleMirror(goproxy: string | undefined): string | undefined {
  const first = (goproxy ?? "").split(/[,|]/).find((entry) => /^https?:/.test(entry));
  return first?.replace(/\/$/, "");
}

/** Returns the mirror that Go uses by default. Only Go knows its default. */
async function defaultProxy(
  command: string,
  env: Readonly<Record<string, string | undefined>>,
): Promise<string> {
  const { stdout } = await execa(command, ["env", "GOPROXY"], {
    cwd: "/",
    env: { ...env, GOPROXY: undefined, GOTOOLCHAIN: "local" },
    extendEnv: false,
    timeout: timeLimits.toolAnswers,
  });
  return stdout.trim();
}

/** Installs the distribution's Go package. It is too old to build with, but it knows the mirror. */
async function installOldGo(env: Readonly<Record<string, string | undefined>>): Promise<string> {
  if (!(await canInstallDebianPackages())) throw new Error("GOPROXY is not set");
  await installDebianPackages(["golang-go"], env);
  return "go";
}

async function chmodPrograms(folder: string, platform: string): Promise<void> {
  for (const programs of [join(folder, "bin"), join(folder, "pkg", "tool", platform)]) {
    if (!(await exists(programs))) continue;

    for (const name of await readdir(programs)) await chmod(join(programs, name), 0o755);
  }
}

/** Returns the `go` line of a go.mod. A test compares {@link goNeeded} with it. */
export async function goLine(goMod: string): Promise<string | undefined> {
  return /^go\s+(\S+)/m.exec(await readFile(goMod, "utf8"))?.[1];
}
