import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { describe, test } from "node:test";
import { parse, stringify } from "yaml";
import {
  kubeconfigOf,
  kubeconfigVariable,
  readEntry,
  writeKubeconfigs,
} from "../../../../environments/runs/kubeconfig.ts";
import { planOrThrow } from "../../../../planning/plan.ts";

/** As an existing cluster's may be: several contexts, files beside it. */
const several = stringify({
  "current-context": "admin@one",
  clusters: [
    { name: "one", cluster: { server: "https://one:6443", "certificate-authority": "pki/ca.crt" } },
    { name: "two", cluster: { server: "https://two:6443" } },
  ],
  users: [
    { name: "admin", user: { "client-certificate": "/etc/admin.crt", "client-key": "admin.key" } },
    { name: "viewer", user: { token: "s3cret" } },
  ],
  contexts: [
    { name: "admin@one", context: { cluster: "one", user: "admin" } },
    { name: "viewer@two", context: { cluster: "two", user: "viewer", namespace: "shop" } },
  ],
});

describe("the kubeconfigs of a run", () => {
  test("take one context, under the cluster's name; paths in it are absolute", () => {
    assert.deepEqual(readEntry("west", several, { file: "/home/me/kube/config" }), {
      name: "west",
      cluster: {
        server: "https://one:6443",
        "certificate-authority": "/home/me/kube/pki/ca.crt",
      },
      user: { "client-certificate": "/etc/admin.crt", "client-key": "/home/me/kube/admin.key" },
      namespace: undefined,
    });
    const other = readEntry("east", several, { file: "/c", context: "viewer@two" });
    assert.deepEqual(other.user, { token: "s3cret" });
    assert.equal(other.namespace, "shop");
  });

  test("say what a file lacks, and nothing of what it holds", () => {
    const read = (text: string, context?: string) => () =>
      readEntry("west", text, { file: "/c", context });
    assert.throws(read(several, "nobody"), /\/c has no context "nobody"/);
    assert.throws(read(""), /\/c has no context/);
    assert.throws(read("token: 's3cret"), (error: Error) => !error.message.includes("s3cret"));
  });

  test("are one file with all contexts, and one for each; nobody else can read them", async () => {
    const directory = await mkdtemp(path.join(os.tmpdir(), "kubeconfig-test-"));
    try {
      const file = path.join(directory, "given");
      await writeFile(file, several);
      const { merged, clusters } = await writeKubeconfigs(
        {
          plan: planOrThrow({ clusters: [{ name: "us-east" }] }, { name: "lab" }),
          clusters: [
            { name: "us-west", kubeconfigPath: file },
            { name: "us-east", kubeconfigPath: file, context: "viewer@two" },
          ],
        },
        directory,
      );
      const read = async (name: string): Promise<{ current: string; contexts: string[] }> => {
        const config = parse(await readFile(name, "utf8")) as {
          "current-context": string;
          contexts: { name: string }[];
        };
        assert.equal((await stat(name)).mode & 0o777, 0o600);
        const contexts = config.contexts.map((context) => context.name);
        return { current: config["current-context"], contexts };
      };
      assert.deepEqual(await read(merged), {
        current: "us-west",
        contexts: ["us-west", "us-east"],
      });
      assert.deepEqual(await read(clusters["us-east"] ?? ""), {
        current: "us-east",
        contexts: ["us-east"],
      });
    } finally {
      await rm(directory, { recursive: true });
    }
  });

  test("say the same in YAML 1.1, which kubectl reads", () => {
    const text = `{
      "current-context": "c", "contexts": [{"name": "c", "context": {"cluster": "c", "user": "u"}}],
      "clusters": [{"name": "c", "cluster": {"server": "https://c"}}],
      "users": [{"name": "u", "user": {"token": "0123_4", "username": "on", "password": "1:30"}}]
    }`;
    const entry = readEntry("yes", text, { file: "/c" });
    const written: unknown = parse(kubeconfigOf([entry]), { version: "1.1" });
    assert.deepEqual(written, {
      apiVersion: "v1",
      kind: "Config",
      "current-context": "yes",
      clusters: [{ name: "yes", cluster: { server: "https://c" } }],
      users: [{ name: "yes", user: { token: "0123_4", username: "on", password: "1:30" } }],
      contexts: [{ name: "yes", context: { cluster: "yes", user: "yes" } }],
    });
  });

  test("have a variable each", () => {
    assert.equal(kubeconfigVariable("west"), "KUBECONFIG_WEST");
    assert.equal(kubeconfigVariable("us-east-1"), "KUBECONFIG_US_EAST_1");
  });
});
