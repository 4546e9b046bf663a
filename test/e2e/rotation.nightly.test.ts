import assert from "node:assert/strict";
import { linkerdNamespace } from "../../planning/names.ts";
import { readFile } from "node:fs/promises";
import { after, before, describe, test } from "node:test";
import { parse } from "yaml";
import { assertEach } from "../assert-each.ts";
import { CommandError } from "../../environments/command-error.ts";
import { exitCodes } from "../../environments/exit-codes.ts";
import type { UpResult } from "../../environments/up.ts";
import { beginRotation } from "../../planning/trust/rotation/edit.ts";
import { timeLimits } from "../../system/time-limits.ts";
import type { Topology } from "../../planning/topology.ts";
import { observeTrust } from "../../linkerd/trust/trust-facts.ts";
import type { KubernetesApi } from "../../kubernetes/api.ts";
import type { List, Service } from "../../kubernetes/objects.ts";
import { corePath } from "../../linkerd/names.ts";
import { createSteady } from "./constant-traffic.ts";
import { eventually, TestEnvironment } from "./environment.ts";
import { client, TrafficWays } from "./traffic-ways.ts";
import { createNamespace, createService, namespace, servicePath } from "./workload.ts";

const bothGenerations = [{ generation: 1 }, { generation: 2 }];

/** Through the gateway and from pod to pod. */
const ways = [
  { name: "through the gateway", service: "steady", exported: "true" },
  { name: "from pod to pod", service: "steady-flat", exported: "remote-discovery" },
];

let topology: Topology = {
  clusters: [
    { name: "west", network: "lab" },
    { name: "east", network: "lab" },
  ],
  links: [{ between: ["west", "east"] }],
  trust: { restart: [namespace] },
};

describe("a rotation of the trust anchor of a running pair", { timeout: 2_400_000 }, () => {
  let environment: TestEnvironment;
  let first: UpResult;
  let west: KubernetesApi;
  let east: KubernetesApi;
  let traffic: TrafficWays | undefined;

  before(async () => {
    environment = await TestEnvironment.create("rotation", topology);
    first = await environment.up();
    west = await environment.api("west");
    east = await environment.api("east");
    await Promise.all([createNamespace(west), createNamespace(east)]);
    for (const { service, exported } of ways) await exportService(service, exported, "steady");
    await Promise.all([createSteady(east, "steady", "east"), createSteady(west, client, "west")]);
    if (first.outputs["dataPlane"] !== "real") return;
    traffic = await TrafficWays.start(
      ways.map(({ name, service }) => ({ name, source: west, mirror: `${service}-east` })),
      5,
    );
  });
  after(async () => {
    await traffic?.end();
    await environment.dispose();
  });

  /** A Service of east's, and its mirror in west. */
  async function exportService(name: string, exported = "true", app = name): Promise<void> {
    await createService(east, name);
    await east.patch(servicePath(name), {
      metadata: { labels: { "mirror.linkerd.io/exported": exported } },
      spec: { selector: { app } },
    });
    await eventually(`the mirror of ${name}`, timeLimits.mirrorFollows, () =>
      west.get<Service>(servicePath(`${name}-east`)),
    );
  }

  const trust = async () =>
    Promise.all([observeTrust("west", west), observeTrust("east", east)] as const);

  /** `trust` as the stack's configuration has it now. */
  async function readTrust(): Promise<unknown> {
    const content = parse(await readFile(environment.stack.file, "utf8")) as {
      config: Record<string, Topology>;
    };
    return content.config["linkerd-topology:topology"]?.trust;
  }

  /** What is refused is refused before anything is changed. */
  async function refused(change: Topology, why: RegExp): Promise<void> {
    const before = await trust();
    await environment.change(change);
    await assert.rejects(environment.up(), (error: unknown) => {
      assert.ok(error instanceof CommandError, String(error));
      assert.equal(error.exitCode, exitCodes.badInput);
      assert.match(error.message, /nothing was changed in any cluster/);
      assert.match(error.message, why);
      return true;
    });
    assert.deepEqual(await trust(), before);
  }

  test("one issuer is recreated alone, and linkerd-identity works with it", async () => {
    const before = await trust();
    const [one, ...others] = topology.clusters;
    assert.ok(one);
    const clusters = [{ ...one, trust: { rotation: "next" } }, ...others];
    topology = { ...topology, clusters };
    await environment.change(topology);
    assert.ok((await environment.up()).proof.proved);
    const now = await trust();
    assert.notEqual(now[0].issuer?.fingerprint, before[0].issuer?.fingerprint);
    assert.deepEqual({ ...now[1], proxies: [] }, { ...before[1], proxies: [] });
    // The tests' own workloads may still be coming; nothing that was there is recreated.
    const pods = new Set(now[1].proxies.map(({ pod }) => pod));
    for (const { pod } of before[1].proxies) assert.ok(pods.has(pod), `${pod} is gone`);
    assert.deepEqual(now[0].anchors, before[0].anchors);
    // Without a restart: it reads the Secret again once the kubelet has brought it to its pod.
    await eventually("linkerd-identity reads its new issuer", timeLimits.issuerMade, async () => {
      const { items } = await west.get<List<{ readonly reason?: string }>>(
        corePath(linkerdNamespace, "events"),
      );
      return items.some(({ reason }) => reason === "IssuerUpdated") ? true : undefined;
    });
  });

  test("a generation can't sign before it is trusted", async () => {
    const both = beginRotation(topology);
    await refused(
      { ...both, trust: { ...both.trust, signer: 2 } },
      /generation 2.*can't sign the issuer of "west", "east" yet: not trusted in "west", "east"/,
    );
  });

  test("rotate begins, and is stopped before it brings its first edit up", async () => {
    await environment.change(topology);
    const stop = new AbortController();
    const onText = (text: string): void => {
      if (text.includes("the next generation is listed")) stop.abort(new Error("enough for now"));
    };
    await assert.rejects(environment.rotate({ signal: stop.signal, onText }), /enough for now/);
    assert.deepEqual(await readTrust(), { restart: [namespace], anchors: bothGenerations });
    for (const { anchors } of await trust()) assert.equal(anchors.length, 1);
  });

  test("one that still signs can't be taken out", async () => {
    const both = beginRotation(topology);
    assert.ok((await environment.up()).proof.proved);
    for (const { anchors, proxies } of await trust()) {
      assert.equal(anchors.length, 2);
      for (const proxy of proxies) assert.equal(proxy.anchors?.length, 2, proxy.pod);
    }
    await refused(
      { ...both, trust: { ...both.trust, anchors: [{ generation: 2 }] } },
      /can't be taken out: it signs the issuer of "west", "east"/,
    );
    await environment.change(both);
  });

  test("status says where it stands, and an export of meanwhile is mirrored", async () => {
    const { table, healthy } = await environment.status();
    assert.ok(healthy, table);
    assert.match(table, /Rotation +from generation 1 to generation 2/);
    assert.match(table, /✓ every proxy trusts generation 2/);
    assert.match(table, /Next: Write trust\.signer: 2, and run `up`\./);
    await exportService("meanwhile");
  });

  test("rotate goes on from there to its end", async () => {
    const result = await environment.rotate();
    assert.deepEqual(result, { generation: 2, resumed: true });
    assert.deepEqual(await readTrust(), { restart: [namespace], anchors: [{ generation: 2 }] });
    const now = await trust();
    const anchors = new Set(now.flatMap((cluster) => cluster.anchors.map(({ id }) => id)));
    assert.equal(anchors.size, 1);
    for (const { issuer, proxies } of now) {
      assert.ok(issuer?.anchor !== undefined && anchors.has(issuer.anchor));
      for (const proxy of proxies) assert.deepEqual(proxy.anchors, [...anchors], proxy.pod);
    }
    const old = first.proof.status.clusters.flatMap(({ trustAnchors }) => trustAnchors);
    const { table } = await environment.status();
    assertEach("old anchors that are gone", old, ({ fingerprint }) => !table.includes(fingerprint));
    assert.doesNotMatch(table, /Rotation/);
    await exportService("afterwards");
    await west.get<Service>(servicePath("meanwhile-east"));
  });

  test("the next up changes nothing", async () => {
    assert.deepEqual(Object.keys((await environment.up()).changes), ["same"]);
  });

  test("not one request was lost on the way", async (context) => {
    if (traffic === undefined) {
      context.skip("no data plane: the proxies are stand-ins that carry no traffic");
      return;
    }
    // What is still under way counts as well.
    await traffic.end();
    for (const [name, { servers, clients }] of traffic.requireNoneLost(context, { least: 500 })) {
      // Each step recreates all of them: whoever saw no other one was not asked throughout.
      assert.ok(servers.size >= 4, `${name}: ${servers.size} servers`);
      assert.ok(clients.size >= 4, `${name}: ${clients.size} clients`);
    }
  });
});
