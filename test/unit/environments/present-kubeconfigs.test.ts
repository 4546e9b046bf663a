import assert from "node:assert/strict";
import { rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { after, before, beforeEach, describe, test } from "node:test";
import { parse, stringify } from "yaml";
import { withPresentKubeconfigs } from "../../../environments/present-kubeconfigs.ts";
import { planOrThrow } from "../../../planning/plan.ts";
import type { ClusterSpec } from "../../../planning/topology.ts";
import type { State, StateResource } from "../../../environments/state.ts";
import { temporaryDirectory } from "../../temporary.ts";

const urn = (type: string, name: string): string =>
  `urn:pulumi:lab::linkerd-topology::${type}::${name}`;
const recorded = { "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270" };

describe("the kubeconfigs of a state's Kubernetes providers", () => {
  let directory: string;
  let file: string;
  before(async () => {
    directory = await temporaryDirectory("present-kubeconfigs");
    file = path.join(directory, "guests.kubeconfig");
  });
  beforeEach(() => write("https://new:6443"));
  after(() => rm(directory, { recursive: true }));

  const write = (server: string): Promise<void> =>
    writeFile(
      file,
      stringify({
        clusters: ["guest", "other"].map((name) => ({
          name,
          cluster: { server: `${server}/${name}`, "certificate-authority": "ca.crt" },
        })),
        users: ["guest", "other"].map((name) => ({ name, user: { token: `hunter2 ${name}` } })),
        contexts: ["guest", "other"].map((name) => ({
          name,
          context: { cluster: name, user: name },
        })),
        "current-context": "other",
      }),
    );
  const identity = (uid: string, outputs: object = {}): StateResource => ({
    urn: urn("linkerd-topology:index:ClusterIdentity", "lab-guest"),
    custom: true,
    outputs: { kubeconfigPath: file, usedContext: "guest", uid, ...outputs },
  });
  const provider = (uid: string, name = "lab-guest"): StateResource => {
    const kubeconfig = { ...recorded, ciphertext: `of the last up ${uid}` };
    return {
      urn: urn("pulumi:providers:kubernetes", name),
      custom: true,
      inputs: { kubeconfig, clusterIdentifier: uid },
      outputs: { kubeconfig, clusterIdentifier: uid },
    };
  };
  const state = (...resources: readonly StateResource[]): State => ({
    version: 3,
    deployment: { resources, secrets_providers: { type: "passphrase" } },
  });
  /** Server, certificate authority and token that each provider goes by, or the secret that it had. */
  const waysIn = (found: State): string[] =>
    (found.deployment.resources ?? []).flatMap(({ urn: name, inputs, outputs }): string[] => {
      if (!name.includes("pulumi:providers")) return [];
      assert.deepEqual(inputs, outputs);
      const { plaintext, ciphertext = "" } = inputs?.["kubeconfig"] as Record<string, string>;
      if (plaintext === undefined) return [ciphertext];
      const { clusters, users, contexts } = parse(JSON.parse(plaintext) as string) as {
        clusters: [{ cluster: Record<string, string> }];
        users: [{ user: { token: string } }];
        contexts: unknown[];
      };
      assert.equal(contexts.length, 1);
      const { server, "certificate-authority": authority } = clusters[0].cluster;
      return [[server, authority, users[0].user.token].join(" ")];
    });

  test("are what the file says now, of the recorded context alone", async () => {
    const found = await withPresentKubeconfigs(state(identity("1"), provider("1")));
    assert.deepEqual(waysIn(found), [
      `https://new:6443/guest ${path.join(directory, "ca.crt")} hunter2 guest`,
    ]);
  });

  test("stay with the cluster: of two under one name each has its own", async () => {
    const found = await withPresentKubeconfigs(
      state(
        identity("1"),
        provider("1"),
        identity("2", { usedContext: "other" }),
        provider("2"),
        provider("3"),
      ),
    );
    assert.deepEqual(
      waysIn(found).map((way) => way.split(" /")[0]),
      ["https://new:6443/guest", "https://new:6443/other", "of the last up 3"],
    );
  });

  const clusters = (context?: string): ClusterSpec[] => [
    { name: "west" },
    { name: "guest", kubeconfig: "elsewhere", ...(context !== undefined && { context }) },
  ];
  const ups: readonly (readonly [string, readonly ClusterSpec[], boolean])[] = [
    ["of clusters that the topology lacks", [{ name: "west" }], true],
    ["of a context that is no longer the topology's", clusters("other"), true],
    ["not of its clusters", clusters(), false],
    ["not of its clusters by that context", clusters("guest"), false],
  ];
  for (const [what, topology, expected] of ups) {
    test(`are that in an up too: ${what}`, async () => {
      const before = state(identity("1"), provider("1"));
      const plan = planOrThrow({ clusters: [...topology] }, { name: "lab" });
      assert.equal((await withPresentKubeconfigs(before, plan)) !== before, expected);
    });
  }

  const same: readonly (readonly [string, () => State])[] = [
    ["of a kind cluster", () => state(provider("1", "lab-west"))],
    [
      "of a kubeconfig that is no file",
      () => state(identity("1", { kubeconfigPath: "" }), provider("1")),
    ],
    [
      "of no context that was noted",
      () => state(identity("1", { usedContext: "" }), provider("1")),
    ],
    [
      "of a file that is gone",
      () => state(identity("1", { kubeconfigPath: `${file}.gone` }), provider("1")),
    ],
    [
      "of a state that says nothing of secrets",
      () => ({ version: 3, deployment: { resources: [identity("1"), provider("1")] } }),
    ],
  ];
  for (const [what, make] of same) {
    test(`stay as they are: ${what}`, async () => {
      const before = make();
      assert.equal(await withPresentKubeconfigs(before), before);
    });
  }
});
