import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { after, afterEach, before, beforeEach, describe, test } from "node:test";
import { gzipSync } from "node:zlib";
import {
  forgetInterruptedReleases,
  forgetUnknownReleases,
} from "../../../environments/interrupted-releases.ts";
import {
  beingDeleted,
  takeBackRemains,
  withoutGoneClusters,
  withoutGoneReleases,
} from "../../../environments/remains-in-clusters.ts";
import type { PendingOperation, State, StateResource } from "../../../environments/state.ts";
import { FakeKubernetes } from "../mesh/fake-kubernetes.ts";

const namespaces = "/api/v1/namespaces";
const secrets = `${namespaces}/linkerd/secrets`;
const roles = "/apis/rbac.authorization.k8s.io/v1/clusterroles";
const crds = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
const release = "kubernetes:helm.sh/v3:Release";
const ours = "linkerd-topology:index";
const urn = (type: string, name: string): string =>
  `urn:pulumi:lab::linkerd-topology::${type}::${name}`;
const providerUrn = urn("pulumi:providers:kubernetes", "lab-guest");
const provider = `${providerUrn}::id`;
const installation = "mark of the stack";

describe("what a killed command left in a cluster that existed before", () => {
  let directory: string;
  let kubeconfigPath: string;
  let guest: FakeKubernetes;
  before(async () => {
    directory = await mkdtemp(path.join(os.tmpdir(), "remains-test-"));
    kubeconfigPath = path.join(directory, "guest.kubeconfig");
  });
  beforeEach(async () => {
    guest = await FakeKubernetes.start();
    await writeFile(kubeconfigPath, guest.kubeconfig, { mode: 0o600 });
    serve("/api/v1", [["Namespace", "namespaces", false]]);
    serve("/apis/rbac.authorization.k8s.io/v1", [["ClusterRole", "clusterroles", false]]);
    serve("/apis/apiextensions.k8s.io/v1", [
      ["CustomResourceDefinition", "customresourcedefinitions", false],
    ]);
    mark(installation);
  });
  afterEach(() => guest.stop());
  after(() => rm(directory, { recursive: true, force: true }));

  const serve = (root: string, kinds: [kind: string, name: string, namespaced: boolean][]) => {
    const resources = kinds.map(([kind, name, namespaced]) => ({ kind, name, namespaced }));
    guest.answers.set(root, { status: 200, body: { resources } });
  };
  const mark = (value: string) => {
    const annotations = { "linkerd-topology.dev/installation": value };
    guest.put(namespaces, { metadata: { name: "linkerd", annotations } });
  };
  /** Helm's record of a release, with the objects of its manifest. */
  const record = (name: string, manifest: readonly object[], status = "pending-install") => {
    const text = manifest.map((object) => `---\n${JSON.stringify(object)}\n`).join("");
    const packed = gzipSync(JSON.stringify({ manifest: text })).toString("base64");
    guest.put(secrets, {
      metadata: {
        name: `sh.helm.release.v1.${name}.v1`,
        labels: { owner: "helm", name, status, version: "1" },
      },
      data: { release: Buffer.from(packed, "latin1").toString("base64") },
    });
  };
  const records = (): string[] =>
    guest.paths().flatMap((found) => /sh\.helm\.release\.v1\.(.*)\.v1$/.exec(found)?.[1] ?? []);
  const byHelm = (name: string) => ({
    "meta.helm.sh/release-name": name,
    "meta.helm.sh/release-namespace": "linkerd",
  });
  const role = (name: string) => ({
    apiVersion: "rbac.authorization.k8s.io/v1",
    kind: "ClusterRole",
    metadata: { name },
  });

  const known = (): StateResource[] => [
    {
      urn: urn(`${ours}:ClusterIdentity`, "lab-guest"),
      custom: true,
      outputs: { kubeconfigPath, usedContext: "fake", uid: guest.uid },
    },
    {
      urn: urn(`${ours}:Vacancy`, "lab-guest"),
      custom: true,
      outputs: { kubeconfigPath, context: "fake", clusterUid: guest.uid, installation },
    },
    {
      urn: providerUrn,
      id: "id",
      custom: true,
      inputs: { clusterIdentifier: guest.uid },
    },
  ];
  const installed = (name: string): StateResource => ({
    urn: urn(release, `lab-guest-${name}`),
    custom: true,
    provider,
    inputs: { name, namespace: "linkerd" },
    dependencies: [],
  });
  const state = (
    resources: readonly StateResource[] = [],
    pending: readonly PendingOperation[] = [],
  ): State => ({
    version: 3,
    deployment: { resources: [...known(), ...resources], pending_operations: pending },
  });

  test("a release that was being installed is forgotten by Helm, so that the next up installs it again", async () => {
    record("linkerd-crds", []);
    record("linkerd-control-plane", []);
    record("somebodys", []);
    const pending = { type: "creating", resource: installed("linkerd-control-plane") };
    await forgetInterruptedReleases(state([installed("linkerd-crds")], [pending]));
    assert.deepEqual(records().sort(), ["linkerd-crds", "somebodys"]);
  });

  test("so is one that nothing tells of", async () => {
    record("linkerd-crds", []);
    record("linkerd-control-plane", []);
    await forgetUnknownReleases(state([installed("linkerd-crds")]));
    assert.deepEqual(records(), ["linkerd-crds"]);
  });

  test("a release in a namespace without the stack's mark is somebody's, and stays", async () => {
    record("linkerd-control-plane", []);
    mark("mark of another stack");
    const pending = { type: "creating", resource: installed("linkerd-control-plane") };
    await forgetInterruptedReleases(state([], [pending]));
    await forgetUnknownReleases(state());
    await takeBackRemains(state([], [pending]));
    assert.deepEqual(records(), ["linkerd-control-plane"]);
  });

  test("a cluster that can't be asked stops the command: nothing is forgotten", async () => {
    const pending = { type: "updating", resource: installed("linkerd-control-plane") };
    await guest.stop();
    await assert.rejects(
      forgetInterruptedReleases(state([], [pending])),
      /Helm release linkerd-control-plane unfinished can't be seen.*PULUMI_K8S_DELETE_UNREACHABLE/s,
    );
    guest = await FakeKubernetes.start();
  });

  test("down uninstalls it, as far as it came: what has Helm's mark, and nothing else", async () => {
    record("linkerd-control-plane", [role("made"), role("somebodys"), role("never-made")]);
    guest.put(roles, { metadata: { name: "made", annotations: byHelm("linkerd-control-plane") } });
    guest.put(roles, { metadata: { name: "somebodys" } });
    await takeBackRemains(state());
    assert.deepEqual(records(), []);
    assert.ok(!guest.has(`${roles}/made`));
    assert.ok(guest.has(`${roles}/somebodys`));
  });

  test("down keeps CRDs of which others have objects", async () => {
    const names = ["used", "unused"].map((name) => `${name}.linkerd.io`);
    const crd = (name: string) => ({
      apiVersion: "apiextensions.k8s.io/v1",
      kind: "CustomResourceDefinition",
      metadata: { name },
    });
    record("linkerd-crds", names.map(crd));
    for (const name of names) {
      const plural = name.split(".")[0] ?? "";
      const spec = {
        group: "linkerd.io",
        names: { plural },
        versions: [{ name: "v1", served: true }],
      };
      guest.put(crds, { metadata: { name, annotations: byHelm("linkerd-crds") }, spec });
      guest.answers.set(`/apis/linkerd.io/v1/${plural}`, {
        status: 200,
        body: { items: plural === "used" ? [{ metadata: { name: "a", namespace: "shop" } }] : [] },
      });
    }
    await takeBackRemains(state());
    assert.deepEqual(
      names.filter((name) => guest.has(`${crds}/${name}`)),
      ["used.linkerd.io"],
    );
  });

  test("down deletes an object that was being created, unless somebody else created it", async () => {
    for (const [name, manager] of [
      ["ours", "pulumi-kubernetes-1a2b"],
      ["theirs", "kubectl"],
    ] as const) {
      guest.put(roles, { metadata: { name, managedFields: [{ manager }] } });
    }
    const pending = ["ours", "theirs", "never-made"].map((name) => ({
      type: "creating",
      resource: {
        urn: urn("kubernetes:rbac.authorization.k8s.io/v1:ClusterRole", `lab-guest-${name}`),
        custom: true,
        provider,
        inputs: role(name),
      },
    }));
    await takeBackRemains(state([], pending));
    assert.ok(!guest.has(`${roles}/ours`));
    assert.ok(guest.has(`${roles}/theirs`));
  });

  test("down takes back what the package's own resource was doing, by deleting it", async () => {
    const resource: StateResource = {
      urn: urn(`${ours}:ServiceExport`, "lab-guest-export-shop.web"),
      custom: true,
      inputs: { kubeconfigPath, clusterUid: guest.uid, namespace: "shop", service: "web" },
    };
    const settled = await takeBackRemains(state([], [{ type: "creating", resource }]));
    const added = settled.deployment.resources?.at(-1);
    assert.equal(added?.urn, resource.urn);
    assert.deepEqual(added.outputs, resource.inputs);
    const again = state([resource], [{ type: "creating", resource }]);
    assert.equal(await takeBackRemains(again), again);
  });

  test("a release that Helm has no record of is none: it would refuse to uninstall it", async () => {
    const dependent = {
      ...installed("linkerd-crds"),
      dependencies: [installed("gateway-api").urn],
    };
    record("linkerd-crds", []);
    const before = state(
      [installed("gateway-api"), dependent],
      [{ type: "deleting", resource: installed("gateway-api") }],
    );
    const deleted = beingDeleted(before);
    const { deployment } = await withoutGoneReleases(before, (one) => deleted.has(one.urn));
    const left = (deployment.resources ?? []).filter(({ urn: one }) => one.includes(release));
    assert.deepEqual(
      left.map(({ inputs, dependencies }) => [inputs?.["name"], dependencies]),
      [["linkerd-crds", []]],
    );
    assert.equal(await withoutGoneReleases(before, () => false), before);
  });

  describe("while the stack moves to another cluster, whose resources have the same URNs", () => {
    let next: FakeKubernetes;
    let nextPath: string;
    beforeEach(async () => {
      next = await FakeKubernetes.start();
      next.uid = "the next cluster";
      nextPath = path.join(directory, "next.kubeconfig");
      await writeFile(nextPath, next.kubeconfig, { mode: 0o600 });
    });
    afterEach(() => next.stop());

    /** As the engine orders them: what is new, then what is to be deleted. */
    const moving = (
      created: readonly StateResource[],
      former: readonly StateResource[],
    ): State => ({
      version: 3,
      deployment: {
        resources: [
          {
            urn: urn(`${ours}:ClusterIdentity`, "lab-guest"),
            custom: true,
            outputs: { kubeconfigPath: nextPath, usedContext: "fake", uid: next.uid },
          },
          ...created,
          ...[...known(), ...former].map((resource) => ({ ...resource, delete: true })),
        ],
      },
    });
    const vacancyThere = (): StateResource => ({
      urn: urn(`${ours}:Vacancy`, "lab-guest"),
      custom: true,
      outputs: { kubeconfigPath: nextPath, context: "fake", clusterUid: next.uid, installation },
    });
    const providerThere = (): StateResource => ({
      urn: providerUrn,
      id: "next",
      custom: true,
      inputs: { clusterIdentifier: next.uid },
    });
    const there = (name: string): StateResource => ({
      ...installed(name),
      provider: `${providerUrn}::next`,
    });
    const names = ["gateway-api", "linkerd-crds", "linkerd-control-plane", "linkerd-multicluster"];

    test("Helm's records in the former cluster stay, where the move stopped before it began", async () => {
      for (const name of names) record(name, []);
      // The next cluster was refused: nothing but its identity is known.
      const before = moving([], names.map(installed));
      await forgetUnknownReleases(before);
      await takeBackRemains(before);
      assert.deepEqual(records().sort(), names.toSorted());
    });

    test("a release that is gone from the former cluster is no reason to forget the new one", async () => {
      next.put(`${namespaces}/linkerd/secrets`, {
        metadata: {
          name: "sh.helm.release.v1.linkerd-crds.v1",
          labels: { owner: "helm", name: "linkerd-crds", version: "1" },
        },
      });
      const dependent = {
        ...there("linkerd-control-plane"),
        dependencies: [there("linkerd-crds").urn],
      };
      next.put(`${namespaces}/linkerd/secrets`, {
        metadata: {
          name: "sh.helm.release.v1.linkerd-control-plane.v1",
          labels: { owner: "helm", name: "linkerd-control-plane", version: "1" },
        },
      });
      const before = moving(
        [vacancyThere(), providerThere(), there("linkerd-crds"), dependent],
        [installed("linkerd-crds")],
      );
      const { deployment } = await withoutGoneReleases(before, () => true);
      const releases = (deployment.resources ?? []).filter(({ urn: one }) => one.includes(release));
      assert.deepEqual(
        releases.map((one) => [one.inputs?.["name"], one.provider, one.dependencies]),
        [
          ["linkerd-crds", `${providerUrn}::next`, []],
          ["linkerd-control-plane", `${providerUrn}::next`, [there("linkerd-crds").urn]],
        ],
      );
    });

    test("a person who says that the former cluster is gone keeps the new one", async () => {
      process.env["PULUMI_K8S_DELETE_UNREACHABLE"] = "true";
      try {
        await rm(kubeconfigPath);
        const created = [vacancyThere(), providerThere(), there("linkerd-crds")];
        const { state: after, gone } = await withoutGoneClusters(
          moving(created, [installed("linkerd-crds")]),
        );
        assert.deepEqual(gone, ["lab-guest"]);
        assert.deepEqual(after.deployment.resources?.slice(1), created);
        assert.equal(after.deployment.resources.length, 4);
      } finally {
        Reflect.deleteProperty(process.env, "PULUMI_K8S_DELETE_UNREACHABLE");
      }
    });
  });

  describe("once a person says that what can't be reached is gone", () => {
    const variable = "PULUMI_K8S_DELETE_UNREACHABLE";
    beforeEach(() => {
      process.env[variable] = "true";
    });
    afterEach(() => {
      Reflect.deleteProperty(process.env, variable);
    });
    const west: StateResource = {
      urn: urn("kubernetes:core/v1:Secret", "lab-west-1-to-guest"),
      custom: true,
      dependencies: [installed("linkerd-crds").urn],
    };
    const left = async (before: State) => {
      const { state: after, gone } = await withoutGoneClusters(before);
      return [gone, (after.deployment.resources ?? []).map(({ urn }) => urn.split("::").at(-1))];
    };

    test("a cluster that was made again under the same address is forgotten, with all in it", async () => {
      const before = state([installed("linkerd-crds"), west]);
      guest.uid = "another";
      assert.deepEqual(await left(before), [["lab-guest"], ["lab-west-1-to-guest"]]);
      const { state: after } = await withoutGoneClusters(before);
      assert.deepEqual(after.deployment.resources?.[0]?.dependencies, []);
      assert.deepEqual(
        guest.requests.filter((request) => !request.startsWith("GET")),
        [],
      );
    });

    test("so is one that is silent, and one whose kubeconfig is lost", async () => {
      const before = state([west]);
      await rm(kubeconfigPath);
      assert.deepEqual((await left(before))[0], ["lab-guest"]);
      await writeFile(kubeconfigPath, guest.kubeconfig, { mode: 0o600 });
      await guest.stop();
      assert.deepEqual((await left(before))[0], ["lab-guest"]);
      guest = await FakeKubernetes.start();
    });

    test("one that answers is not", async () => {
      const before = state([west]);
      assert.deepEqual((await withoutGoneClusters(before)).state, before);
    });
  });
});
