// Compiles the library and the provider plugins into dist/, which is what the npm package holds: Node
// leaves out the types of a project's own sources, but not of sources under node_modules.
import { execFileSync } from "node:child_process";
import { chmodSync, copyFileSync, rmSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const dist = path.join(root, "dist");

rmSync(dist, { recursive: true, force: true });
execFileSync(
  process.execPath,
  [path.join(root, "node_modules/typescript/bin/tsc"), "--project", "tsconfig.build.json"],
  { cwd: root, stdio: "inherit" },
);
const launchers = [
  "providers/server/start-plugin",
  "providers/kind/pulumi-resource-kind",
  "providers/mesh/pulumi-resource-linkerd-topology",
];
copyFileSync(
  path.join(root, "components/pod-routes.sh"),
  path.join(dist, "components/pod-routes.sh"),
);
for (const launcher of launchers) {
  copyFileSync(path.join(root, launcher), path.join(dist, launcher));
  chmodSync(path.join(dist, launcher), 0o755);
}
