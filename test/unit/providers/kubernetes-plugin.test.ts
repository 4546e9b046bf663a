import assert from "node:assert/strict";
import { once } from "node:events";
import { chmod, mkdir, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import path from "node:path";
import { after, before, describe, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { execa } from "execa";
import { parse } from "yaml";
import { temporaryDirectory } from "../../temporary.ts";

const root = path.resolve(import.meta.dirname, "../../..");
const plugin = path.join(root, "providers/kubernetes/pulumi-resource-kubernetes");

/** Waits until nothing is in a directory but this. */
async function emptied(directory: string, rest: readonly string[]): Promise<void> {
  const deadline = performance.now() + 30_000;
  while ((await readdir(directory)).length > rest.length && performance.now() < deadline) {
    await sleep(50);
  }
  assert.deepEqual(await readdir(directory), rest);
}

describe("the Kubernetes provider, as the project starts it", () => {
  let directory: string;
  let version: string;
  let env: Record<string, string>;

  /** A provider that leaves a kubeconfig where temporary files are, as the real one does. */
  before(async () => {
    directory = await temporaryDirectory("linkerd-topology-e2e");
    const sdk = path.join(root, "node_modules/@pulumi/kubernetes/package.json");
    version = (JSON.parse(await readFile(sdk, "utf8")) as { version: string }).version;
    const home = path.join(directory, "pulumi");
    const place = path.join(home, "plugins", `resource-kubernetes-v${version}`);
    await mkdir(place, { recursive: true });
    const provider = path.join(place, "pulumi-resource-kubernetes");
    await writeFile(
      provider,
      `#!/bin/sh
umask 077
echo secret > "$TMPDIR/kubeconfig$$"
echo "$TMPDIR"
echo "$@"
exec sleep 60
`,
    );
    await chmod(provider, 0o755);
    await mkdir(path.join(directory, "tmp"));
    env = {
      PATH: process.env["PATH"] ?? "",
      HOME: directory,
      PULUMI_HOME: home,
      TMPDIR: path.join(directory, "tmp"),
    };
  });
  after(() => rm(directory, { recursive: true, force: true }));

  test("leaves no kubeconfig behind, however it ends", async () => {
    const provider = execa(plugin, ["127.0.0.1:1"], {
      env,
      extendEnv: false,
      detached: true,
      reject: false,
    });
    const own = path.join(directory, ".cache/linkerd-topology/kubernetes-provider");
    // It has written the file by then.
    await once(provider.stdout, "data");
    await emptied(own, []);
    assert.equal((await stat(own)).mode & 0o777, 0o700);
    assert.deepEqual(await readdir(path.join(directory, "tmp")), []);
    // As the engine ends it: with its whole group of processes, at once.
    process.kill(-(provider.pid ?? 0), "SIGKILL");
    const { stdout } = await provider;
    assert.equal(stdout, `${own}\n127.0.0.1:1`);
    assert.deepEqual(await readdir(own), []);
  });

  test("leaves none either where it is killed before that was looked for, nor what an earlier one left", async () => {
    const own = path.join(directory, ".cache/linkerd-topology/kubernetes-provider");
    await mkdir(own, { recursive: true });
    await writeFile(path.join(own, "kubeconfig123"), "secret");
    await writeFile(path.join(own, "something-else"), "");
    const provider = execa(plugin, [], { env, extendEnv: false, detached: true, reject: false });
    await once(provider.stdout, "data");
    process.kill(-(provider.pid ?? 0), "SIGKILL");
    await provider;
    await emptied(own, ["something-else"]);
  });

  test("stands in for the version that the project uses, and for no other one", async () => {
    const project = parse(await readFile(path.join(root, "Pulumi.yaml"), "utf8")) as {
      plugins: { providers: { name: string; version?: string }[] };
    };
    const entry = project.plugins.providers.find(({ name }) => name === "kubernetes");
    assert.equal(entry?.version, version);
    assert.ok(
      (await readFile(path.join(root, "README.md"), "utf8")).includes(`version: ${version}`),
    );
  });
});
