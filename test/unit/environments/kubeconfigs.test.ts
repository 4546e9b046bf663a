import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { after, before, describe, test } from "node:test";
import { parse, stringify } from "yaml";
import {
  mergeKubeconfig,
  meshKubeconfig,
  shellLines,
  usualKubeconfig,
} from "../../../environments/kubeconfigs.ts";
import { readContexts } from "../../../kubernetes/connect.ts";
import type { Mesh } from "../../../verification/observe.ts";
import { twoClusters } from "../verification/planned.ts";

const config = (name: string, server: string) =>
  stringify({
    "current-context": name,
    clusters: [{ name, cluster: { server } }],
    users: [{ name, user: { token: `of-${name}` } }],
    contexts: [{ name, context: { cluster: name, user: name } }],
  });

describe("kubeconfigs of a mesh", () => {
  let directory = "";
  let mesh: Mesh;
  const file = (name: string): string => path.join(directory, name);
  before(async () => {
    directory = await mkdtemp(path.join(os.tmpdir(), "linkerd-topology-test-"));
    await writeFile(file("w"), config("kind-two-west", "https://w:6443"));
    await writeFile(file("e"), config("kind-two-east", "https://e:6443"));
    mesh = {
      plan: twoClusters,
      clusters: [
        { name: "west", kubeconfigPath: file("w") },
        { name: "us-east", kubeconfigPath: file("e") },
      ],
    };
  });
  after(() => rm(directory, { recursive: true, force: true }));

  const merged = async (there: string | undefined) => {
    const target = file("merged");
    if (there === undefined) await rm(target, { force: true });
    else await writeFile(target, there, { mode: 0o644 });
    await mergeKubeconfig(
      meshKubeconfig(mesh, (name) => `two-${name}`),
      target,
    );
    assert.equal((await stat(target)).mode & 0o777, 0o600);
    return readFile(target, "utf8");
  };

  test("are one, with a context for each cluster", async () => {
    const text = meshKubeconfig(mesh, (name) => name);
    assert.deepEqual(await readContexts({ kubeconfig: text }), {
      current: "west",
      incomplete: [],
      names: ["west", "us-east"],
    });
    const { clusters } = parse(text) as { clusters: { cluster: { server: string } }[] };
    assert.deepEqual(
      clusters.map(({ cluster }) => cluster.server),
      ["https://w:6443", "https://e:6443"],
    );
  });

  test("are merged into a file that isn't there", async () => {
    assert.deepEqual(await readContexts({ kubeconfig: await merged(undefined) }), {
      current: "two-west",
      incomplete: [],
      names: ["two-west", "two-us-east"],
    });
  });

  test("are merged into a file beside what is there, which stays", async () => {
    const mine = `# of mine\n${config("mine", "https://mine:6443")}`;
    const once = await merged(mine);
    assert.match(once, /^# of mine\n/);
    assert.deepEqual(await readContexts({ kubeconfig: once }), {
      current: "mine",
      incomplete: [],
      names: ["mine", "two-west", "two-us-east"],
    });
    assert.equal(await merged(once), once);
  });

  test("are not merged into what is no kubeconfig", async () => {
    await assert.rejects(
      merged("- a list\n"),
      /can't be read as a kubeconfig: nothing was changed/,
    );
    assert.equal(await readFile(file("merged"), "utf8"), "- a list\n");
  });

  test("are variables of a shell", () => {
    assert.equal(
      shellLines(mesh),
      [
        `export KUBECONFIG='${file("w")}:${file("e")}'`,
        `export KUBECONFIG_WEST='${file("w")}'`,
        `export KUBECONFIG_US_EAST='${file("e")}'`,
      ].join("\n"),
    );
  });

  test("go into the file that kubectl writes to", () => {
    assert.equal(usualKubeconfig({ KUBECONFIG: "/a:/b" }, "/home/me"), "/a");
    assert.equal(usualKubeconfig({}, "/home/me"), "/home/me/.kube/config");
  });
});
