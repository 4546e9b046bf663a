import assert from "node:assert/strict";
import { once } from "node:events";
import { access, mkdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import path from "node:path";
import { after, before, test } from "node:test";
import { execa } from "execa";
import { stringify } from "yaml";
import { stateDirectory } from "../../../system/state-directory.ts";
import { readArchive } from "../../archive.ts";
import { temporaryDirectory } from "../../temporary.ts";
import type { OutsidePair, OutsideScenario } from "../outside-pair.ts";

const root = path.resolve(import.meta.dirname, "../../..");

export const npmPackage: OutsideScenario = {
  name: "package",
  title: "the npm package, installed elsewhere",
  tests,
};

/**
 * Installs the package as `npm install` of its tarball would, but without a registry: what the tarball
 * holds is unpacked into node_modules, its dependencies are those of the checkout.
 */
function tests(pair: OutsidePair): void {
  let directory = "";
  let bin = "";

  before(async () => {
    directory = await temporaryDirectory("linkerd-topology-e2e-package");
    const source = path.join(directory, "source");
    await mkdir(source);
    // Another layer checks the types.
    await execa(process.execPath, [
      path.join(root, "scripts/build.mjs"),
      path.join(source, "dist"),
      "--no-check",
    ]);
    for (const name of ["package.json", "README.md", "LICENSE", "CHANGELOG.md"]) {
      await writeFile(path.join(source, name), await readFile(path.join(root, name)));
    }
    const { stdout } = await execa(
      "npm",
      ["pack", "--ignore-scripts", "--json", "--pack-destination", directory],
      { cwd: source },
    );
    const [packed] = JSON.parse(stdout) as [{ filename: string }];
    const modules = path.join(directory, "project/node_modules");
    const installed = path.join(modules, "linkerd-topology");
    await mkdir(path.join(modules, ".bin"), { recursive: true });
    await mkdir(installed);
    const tarball = path.join(directory, packed.filename);
    await execa("tar", ["-xzf", tarball, "-C", installed, "--strip-components=1"]);
    await symlink(path.join(root, "node_modules"), path.join(installed, "node_modules"));
    bin = path.join(modules, ".bin", "linkerd-topology");
    await symlink("../linkerd-topology/dist/environments/main.js", bin);
  });
  after(() => rm(directory, { recursive: true, force: true }));

  const run = (...args: string[]) => execa(bin, args, { cwd: path.join(directory, "project") });

  test("has a command that tells what it can do, and its version", async () => {
    const { stdout } = await run("--help");
    assert.match(stdout, /Usage: linkerd-topology/);
    const { version } = JSON.parse(await readFile(path.join(root, "package.json"), "utf8")) as {
      version: string;
    };
    assert.equal((await run("--version")).stdout, version);
  });

  test("plans and draws the ready-made stacks, and a topology of one's own", async () => {
    assert.match((await run("plan", "hierarchical")).stdout, /west → east/);
    assert.match((await run("diagram", "mixed")).stdout, /^flowchart/);
    await writeFile(
      path.join(directory, "project/two.yaml"),
      "clusters: [{ name: north }, { name: south }]\nlinks: [{ from: north, to: south }]\n",
    );
    assert.match((await run("plan", "two.yaml")).stdout, /north → south/);
  });

  test("is a library, on the Node.js that the machine has", async () => {
    const program =
      'import { Topology, withTopology, verify, plan } from "linkerd-topology";' +
      'const { ok } = plan({ clusters: [{ name: "west" }] }, { name: "lab" });' +
      "console.log([typeof Topology, typeof withTopology, typeof verify, ok].join(' '));";
    const file = path.join(directory, "project/use.mjs");
    await writeFile(file, program);
    const { stdout } = await execa("node", [file]);
    assert.equal(stdout, "function function function true");
  });

  test("brings what its code reads besides modules", async () => {
    const dist = path.join(directory, "project/node_modules/linkerd-topology/dist");
    for (const file of [
      "Pulumi.yaml",
      "components/pod-routes.sh",
      "providers/kind/pulumi-resource-kind",
      "stacks/Pulumi.hierarchical.yaml",
      "toolchain/docker-runtime.sh",
      "toolchain/go/kind/go.mod",
      "toolchain/image/node/build/kube-proxy.sh",
    ]) {
      await readFile(path.join(dist, file));
    }
    assert.match(await readFile(path.join(dist, "Pulumi.yaml"), "utf8"), /^main: index\.js$/m);
  });

  test(
    "run refuses to use what isn't as planned, tells why in a bundle, and takes it away",
    { timeout: 600_000 },
    async () => {
      const project = path.join(directory, "project");
      const env = { XDG_STATE_HOME: path.join(directory, "state") };
      // Up and its proof don't notice a validator that is asked about no namespace.
      const unasked = { namespaceSelector: { matchLabels: { asked: "never" } } };
      const topology = {
        name: `e2e-package-${process.pid}`,
        clusters: [pair.spec(pair.north)],
        linkerd: { values: { controlPlane: { profileValidator: unasked } } },
      };
      await writeFile(path.join(project, "one.yaml"), stringify(topology));
      const { exitCode, stderr } = await execa(
        bin,
        [
          ...["run", "--topology", "one.yaml", "--verify", "--allow-no-data-plane"],
          ...["--junit", "junit.xml", "--bundle", "bundle.tar.gz", "--", "touch", "used"],
        ],
        { cwd: project, env, reject: false },
      );
      assert.equal(exitCode, 4, stderr);
      assert.match(
        stderr,
        /linkerd-sp-validator\.linkerd\.io let an invalid ServiceProfile through/,
      );
      await assert.rejects(access(path.join(project, "used")));
      assert.match(await readFile(path.join(project, "junit.xml"), "utf8"), /<failure /);
      const bundled = [...(await readArchive(path.join(project, "bundle.tar.gz"))).keys()];
      assert.ok(bundled.includes("clusters/north/events.txt"), bundled.join(", "));
      assert.match(stderr, /nothing is left/);
      await pair.assertAsBefore();
      await assert.rejects(access(stateDirectory(env)));
    },
  );

  test("has provider plugins that can be started", async () => {
    const providers = path.join(directory, "project/node_modules/linkerd-topology/dist/providers");
    for (const plugin of ["kind/pulumi-resource-kind", "mesh/pulumi-resource-linkerd-topology"]) {
      const server = execa(path.join(providers, plugin), []);
      // A plugin first prints the port that it listens on.
      const [port] = (await once(server.stdout, "data")) as [Buffer];
      server.kill();
      assert.match(String(port), /^\d+\n$/);
      await server.catch(() => undefined);
    }
  });
}
