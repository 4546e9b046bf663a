import { existsSync } from "node:fs";
import path from "node:path";
import { type Browser, chromium } from "playwright-core";
import { canInstallDebianPackages, installDebianPackages } from "../toolchain/image/debian.ts";

/** The possible names of Chromium's program. */
const names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

const inCI = process.env["CI"] !== undefined && process.env["CI"] !== "false";

/**
 * A browser without a screen. In CI, for root on Debian or Ubuntu, Debian's own Chromium is installed where none
 * is there.
 *
 * @returns why there is none, on a person's machine
 * @throws Error in CI, where a test that can't run has to fail
 */
export async function openBrowser(): Promise<Browser | string> {
  let program = findChromium();
  if (program === undefined && inCI && (await canInstallDebianPackages())) {
    await installDebianPackages(["chromium", "fonts-dejavu-core"], process.env);
    program = findChromium();
  }
  if (program === undefined) {
    const why =
      "there is no Chromium: install it (Debian: apt-get install chromium), or name its program in CHROMIUM";
    if (inCI) throw new Error(why);
    return why;
  }
  // Root has no sandbox of its own user, and a container has little shared memory.
  const args = process.getuid?.() === 0 ? ["--no-sandbox", "--disable-dev-shm-usage"] : [];
  return chromium.launch({ executablePath: program, args });
}

function findChromium(): string | undefined {
  const { CHROMIUM: given = "", PATH = "" } = process.env;
  if (given !== "") return given;
  return PATH.split(path.delimiter)
    .flatMap((folder) => names.map((name) => path.join(folder, name)))
    .find((file) => existsSync(file));
}
