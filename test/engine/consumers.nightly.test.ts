// The package as its users have it: installed from its tarball in an empty folder, in every language.
import assert from "node:assert/strict";
import { globSync } from "node:fs";
import { cp, mkdir, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { after, before, describe, it } from "node:test";
import { execa } from "execa";
import { modulesOf } from "../../scripts/bundle-modules.mjs";
import { entriesOf } from "../../scripts/entries.mjs";
import { cacheDirectory } from "../../system/cache-directory.ts";
import { ensureArtifact } from "../../toolchain/artifact.ts";
import { ensureGo } from "../../toolchain/go.ts";
import { yamlHost } from "../../toolchain/tools/pulumi-languages.ts";
import { temporaryDirectory } from "../temporary.ts";
import { LanguageProgram } from "./languages/language-program.ts";
import { installSdk, noPython, pythonWithPulumi } from "./languages/python.ts";
import {
  asInCheckout,
  checkedIn,
  copyOfCheckout,
  npm,
  pack,
  root,
  type Packed,
} from "./packed-package.ts";
import { testPluginTarballs } from "./plugin-tarballs.ts";
import { runners, testRunners } from "./test-runners.ts";

const esm = { strict: true, target: "es2023", outDir: "bin" };

/** What programs are compiled with: no `skipLibCheck`, so that the declarations of the package are checked. */
const compiled = {
  node16: { type: "module", options: { ...esm, module: "node16" } },
  nodenext: { type: "module", options: { ...esm, module: "nodenext" } },
  bundler: { type: "module", options: { ...esm, module: "esnext", moduleResolution: "bundler" } },
  "CommonJS, node16": { type: "commonjs", options: { ...esm, module: "node16" } },
  "Pulumi's template": {
    type: "commonjs",
    options: {
      strict: true,
      outDir: "bin",
      target: "es2020",
      module: "commonjs",
      moduleResolution: "node",
      sourceMap: true,
      experimentalDecorators: true,
      pretty: true,
      noFallthroughCasesInSwitch: true,
      noImplicitReturns: true,
      forceConsistentCasingInFileNames: true,
    },
  },
} as const;

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

const plugins = `plugins:
  providers:
    - { name: kind, path: ../node_modules/linkerd-topology/dist/providers/kind }
    - { name: linkerd-topology, path: ../node_modules/linkerd-topology/dist/providers/mesh }
    - { name: kubernetes, path: ../node_modules/linkerd-topology/dist/providers/kubernetes, version: 4.25.0 }
`;

/** What runs a program in one language: the command, and a way to say what it is to do. */
interface Consumer {
  readonly folder: string;
  readonly run: (what: "preview" | "up" | "destroy") => Promise<string>;
}

void describe("the npm package where somebody installs it", { timeout: 3_600_000 }, () => {
  let directory = "";
  let project = "";
  let installed = "";
  let packed: Packed;
  let checkout = "";

  before(async () => {
    directory = await temporaryDirectory("engine-test");
    project = path.join(directory, "project");
    installed = path.join(project, "node_modules/linkerd-topology");
    await mkdir(project);
    checkout = await copyOfCheckout(directory);
    packed = await pack(checkout, directory);
    await writeFile(path.join(project, "package.json"), "{}");
    const tools = await asInCheckout("typescript", "typescript-7", "@types/node");
    await npm(
      project,
      "install",
      packed.tarball,
      "@pulumi/pulumi",
      "@pulumi/policy",
      ...tools,
      ...runners,
    );
    for (const [name, { type, options }] of Object.entries(compiled)) {
      const files = {
        "package.json": JSON.stringify({
          type,
          main: type === "module" ? "bin/index.js" : "index.ts",
        }),
        "tsconfig.json": JSON.stringify({
          compilerOptions: options,
          files: ["index.ts", "surface.ts"],
        }),
        "index.ts": program,
        "surface.ts": surface,
        "Pulumi.yaml": `name: two-clusters\nruntime: nodejs\n${plugins}`,
      };
      await mkdir(folderOf(name));
      for (const [file, text] of Object.entries(files)) {
        await writeFile(path.join(folderOf(name), file), text);
      }
    }
  });
  after(() => rm(directory, { recursive: true, force: true }));

  const folderOf = (name: string) => path.join(project, name.replaceAll(/\W/g, "-"));
  const tsc = (name: string, ...args: string[]) => {
    // TypeScript 7 doesn't know the template's way to find modules.
    const compiler = name === "Pulumi's template" ? "typescript" : "typescript-7";
    const file = path.join(project, "node_modules", compiler, "bin/tsc");
    const all = [file, "--pretty", "false", ...args];
    return execa(process.execPath, all, { cwd: folderOf(name), reject: false });
  };

  it("holds what it must, and nothing else", async () => {
    const declarations = packed.files.filter((file) => /^dist\/.*\.d\.ts$/.test(file));
    const chunks = packed.files.filter((file) => /^dist\/chunks\/[A-Z0-9]+\.js$/.test(file));
    const others = packed.files.filter((file) => ![...declarations, ...chunks].includes(file));
    assert.deepEqual(others, (await expectedFiles()).sort());
    assert.ok(chunks.length > 0);
    const { stdout } = await tsc("nodenext", "--listFilesOnly");
    const [, ...read] = stdout.split("/linkerd-topology/dist/");
    const named = read.map((rest) => `dist/${rest.split("\n")[0] ?? ""}`);
    assert.ok(named.length > 50);
    assert.deepEqual(declarations, named.sort());
  });

  it("holds the same where npm runs no scripts, once it is built", async () => {
    const { files } = await pack(checkout, directory, "--dry-run", "--ignore-scripts");
    assert.deepEqual(files, packed.files);
  });

  it("brings no second copy of Pulumi's SDK, and its own SDKs", () => {
    const names = "**/{@pulumi/pulumi,@pulumi/kind,@linkerd-topology/mesh}/package.json";
    assert.deepEqual(globSync(names, { cwd: path.join(project, "node_modules") }).sort(), [
      "@pulumi/pulumi/package.json",
      "linkerd-topology/node_modules/@linkerd-topology/mesh/package.json",
      "linkerd-topology/node_modules/@pulumi/kind/package.json",
    ]);
  });

  for (const name of Object.keys(compiled)) {
    it(`compiles: ${name}`, async () => {
      const { stdout } = await tsc(name);
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
    await execa(process.execPath, ["--input-type=module", "-e", text], { cwd: project });
  });

  describe("on Pulumi's engine, with doubles of the providers", () => {
    let engine: LanguageProgram;
    let python: string;

    before(async () => {
      python = noPython === false ? await pythonWithPulumi() : "";
      const sdk = path.join(installed, "sdks/python");
      const PYTHONPATH = python === "" ? "" : await installSdk(python, directory, sdk);
      const dist = path.join(installed, "dist");
      engine = await LanguageProgram.start({
        hosts: [await yamlHostFolder()],
        env: { PYTHONPATH },
        dist,
      });
    });
    after(() => engine.close());

    const byCli = async (folder: string): Promise<Consumer> => {
      const pulumi = (...args: string[]) =>
        engine.mustRun("pulumi", [...args, "--non-interactive"], folder);
      await pulumi("stack", "init", "lab");
      return {
        folder,
        run: (what) => pulumi(what, ...(what === "preview" ? [] : ["--yes"])),
      };
    };
    const emptyFolder = async (name: string): Promise<string> => {
      const folder = path.join(directory, name);
      await mkdir(folder);
      return folder;
    };
    const consumers: Record<string, () => Promise<Consumer>> = {
      // Compiled above.
      "TypeScript, ES modules": () => byCli(folderOf("nodenext")),
      // Pulumi itself compiles index.ts, and checks its types.
      "TypeScript, Pulumi's template": () => byCli(folderOf("Pulumi's template")),
      YAML: async () => {
        const folder = await emptyFolder("yaml");
        await cp(
          path.join(installed, "examples/yaml/Pulumi.yaml"),
          path.join(folder, "Pulumi.yaml"),
        );
        return byCli(folder);
      },
      Python: async () => {
        const folder = await emptyFolder("python");
        const example = path.join(installed, "examples/python/two_clusters.py");
        return { folder, run: (what) => engine.mustRun(python, [example, what], folder) };
      },
      Go: async () => {
        // The module is what git has of it, beside the example as in the repository.
        const folder = await emptyFolder("go");
        for (const file of await checkedIn()) {
          if (!/^(examples|sdks)\/go\//.test(file)) continue;
          await cp(path.join(root, file), path.join(folder, file));
        }
        const go = await ensureGo(cacheDirectory(), process.env, () => undefined);
        const executable = path.join(folder, "two-clusters");
        await execa(go.command, ["build", "-mod=readonly", "-o", executable, "."], {
          cwd: path.join(folder, "examples/go"),
          env: { ...go.env, CGO_ENABLED: "0" },
        });
        return { folder, run: (what) => engine.mustRun(executable, [what], folder) };
      },
    };

    for (const [name, prepare] of Object.entries(consumers)) {
      it(name, { skip: name === "Python" && noPython }, async () => {
        const { folder, run } = await prepare();
        const planned = await run("preview");
        assert.match(planned, /linkerd-topology:index:Topology \S+ create/);
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

  testRunners(() => project);
  testPluginTarballs(() => packed.tarball, yamlHostFolder);
});

const stack = "organization/two-clusters/lab";

async function yamlHostFolder(): Promise<string> {
  const how = { cache: cacheDirectory(), env: process.env, onProgress: () => undefined };
  return (await ensureArtifact(yamlHost, how)).folder;
}

/** What `npm pack` holds, but for the declarations in dist/. */
async function expectedFiles(): Promise<string[]> {
  const sources = await checkedIn();
  const isIn = (file: string, folders: readonly string[]) =>
    folders.some((folder) => file === folder || file.startsWith(`${folder}/`));
  const asTheyStand = sources
    .filter((file) => isIn(file, readBesides) && !file.endsWith(".ts"))
    .map((file) => `dist/${file}`);
  return [
    ...["package.json", "README.md", "LICENSE", "CHANGELOG.md", "CONTRIBUTING.md"],
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
