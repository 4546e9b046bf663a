// The plugins as a release has them: tarballs of the package with its dependencies, which Pulumi installs.
import assert from "node:assert/strict";
import { once } from "node:events";
import { cp, mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import http from "node:http";
import type { AddressInfo } from "node:net";
import path from "node:path";
import { after, before, describe, it } from "node:test";
import { execa } from "execa";
import { parse, stringify } from "yaml";
import { ownPlugins } from "../../environments/install-plugins.ts";
import { temporaryDirectory } from "../temporary.ts";
import type { ConsumingProject } from "./consumers.ts";
import { LanguageProgram } from "./languages/language-program.ts";
import { repository, releasesOf } from "../../providers/repository.ts";
import { npm, pack, root } from "./packed-package.ts";

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
      await writeTarballs(project().packed.tarball, release);
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

/**
 * The same where nothing is installed and no line says where it is. Nobody has the repository, so somebody is given it
 * here, and a server of the test's stands in for the page of the release.
 */
export function testPluginDownloads(
  project: () => ConsumingProject,
  host: () => Promise<string>,
): void {
  describe("the plugins of a release, where nobody has installed them", () => {
    const owned = repository.replace(/^[^/]+/, "somebody");
    const releases = releasesOf(owned) ?? assert.fail();
    const asked: string[] = [];
    let directory = "";
    let tarball = "";
    let server: http.Server;

    before(async () => {
      directory = await temporaryDirectory("engine-test");
      const { checkout } = project();
      const file = path.join(checkout, "providers/repository.ts");
      await writeFile(
        file,
        (await readFile(file, "utf8")).replace(`"${repository}"`, `"${owned}"`),
      );
      await execa(process.execPath, ["scripts/sdks.ts"], { cwd: checkout });
      ({ tarball } = await pack(checkout, directory));
      const release = path.join(directory, "release");
      await writeTarballs(tarball, release);
      server = http.createServer(({ url = "" }, response) => {
        asked.push(path.basename(url));
        readFile(path.join(release, path.basename(url))).then(
          // Pulumi refuses a download whose length it isn't told.
          (found) => response.writeHead(200, { "content-length": found.length }).end(found),
          () => response.writeHead(404).end(),
        );
      });
      await once(server.listen(0, "127.0.0.1"), "listening");
    });
    after(async () => {
      server.close();
      await rm(directory, { recursive: true, force: true });
    });

    async function preview(name: string, files: Readonly<Record<string, string>>): Promise<void> {
      const home = path.join(directory, `home-${name}`);
      await mkdir(home);
      const { port } = server.address() as AddressInfo;
      const program = await LanguageProgram.start({
        hosts: [await host()],
        env: {
          PULUMI_HOME: home,
          PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "false",
          PULUMI_PLUGIN_DOWNLOAD_URL_OVERRIDES: `^${releases}=http://127.0.0.1:${port}`,
        },
        doubles: ["kubernetes", "tls"],
      });
      try {
        const folder = path.join(directory, name);
        await mkdir(folder);
        for (const [file, text] of Object.entries(files)) {
          await writeFile(path.join(folder, file), text);
        }
        if ("package.json" in files) await npm(folder, "install", tarball, "@pulumi/pulumi");
        asked.length = 0;
        await program.mustRun("pulumi", ["stack", "init", name, "--non-interactive"], folder);
        const printed = await program.mustRun("pulumi", ["preview", "--non-interactive"], folder);
        assert.match(printed, /kind:index:Cluster \S*west\S* create/);
        assert.match(printed, /linkerd-topology:index:LinkReady/);
        for (const { name: plugin, version } of ownPlugins) {
          const found = asked.filter((file) =>
            file.startsWith(`pulumi-resource-${plugin}-v${version}-`),
          );
          assert.equal(found.length, 1, asked.join(", "));
        }
      } finally {
        await program.close();
      }
    }

    it("are found by what the npm package says of itself", async () => {
      const text = `const { Topology } = require("linkerd-topology");
        const clusters = [{ name: "west" }, { name: "east" }];
        new Topology("lab", { topology: { clusters, links: [{ between: ["west", "east"] }] } });`;
      await preview("javascript", {
        "package.json": '{ "main": "index.js" }',
        "index.js": text,
        "Pulumi.yaml": "name: two-clusters\nruntime: nodejs\n",
      });
    });

    it("are found by the line in a program in YAML, the one of kind clusters by what it begins", async () => {
      const program = parse(
        await readFile(path.join(root, "examples/yaml/Pulumi.yaml"), "utf8"),
      ) as {
        readonly resources: { readonly lab: { options?: object } };
      };
      program.resources.lab.options = { version, pluginDownloadURL: releases };
      await preview("yaml", { "Pulumi.yaml": stringify(program) });
    });
  });
}

const version = ownPlugins.find(({ name }) => name === "linkerd-topology")?.version ?? "";

async function writeTarballs(packed: string, folder: string): Promise<void> {
  const script = path.join(root, "scripts/plugin-tarballs.mjs");
  await execa(process.execPath, [script, packed, folder]);
}
