import assert from "node:assert/strict";
import { mkdir, mkdtemp, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { readFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { after, before, describe, it } from "node:test";
import { execa } from "execa";
import { releaseNotes, releaseProblems } from "../../../scripts/release.mjs";

const root = path.resolve(import.meta.dirname, "../../..");
const read = (file: string) => readFileSync(path.join(root, file), "utf8");

describe("a release", () => {
  it("has one version, in every package", () => {
    const { version } = JSON.parse(read("package.json")) as { version: string };
    const others = releaseProblems(version, read).filter((one) => !one.includes("OWNER"));
    assert.deepEqual(others, []);
    assert.equal(releaseProblems("99.0.0", read).filter((one) => one.includes("99.0.0")).length, 4);
  });

  it("is refused while nobody owns the repository", () => {
    const owned = (file: string) => read(file).replaceAll("/OWNER/", "/somebody/");
    const without = (file: string) => owned(file).replaceAll("/somebody/", "/OWNER/");
    assert.deepEqual(
      releaseProblems("0.1.0", owned).filter((one) => one.includes("OWNER")),
      [],
    );
    assert.match(releaseProblems("0.1.0", without).join("\n"), /repository\.url .*replace OWNER/);
  });

  // The newest that npm has is what consumers.nightly.test.ts compiles and runs with.
  it("takes Pulumi's packages from the versions on that the tests of a checkout run with", () => {
    const { dependencies } = JSON.parse(read("package.json")) as {
      readonly dependencies: Readonly<Record<string, string>>;
    };
    const { packages } = JSON.parse(read("package-lock.json")) as {
      readonly packages: Readonly<Record<string, { readonly version?: string }>>;
    };
    for (const name of ["@pulumi/pulumi", "@pulumi/kubernetes", "@pulumi/tls"]) {
      assert.equal(dependencies[name], `^${packages[`node_modules/${name}`]?.version ?? ""}`, name);
    }
  });

  it("has the changelog's part about it as its notes", () => {
    const changelog =
      "# Changelog\n\n## Unreleased\n\nlater\n\n## 0.2.0 - 2026-12-01\n\n### Added\n\n- a\n\n## 0.1.0\n\nfirst\n";
    assert.equal(releaseNotes(changelog, "0.2.0"), "### Added\n\n- a");
    assert.equal(releaseNotes(changelog, "0.1.0"), "first");
    assert.throws(() => releaseNotes(changelog, "0.3.0"), /no part "## 0\.3\.0"/);
    assert.throws(() => releaseNotes("## 0.3.0\n\n## 0.2.0\n\nx\n", "0.3.0"), /no part/);
  });
});

describe("the tarballs of the plugins", { timeout: 300_000 }, () => {
  let directory = "";
  before(async () => {
    directory = await mkdtemp(path.join(os.tmpdir(), "linkerd-topology-test-"));
    // A package that only says how it was started.
    const project = path.join(directory, "project");
    for (const [provider, name] of [
      ["mesh", "linkerd-topology"],
      ["kind", "kind"],
    ] as const) {
      const folder = path.join(project, "dist/providers", provider);
      await mkdir(folder, { recursive: true });
      const text = `#!/bin/sh\necho "${provider} $@"\n`;
      await writeFile(path.join(folder, `pulumi-resource-${name}`), text, { mode: 0o755 });
    }
    const about = { name: "linkerd-topology", version: "0.1.0", files: ["dist"] };
    await writeFile(path.join(project, "package.json"), JSON.stringify(about));
    await execa("npm", ["pack", "--offline"], { cwd: project });
    const packed = path.join(project, "linkerd-topology-0.1.0.tgz");
    const script = path.join(root, "scripts/plugin-tarballs.mjs");
    await execa(process.execPath, [script, packed, path.join(directory, "out")], {
      env: { npm_config_offline: "true" },
    });
  });
  after(() => rm(directory, { recursive: true, force: true }));

  it("have the names that Pulumi looks for, for every platform", async () => {
    const { version } = JSON.parse(
      await readFile(path.join(root, "sdks/kind/package.json"), "utf8"),
    ) as { version: string };
    const files = await readdir(path.join(directory, "out"));
    assert.equal(files.length, 8);
    assert.ok(files.includes(`pulumi-resource-kind-v${version}-darwin-arm64.tar.gz`));
    assert.ok(files.some((file) => /^pulumi-resource-linkerd-topology-v.*-linux-amd64/.test(file)));
  });

  for (const [name, says] of [
    ["linkerd-topology", "mesh 127.0.0.1:1234"],
    ["kind", "kind 127.0.0.1:1234"],
  ] as const) {
    it(`start the provider, wherever they are unpacked: ${name}`, async () => {
      const out = path.join(directory, "out");
      const file = (await readdir(out)).find((one) => one.startsWith(`pulumi-resource-${name}-v`));
      const unpacked = path.join(directory, `unpacked of ${name}`);
      await mkdir(unpacked);
      await execa("tar", ["-xzf", path.join(out, file ?? ""), "-C", unpacked]);
      const executable = path.join(unpacked, `pulumi-resource-${name}`);
      const { stdout } = await execa(executable, ["127.0.0.1:1234"], { cwd: "/" });
      assert.equal(stdout, says);
    });
  }
});
