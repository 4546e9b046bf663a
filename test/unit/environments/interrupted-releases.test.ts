import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { after, afterEach, before, beforeEach, describe, test } from "node:test";
import { forgetUnknownReleases } from "../../../environments/interrupted-releases.ts";
import type { State } from "../../../environments/state.ts";
import { FakeKubernetes } from "../mesh/fake-kubernetes.ts";

const secrets = "/api/v1/namespaces/linkerd/secrets";
const urn = (type: string, name: string): string =>
  `urn:pulumi:lab::linkerd-topology::${type}::${name}`;
const cluster = urn("kind:index:Cluster", "lab-west-1");

describe("Helm's records of releases that the state doesn't know of", () => {
  let directory: string;
  let kubeconfigPath: string;
  let fake: FakeKubernetes;
  before(async () => {
    directory = await mkdtemp(path.join(os.tmpdir(), "releases-test-"));
    kubeconfigPath = path.join(directory, "west.kubeconfig");
  });
  beforeEach(async () => {
    fake = await FakeKubernetes.start();
    await writeFile(kubeconfigPath, fake.kubeconfig, { mode: 0o600 });
    fake.put("/api/v1/namespaces", {
      metadata: { name: "kube-system", uid: "the-first" },
    });
    for (const name of ["linkerd-crds", "linkerd-control-plane", "somebodys"]) {
      fake.put(secrets, {
        metadata: { name: `sh.helm.release.v1.${name}.v1`, labels: { owner: "helm", name } },
      });
    }
  });
  afterEach(async () => {
    await fake.stop();
  });
  after(async () => {
    await rm(directory, { recursive: true, force: true });
  });

  const state = (uid: string, releases: readonly string[]): State => ({
    version: 3,
    deployment: {
      resources: [
        { urn: cluster, custom: true, outputs: { kubeconfigPath, uid } },
        ...releases.map((name) => ({
          urn: urn("kubernetes:helm.sh/v3:Release", name),
          custom: true,
          deletedWith: cluster,
          inputs: { name },
        })),
      ],
    },
  });
  test("that only some topologies want are asked for where the state has their namespace", async () => {
    const place = "/api/v1/namespaces/linkerd-viz/secrets";
    const name = "linkerd-viz";
    fake.put(place, {
      metadata: { name: `sh.helm.release.v1.${name}.v1`, labels: { owner: "helm", name } },
    });
    const all = ["gateway-api", "linkerd-crds", "linkerd-control-plane", "linkerd-multicluster"];
    const known = state("the-first", all);
    const namespace = {
      urn: urn("kubernetes:core/v1:Namespace", "lab-west-1-viz"),
      custom: true,
      deletedWith: cluster,
      inputs: { metadata: { name } },
    };
    const resources = [...(known.deployment.resources ?? []), namespace];
    await forgetUnknownReleases({ ...known, deployment: { resources } });
    assert.ok(!records().includes(name));
  });

  const records = (): string[] =>
    fake.paths().flatMap((found) => /sh\.helm\.release\.v1\.(.*)\.v1$/.exec(found)?.[1] ?? []);

  test("go, so that Helm installs them again; those of others stay", async () => {
    await forgetUnknownReleases(state("the-first", ["linkerd-crds"]));
    assert.deepEqual(records().sort(), ["linkerd-crds", "somebodys"]);
  });

  test("stay in a cluster that took the place of the one in the state", async () => {
    await forgetUnknownReleases(state("another", []));
    assert.equal(records().length, 3);
  });

  test("aren't asked for where the state knows all releases", async () => {
    const all = ["gateway-api", "linkerd-crds", "linkerd-control-plane", "linkerd-multicluster"];
    await forgetUnknownReleases(state("the-first", all));
    assert.deepEqual(fake.requests, []);
  });
});
