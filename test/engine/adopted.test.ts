import assert from "node:assert/strict";
import { after, afterEach, before, describe, test } from "node:test";
import { lookAt } from "../../environments/found-mesh.ts";
import type { Topology } from "../../planning/topology.ts";
import { assertEach } from "../assert-each.ts";
import { ForeignPair } from "../unit/cli/foreign-pair.ts";
import { TestEngine, topologyName, type Checkpoint } from "./test-engine.ts";
import { pair } from "./topologies.ts";
import { describeCalls } from "./world.ts";

const names = ["west", "east"] as const;
const namespace = "kubernetes:core/v1:Namespace";
const link = "kubernetes:multicluster.linkerd.io/v1alpha3:Link";

/** What others made, by the identities that the doubles know it by. */
const ofOthers = names.flatMap((name) => {
  const prefix = `in ${topologyName}-${name}`;
  const target = name === "west" ? "east" : "west";
  return [
    [`${namespace} ${prefix}-control-plane`, namespaceOf("linkerd")],
    [`${namespace} ${prefix}-multicluster`, namespaceOf("linkerd-multicluster")],
    [
      `${link} ${prefix}-to-${target}`,
      {
        apiVersion: "multicluster.linkerd.io/v1alpha3",
        kind: "Link",
        metadata: { name: target },
        spec: { of: "others" },
      },
    ],
    [`kubernetes:helm.sh/v3:Release ${prefix}-control-plane`, { name: "linkerd-control-plane" }],
  ] as const;
});

function namespaceOf(name: string) {
  return { apiVersion: "v1", kind: "Namespace", metadata: { name, labels: { of: "others" } } };
}

/** What of the stack is in the clusters, besides what it took over. */
const added = [
  `FederatedReady ${topologyName}-federated-shop.all`,
  `ServiceExport ${topologyName}-east-export-shop.all`,
  `ServiceExport ${topologyName}-east-export-shop.pods`,
  `ServiceExport ${topologyName}-east-export-shop.web`,
  `ServiceExport ${topologyName}-west-export-shop.all`,
  `TrafficRoute ${topologyName}-west-traffic-shop.web.80`,
].map((one) => `linkerd-topology:index:${one}`);

describe("a stack that adopts a mesh of two clusters", () => {
  let engine: TestEngine;
  let mesh: ForeignPair;
  let topology: Topology;
  let up: Checkpoint;
  before(async () => {
    engine = await TestEngine.start();
    mesh = await ForeignPair.start();
    const ways = ["prod-1", "prod-2"].map((context, index) => {
      const [kubeconfig, name] = [mesh.kubeconfig, names[index] ?? ""];
      return { kubeconfig, context, name, usual: false };
    });
    const found = (await lookAt(ways)).discovery.topology;
    topology = {
      ...found,
      // One network, so that the Links carry all kinds of exports, as those of Linkerd's CLI do.
      clusters: found.clusters.map((cluster, index) => ({
        ...cluster,
        network: "lab",
        podSubnet: `10.${index + 1}.0.0/16`,
        serviceSubnet: `10.${index + 101}.0.0/16`,
      })),
      exports: [
        { service: "web", namespace: "shop", from: "east" },
        { service: "pods", namespace: "shop", from: "east", as: "remote-discovery" },
        { service: "all", namespace: "shop", from: ["west", "east"], as: "federated" },
      ],
      traffic: [{ service: "web", namespace: "shop", in: "west", split: { local: 90, east: 10 } }],
    };
    for (const name of names) engine.world.outside.add(`${topologyName}-${name}`);
    for (const [key, object] of ofOthers) engine.world.objects.set(key, { ...object });
  });
  afterEach(() => {
    for (const [key, object] of ofOthers) {
      assert.deepEqual(engine.world.objects.get(key), object, `${key} is not as it was`);
    }
  });
  after(async () => {
    await engine.close();
    await mesh.stop();
  });

  const changed = (): string[] =>
    describeCalls(engine.world.takeCalls()).filter((call) => !call.startsWith("read "));

  test("a preview by plain Pulumi says what is taken over, and does nothing", async () => {
    const { transcript } = await engine.preview(topology);
    assert.match(transcript, /takes over a mesh that others made/);
    assert.match(transcript, /Link west → east: linkerd-multicluster\/east/);
    assert.match(transcript, /Service shop\/pods of east gets the label/);
    assert.match(transcript, /preview shows what is taken over as created/);
    assert.deepEqual(describeCalls(engine.world.takeCalls()), []);
  });

  test("plain Pulumi refuses a topology that is not as the mesh, with all that is in the way", async () => {
    const links = [{ between: ["west", "east"], excludedLabels: ["team"] }];
    for (const run of [engine.preview.bind(engine), engine.up.bind(engine)]) {
      await assert.rejects(run({ ...topology, links }), (error: Error) => {
        assert.match(error.message, /can't be adopted as the topology says; nothing was changed/);
        for (const way of ["west → east", "east → west"]) {
          assert.match(error.message, new RegExp(`Link ${way}: excludedLabels are \\[\\] there`));
        }
        assert.doesNotMatch(error.message, /\n\s+at /);
        return true;
      });
    }
    assert.deepEqual(describeCalls(engine.world.takeCalls()), []);
  });

  test("plain Pulumi takes it over: it reads what others made, and adds what the topology adds", async () => {
    const { changes } = await engine.up(topology);
    assert.deepEqual(
      changes.filter((change) => change.startsWith("import ")),
      ofOthers
        .flatMap(([key]) => (key.includes("helm.sh") ? [] : [`import ${key.replace(" in ", " ")}`]))
        .sort(),
    );
    const own = changed();
    for (const one of added) assert.ok(own.includes(`create ${one}`), `${one}: ${own.join("\n")}`);
    assertEach("creations of the package's own", own, (call) =>
      /^create linkerd-topology:index:/.test(call),
    );
    up = engine.checkpoint();
  });

  test("the commands and plain Pulumi change nothing then, and say nothing of a takeover", async () => {
    for (const how of [{}, { asCommand: {} }]) {
      const { changes, transcript } = await engine.up(topology, how);
      assert.deepEqual(changes, []);
      assert.doesNotMatch(transcript, /takes over a mesh/);
    }
    assert.deepEqual(changed(), []);
  });

  test("what others change in what is theirs is not set back, also when everything is read", async () => {
    const key = ofOthers.find(([one]) => one.startsWith(link))?.[0] ?? "";
    const before = engine.world.objects.get(key);
    engine.world.objects.set(key, { ...before, spec: { of: "others, later" } });
    await engine.up(topology, { refresh: true, asCommand: {} });
    // A double that leaves nothing is not found again when it is read.
    const others = changed().filter((call) => !/:Cluster(Guard|Identity) /.test(call));
    assert.deepEqual(others, []);
    assert.deepEqual(engine.world.objects.get(key)?.["spec"], { of: "others, later" });
    engine.world.objects.set(key, before ?? {});
    await engine.restore(up);
  });

  test("an export that is added, and one that goes, touch nothing else", async () => {
    const exports = topology.exports?.filter((one) => one.service !== "pods") ?? [];
    const more = { service: "api", namespace: "shop", from: "east" };
    await engine.up({ ...topology, exports: [...exports, more] });
    assert.deepEqual(changed(), [
      `create linkerd-topology:index:ServiceExport ${topologyName}-east-export-shop.api`,
      `delete linkerd-topology:index:ServiceExport ${topologyName}-east-export-shop.pods`,
    ]);
    await engine.restore(up);
  });

  test("destroy removes what was added, and leaves what others made", async () => {
    await engine.destroy();
    assert.deepEqual(await engine.resources(), []);
    const own = changed();
    for (const one of added) assert.ok(own.includes(`delete ${one}`), `${one}: ${own.join("\n")}`);
    assertEach("deletions of the package's own", own, (call) =>
      /^delete linkerd-topology:index:/.test(call),
    );
  });

  test("plain Pulumi refuses a stack that made its mesh itself: it would remove it", async () => {
    const before = engine.checkpoint();
    await engine.up(pair);
    engine.world.takeCalls();
    for (const run of [engine.preview.bind(engine), engine.up.bind(engine)]) {
      await assert.rejects(run(topology), /this stack made its mesh itself.*leave out adopt/);
    }
    assert.deepEqual(describeCalls(engine.world.takeCalls()), []);
    await engine.destroy();
    await engine.restore(before);
  });
});
