// `node scripts/plugin-tarballs.mjs PACKAGE.tgz FOLDER`: writes the plugins as `pulumi plugin install --file` takes
// them. They are the npm package with its dependencies, and need Node.js on the machine: the same files everywhere.
import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";

const [packed, folder] = process.argv.slice(2);
if (packed === undefined || folder === undefined) {
  throw new Error(
    "which package, and where to? node scripts/plugin-tarballs.mjs PACKAGE.tgz FOLDER",
  );
}

const root = path.dirname(import.meta.dirname);
const platforms = ["darwin-amd64", "darwin-arm64", "linux-amd64", "linux-arm64"];
const plugins = [
  { name: "linkerd-topology", provider: "mesh", sdk: "sdks/mesh" },
  { name: "kind", provider: "kind", sdk: "sdks/kind" },
];

const work = mkdtempSync(path.join(os.tmpdir(), "linkerd-topology-tarballs-"));
try {
  mkdirSync(folder, { recursive: true });
  writeFileSync(path.join(work, "package.json"), "{}");
  const install = ["install", path.resolve(packed), "--omit=dev", "--ignore-scripts"];
  execFileSync("npm", [...install, "--prefer-offline", "--no-audit", "--no-fund"], {
    cwd: work,
    stdio: ["ignore", "ignore", "inherit"],
  });
  for (const { name, provider, sdk } of plugins) {
    const { version } = JSON.parse(readFileSync(path.join(root, sdk, "package.json"), "utf8"));
    const executable = `pulumi-resource-${name}`;
    const started = `node_modules/linkerd-topology/dist/providers/${provider}/${executable}`;
    // Pulumi starts it by its absolute path.
    const text = `#!/bin/sh\nexec "$(dirname "$0")/${started}" "$@"\n`;
    writeFileSync(path.join(work, executable), text, { mode: 0o755 });
    const fileFor = (platform) =>
      path.join(path.resolve(folder), `${executable}-v${version}-${platform}.tar.gz`);
    const [first, ...others] = platforms.map(fileFor);
    execFileSync("tar", ["-czf", first, executable, "node_modules"], { cwd: work });
    for (const file of others) cpSync(first, file);
  }
} finally {
  rmSync(work, { recursive: true, force: true });
}
