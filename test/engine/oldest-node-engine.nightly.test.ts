// What README.md promises to whoever has the oldest Node.js that is promised, and no other: typed as it
// stands there, in a checkout and in a project that has the npm package. oldest-node.test.ts runs with every
// push: it shows that this Node.js loads what they start.
import assert from "node:assert/strict";
import { cp, mkdir, readdir, rm, symlink, writeFile } from "node:fs/promises";
import path from "node:path";
import { after, before, describe, test } from "node:test";
import { pathToFileURL } from "node:url";
import { execa } from "execa";
import { oldestNode } from "../oldest-node.ts";
import { temporaryDirectory } from "../temporary.ts";
import { makeSources } from "./stack-files.ts";
import { engineTools } from "./tools.ts";

const root = path.resolve(import.meta.dirname, "../..");
const bin = await oldestNode();
const skip = bin === undefined && "npm has no such Node.js for this machine";

describe("Pulumi on the oldest Node.js that is promised", { skip }, () => {
  let directory: string;
  let env: Record<string, string>;

  before(async () => {
    directory = await temporaryDirectory("engine-test");
    const tools = await engineTools();
    const backend = path.join(directory, "backend");
    await mkdir(backend);
    env = {
      ...tools,
      PATH: [bin, withoutOwnNode(tools["PATH"] ?? "")].join(path.delimiter),
      PULUMI_BACKEND_URL: pathToFileURL(backend).href,
      PULUMI_CONFIG_PASSPHRASE: "",
      PULUMI_SKIP_UPDATE_CHECK: "true",
      XDG_STATE_HOME: path.join(directory, "state"),
      LINKERD_TOPOLOGY_SOURCES: await makeSources(directory),
    };
  });
  after(() => rm(directory, { recursive: true, force: true }));

  const pulumi = (cwd: string, ...args: string[]) =>
    execa("pulumi", [...args, "--non-interactive", "--color", "never"], {
      cwd,
      env,
      extendEnv: false,
      all: true,
    });

  test(
    "runs plain Pulumi in a checkout: program and provider plugins",
    { timeout: 300_000 },
    async () => {
      const checkout = path.join(directory, "checkout");
      const { stdout } = await execa(
        "git",
        ["ls-files", "--cached", "--others", "--exclude-standard"],
        {
          cwd: root,
        },
      );
      for (const file of stdout.split("\n")) {
        await cp(path.join(root, file), path.join(checkout, file)).catch(unlessGone);
      }
      await linkModules(path.join(checkout, "node_modules"));
      await pulumi(checkout, "stack", "init", "hierarchical");
      const { all } = await pulumi(checkout, "preview", "-s", "hierarchical");
      assert.match(all, /kind:index:Cluster \S*west\S* create/);
      assert.match(all, /linkerd-topology:index:LinkReady/);
      assert.doesNotMatch(all, /error|Unknown file extension/);
    },
  );

  test("runs the npm package in a program of one's own", { timeout: 300_000 }, async () => {
    const project = path.join(directory, "project");
    const installed = path.join(project, "node_modules/linkerd-topology");
    await mkdir(installed, { recursive: true });
    const build = path.join(root, "scripts/build.mjs");
    await execa(process.execPath, [build, path.join(installed, "dist"), "--no-check"]);
    await cp(path.join(root, "package.json"), path.join(installed, "package.json"));
    await linkModules(path.join(installed, "node_modules"));
    await symlink(
      path.join(root, "node_modules/@pulumi"),
      path.join(project, "node_modules/@pulumi"),
    );
    await writeFile(path.join(project, "package.json"), '{"type":"module","main":"index.js"}');
    await writeFile(
      path.join(project, "Pulumi.yaml"),
      `name: my-mesh
runtime: nodejs
plugins:
  providers:
    - { name: kind, path: node_modules/linkerd-topology/dist/providers/kind }
    - { name: linkerd-topology, path: node_modules/linkerd-topology/dist/providers/mesh }
    - { name: kubernetes, path: node_modules/linkerd-topology/dist/providers/kubernetes, version: 4.25.0 }
`,
    );
    await writeFile(
      path.join(project, "index.js"),
      `import { readSources, Topology } from "linkerd-topology";
       const sources = readSources(process.env["LINKERD_TOPOLOGY_SOURCES"]);
       new Topology("mesh", { sources, topology: {
         clusters: [{ name: "west" }, { name: "east" }],
         links: [{ between: ["west", "east"] }],
       } });`,
    );
    await pulumi(project, "stack", "init", "mine");
    const { all } = await pulumi(project, "preview", "-s", "mine");
    assert.match(all, /kind:index:Cluster \S*west\S* create/);
    assert.doesNotMatch(all, /error/);
    const command = path.join(installed, "dist/environments/main.js");
    const planned = await execa("node", [command, "plan", "flat"], { env, extendEnv: false });
    assert.match(planned.stdout, /west/);
  });
});

/** All modules of the project but the newer Node.js that comes with them. */
async function linkModules(place: string): Promise<void> {
  await mkdir(place, { recursive: true });
  for (const name of await readdir(path.join(root, "node_modules"))) {
    if (name === ".bin" || name.startsWith("node-")) continue;
    await symlink(path.join(root, "node_modules", name), path.join(place, name));
  }
}

function withoutOwnNode(PATH: string): string {
  return PATH.split(path.delimiter)
    .filter((folder) => !folder.includes("node_modules"))
    .join(path.delimiter);
}

/** A file that git knows and that is deleted in this checkout. */
function unlessGone(error: NodeJS.ErrnoException): void {
  if (error.code !== "ENOENT") throw error;
}
