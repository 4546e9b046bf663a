// The plugins as a release has them: tarballs of the package with its dependencies, which Pulumi installs.
import assert from "node:assert/strict";
import { cp, mkdir, readdir, readFile, rm } from "node:fs/promises";
import path from "node:path";
import { after, before, describe, it } from "node:test";
import { execa } from "execa";
import { parse } from "yaml";
import { ownPlugins } from "../../environments/install-plugins.ts";
import { temporaryDirectory } from "../temporary.ts";
import type { ConsumingProject } from "./consumers.ts";
import { LanguageProgram } from "./languages/language-program.ts";
import { root } from "./packed-package.ts";

/**
 * @param project gives one that the package is installed in
 * @param host gives the folder of the language host for YAML
 */
export function testPluginTarballs(
  project: () => ConsumingProject,
  host: () => Promise<string>,
): void {
  describe("the plugins of a release, in a home of Pulumi's that has no others", () => {
    let directory = "";
    let home = "";
    let release = "";
    let program: LanguageProgram;

    before(async () => {
      directory = await temporaryDirectory("engine-test");
      home = path.join(directory, "home");
      release = path.join(directory, "release");
      await mkdir(home);
      const script = path.join(root, "scripts/plugin-tarballs.mjs");
      await execa(process.execPath, [script, project().packed.tarball, release]);
      program = await LanguageProgram.start({
        hosts: [await host()],
        env: { PULUMI_HOME: home },
        // A preview makes no cluster, but asks these of what is in one.
        doubles: ["kubernetes", "tls"],
      });
    });
    after(async () => {
      await program.close();
      await rm(directory, { recursive: true, force: true });
    });

    const pulumi = (folder: string, ...args: string[]) =>
      program.mustRun("pulumi", [...args, "--non-interactive"], folder);
    const yamlProject = async (name: string): Promise<string> => {
      const folder = path.join(program.directory, name);
      await mkdir(folder);
      await cp(path.join(root, "examples/yaml/Pulumi.yaml"), path.join(folder, "Pulumi.yaml"));
      return folder;
    };
    it("are asked for while they are not installed", async () => {
      const folder = await yamlProject("without");
      await pulumi(folder, "stack", "init", "without");
      const { exitCode, all } = await program.run(
        "pulumi",
        ["preview", "--non-interactive"],
        folder,
      );
      assert.notEqual(exitCode, 0);
      assert.match(all, /linkerd-topology/);
    });

    it("are found by every project once Pulumi has installed them", async () => {
      for (const { name, version } of ownPlugins) {
        const file = ["--file", await tarballOf(name)];
        await pulumi(directory, "plugin", "install", "resource", name, version, ...file);
      }
      const plugins = await readdir(path.join(home, "plugins"));
      for (const { name, version } of ownPlugins) {
        assert.ok(plugins.includes(`resource-${name}-v${version}`), plugins.join(", "));
      }
      const folder = await yamlProject("installed");
      await pulumi(folder, "stack", "init", "installed");
      // All that a preview needs.
      const printed = await pulumi(folder, "preview");
      assert.match(printed, /linkerd-topology:index:Topology lab create/);
      assert.match(printed, /kind:index:Cluster \S*west\S* create/);
      assert.match(printed, /linkerd-topology:index:LinkReady/);
    });

    const version = ownPlugins.find(({ name }) => name === "linkerd-topology")?.version ?? "";
    for (const [what, source] of [
      ["its name", () => "linkerd-topology"],
      [
        "its path",
        () =>
          path.join(project().installed, "dist/providers/mesh/pulumi-resource-linkerd-topology"),
      ],
    ] as const) {
      it(`are added to a project in YAML: linkerd-topology, by ${what}`, async () => {
        const name = `added-by-${what.replace(" ", "-")}`;
        const folder = await yamlProject(name);
        const before = await readYaml(folder, "Pulumi.yaml");
        await pulumi(folder, "package", "add", source());
        assert.deepEqual(await readYaml(folder, "Pulumi.yaml"), {
          ...before,
          packages: { "linkerd-topology": `linkerd-topology@${version}` },
        });
        const lock = await readYaml(
          folder,
          `sdks/linkerd-topology/linkerd-topology-${version}.yaml`,
        );
        assert.equal(lock["version"], version);
        await pulumi(folder, "stack", "init", name);
        assert.match(await pulumi(folder, "preview"), /linkerd-topology:index:Topology lab create/);
      });
    }

    async function readYaml(folder: string, file: string): Promise<Record<string, unknown>> {
      return parse(await readFile(path.join(folder, file), "utf8")) as Record<string, unknown>;
    }

    async function tarballOf(name: string): Promise<string> {
      const platform = `${process.platform}-${process.arch === "x64" ? "amd64" : process.arch}`;
      const found = (await readdir(release)).find(
        (file) =>
          file.startsWith(`pulumi-resource-${name}-v`) && file.endsWith(`-${platform}.tar.gz`),
      );
      assert.ok(found, `no tarball of ${name} for ${platform}`);
      return path.join(release, found);
    }
  });
}
