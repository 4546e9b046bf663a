// The package as its users have it: installed from its tarball in an empty folder, in every language.
import assert from "node:assert/strict";
import { globSync } from "node:fs";
import { cp, mkdir, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { after, before, describe, it } from "node:test";
import { execa } from "execa";
import { modulesOf } from "../../scripts/bundle-modules.mjs";
import { entriesOf } from "../../scripts/entries.mjs";
import { temporaryDirectory } from "../temporary.ts";
import {
  compiled,
  componentsAlone,
  ConsumingProject,
  languages,
  stack,
  yamlHostFolder,
  type Compiled,
} from "./consumers.ts";
import type { LanguageProgram } from "./languages/language-program.ts";
import { noPython } from "./languages/python.ts";
import { checkedIn, npm, pack, root, unlessGone } from "./packed-package.ts";
import { testPluginDownloads, testPluginTarballs } from "./plugin-tarballs.ts";
import { runners, testRunners } from "./test-runners.ts";

const names = Object.keys(compiled) as Compiled[];

/** Names of all entries: a mistake in it is a mistake in the types. */
const surface = `import { verify } from "linkerd-topology";
import type { ExecResult, TopologySpec } from "linkerd-topology";
import { CommandError, status, up } from "linkerd-topology/commands";
import { topologyPolicies } from "linkerd-topology/policies";
import { useTopology } from "linkerd-topology/testing";

// @ts-expect-error no Link has such a mode
export const wrong: TopologySpec = { clusters: [{ name: "west" }], links: [{ between: [], mode: "tunnel" }] };
// @ts-expect-error a cluster has a name
export const nameless: TopologySpec = { clusters: [{ network: "lab" }] };
export const proved: typeof verify = verify;
export const commands = { status, up, CommandError };
export const policies: readonly string[] = topologyPolicies.map(({ name }) => name);
export const fixture: typeof useTopology = useTopology;
export type Ended = ExecResult["exitCode"];
`;

/** Two linked clusters, and components alone. */
const program = `import * as pulumi from "@pulumi/pulumi";
import { accessTo, KindCluster, Network, readSources, ServiceExport, Topology } from "linkerd-topology";
import type { LinkMode, TopologySpec } from "linkerd-topology";

const mode: LinkMode = "flat";
const spec: TopologySpec = {
  clusters: [{ name: "west", network: "lab", nodes: { workers: 1 } }, { name: "east", network: "lab" }],
  links: [{ between: ["west", "east"], mode }],
};
const sources = readSources(String(process.env["LINKERD_TOPOLOGY_SOURCES"]));
const mesh = new Topology("mesh", { topology: spec, sources });
const network = new Network("alone", { name: pulumi.output("alone"), labels: { team: pulumi.output("shop") } });
const alone = new KindCluster("alone", {
  kindName: "alone",
  network: network.name,
  generation: "1",
  podSubnet: "10.1.0.0/21",
  serviceSubnet: "10.129.0.0/21",
});
const labels = { "mirror.linkerd.io/exported": "true" };
new ServiceExport("web", { ...accessTo(alone), namespace: "shop", service: "web", labels });
export const kubeconfigs: pulumi.Output<Readonly<Record<string, string>>> = mesh.kubeconfigs;
`;

void describe("the npm package where somebody installs it", { timeout: 3_600_000 }, () => {
  let directory = "";
  let project: ConsumingProject;

  before(async () => {
    directory = await temporaryDirectory("engine-test");
    project = await ConsumingProject.create(directory, "@pulumi/policy", ...runners);
    for (const name of names) {
      await project.writeTypescript(name, { "index.ts": program, "surface.ts": surface });
    }
  });
  after(() => rm(directory, { recursive: true, force: true }));

  it("holds what it must, and nothing else", async () => {
    const { files } = project.packed;
    const declarations = files.filter((file) => /^dist\/.*\.d\.ts$/.test(file));
    const chunks = files.filter((file) => /^dist\/chunks\/[A-Z0-9]+\.js$/.test(file));
    const others = files.filter((file) => ![...declarations, ...chunks].includes(file));
    assert.deepEqual(others, (await expectedFiles()).sort());
    assert.ok(chunks.length > 0);
    const { stdout } = await project.tsc("nodenext", "--listFilesOnly");
    const [, ...read] = stdout.split("/linkerd-topology/dist/");
    const named = read.map((rest) => `dist/${rest.split("\n")[0] ?? ""}`);
    assert.ok(named.length > 50);
    assert.deepEqual(declarations, named.sort());
  });

  it("holds the same where npm runs no scripts, once it is built", async () => {
    const { files } = await pack(project.checkout, directory, "--dry-run", "--ignore-scripts");
    assert.deepEqual(files, project.packed.files);
  });

  it("comes whole from a git address", async () => {
    const repository = path.join(directory, "repository");
    for (const file of await checkedIn()) {
      await cp(path.join(project.checkout, file), path.join(repository, file)).catch(unlessGone);
    }
    const me = ["-c", "user.name=me", "-c", "user.email=me@example.com"];
    for (const args of [
      ["init", "--quiet"],
      ["add", "--all"],
      [...me, "commit", "-qm", "All"],
    ]) {
      await execa("git", args, { cwd: repository });
    }
    const folder = path.join(directory, "from-git");
    await mkdir(folder);
    await writeFile(path.join(folder, "package.json"), "{}");
    await npm(folder, "install", `git+file://${repository}`);
    const text = `import { Topology } from "linkerd-topology";
      import { up } from "linkerd-topology/commands";
      if (typeof Topology !== "function" || typeof up !== "function") process.exit(1);`;
    await execa(process.execPath, ["--input-type=module", "-e", text], { cwd: folder });
    const installed = path.join(folder, "node_modules/linkerd-topology");
    const files = globSync("**", { cwd: installed, exclude: (name) => name === "node_modules" });
    const lost = project.packed.files.filter(
      (file) => !file.startsWith("node_modules/") && !files.includes(file),
    );
    assert.deepEqual(lost, []);
  });

  it("brings no second copy of Pulumi's SDK, and its own SDKs", () => {
    const names = "**/{@pulumi/pulumi,@pulumi/kind,@linkerd-topology/mesh}/package.json";
    assert.deepEqual(globSync(names, { cwd: path.join(project.folder, "node_modules") }).sort(), [
      "@pulumi/pulumi/package.json",
      "linkerd-topology/node_modules/@linkerd-topology/mesh/package.json",
      "linkerd-topology/node_modules/@pulumi/kind/package.json",
    ]);
  });

  for (const name of names) {
    it(`compiles: ${name}`, async () => {
      const { stdout } = await project.tsc(name);
      // Newer releases of that package have declarations that don't compile: they lack what they import.
      const theirs = "../node_modules/@pulumi/policy/";
      const ours = stdout.split("\n").filter((line) => line !== "" && !line.startsWith(theirs));
      assert.deepEqual(ours, []);
    });
  }

  it("has the same classes for ES modules and for CommonJS", async () => {
    const text = `import { createRequire } from "node:module";
      import { Network, Topology } from "linkerd-topology";
      import { CommandError } from "linkerd-topology/commands";
      const require = createRequire(import.meta.url);
      const required = require("linkerd-topology");
      if (required.Topology !== Topology || required.Network !== Network) process.exit(1);
      if (require("linkerd-topology/commands").CommandError !== CommandError) process.exit(1);`;
    await execa(process.execPath, ["--input-type=module", "-e", text], { cwd: project.folder });
  });

  describe("on Pulumi's engine, with doubles of the providers", () => {
    let engine: LanguageProgram;

    before(async () => {
      engine = await project.startEngine();
    });
    after(() => engine.close());

    for (const name of [...languages, ...componentsAlone]) {
      it(name, { skip: name.startsWith("Python") && noPython }, async () => {
        const { folder, run } = await project.consumers(engine)[name]();
        const planned = await run("preview");
        assert.match(planned, /linkerd-topology:index:(Topology|ControlPlane) \S+ create/);
        assert.match(planned, /kind:index:Cluster \S*west\S* create/);
        assert.match(planned, /linkerd-topology:index:LinkReady/);
        assert.deepEqual(await engine.made(), []);
        const printed = await run("up");
        assert.ok((await engine.made()).length > 30);
        const { kubeconfigs } = await engine.outputs();
        assert.deepEqual(Object.keys(kubeconfigs as object).sort(), ["east", "west"]);
        assert.deepEqual(await engine.plaintext(printed), []);
        assert.match(await run("up"), /Resources:\s+\d+ unchanged/);
        await run("destroy");
        assert.deepEqual(await engine.made(), []);
        await engine.mustRun("pulumi", ["stack", "rm", "--yes", stack], folder);
      });
    }
  });

  testRunners(() => project.folder);
  testPluginTarballs(() => project, yamlHostFolder);
  testPluginDownloads(() => project, yamlHostFolder);
});

/** What `npm pack` holds, but for the declarations in dist/. */
async function expectedFiles(): Promise<string[]> {
  const sources = await checkedIn();
  const isIn = (file: string, folders: readonly string[]) =>
    folders.some((folder) => file === folder || file.startsWith(`${folder}/`));
  const asTheyStand = sources
    .filter((file) => isIn(file, readBesides) && !file.endsWith(".ts"))
    .map((file) => `dist/${file}`);
  return [
    ...["package.json", "main.cjs", "README.md", "LICENSE", "CHANGELOG.md", "CONTRIBUTING.md"],
    ...sources.filter((file) => isIn(file, ["docs", "examples", "stacks"])),
    ...sources.filter((file) => isIn(file, ["sdks/python"]) && !file.includes("/.git")),
    ...["@linkerd-topology/mesh", "@pulumi/kind"].flatMap((sdk) =>
      ["index.d.ts", "index.js", "package.json"].map((file) => `node_modules/${sdk}/${file}`),
    ),
    ...modulesOf(root).map((module) => `dist/${module}.js`),
    ...asTheyStand,
    ...entriesOf(root).flatMap((entry) => [`dist/${entry}.cjs`, `dist/${entry}.d.cts`]),
    ...["dist/LICENSES.txt", "dist/Pulumi.yaml", "dist/topology.schema.json"],
    ...["PulumiPolicy.yaml", "pack.cjs", "package.json"].map((name) => `policy-pack/${name}`),
    ...["component-images", "node-files"].map((name) => `dist/toolchain/image/${name}.ts`),
    ...["app.css", "app.js", "icon.svg", "index.html"].map((name) => `dist/ui/web/${name}`),
  ];
}

/** Folders with files that the code reads, or runs. */
const readBesides = [
  "components",
  "environments",
  "observability",
  "plugin",
  "providers",
  "stacks",
  "toolchain",
];
