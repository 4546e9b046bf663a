import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, before, describe, test } from "node:test";
import { parse } from "yaml";
import { observeReleases } from "../../environments/releases.ts";
import { meshOf } from "../../environments/proof.ts";
import type { UpResult } from "../../environments/up.ts";
import { withNamedVersion } from "../../planning/linkerd/upgrade.ts";
import type { Topology } from "../../planning/topology.ts";
import { timeLimits } from "../../system/time-limits.ts";
import type { KubernetesApi } from "../../kubernetes/api.ts";
import type { Service } from "../../kubernetes/objects.ts";
import { createSteady, exportSteady } from "./constant-traffic.ts";
import { eventually, TestEnvironment } from "./environment.ts";
import { testLinkerdChecks } from "./linkerd-checks.ts";
import { anotherRelease } from "./second-release.ts";
import { client, TrafficWays } from "./traffic-ways.ts";
import { createNamespace, namespace, servicePath } from "./workload.ts";

/** Through the gateway and from pod to pod. */
const ways = [
  { name: "through the gateway", service: "steady", exported: "true" },
  { name: "from pod to pod", service: "steady-flat", exported: "remote-discovery" },
];

const topology: Topology = {
  clusters: [
    { name: "west", network: "lab" },
    { name: "east", network: "lab" },
  ],
  links: [{ between: ["west", "east"], mode: "mixed" }],
  linkerd: { restart: [namespace] },
};

/** A namespace whose owner restarts its workloads. */
const others = "others";

describe("an upgrade of a running pair", { timeout: 2_400_000 }, () => {
  let environment: TestEnvironment;
  let first: UpResult;
  let from: string;
  let to: string;
  let traffic: TrafficWays | undefined;

  before(async () => {
    environment = await TestEnvironment.create("upgrade", topology);
    first = await environment.up();
    from = first.plan.linkerd.version;
    to = await anotherRelease(first.tools, environment.directory);
    const west = await environment.api("west");
    const east = await environment.api("east");
    await Promise.all([createNamespace(west), createNamespace(east)]);
    for (const { service, exported } of ways) await exportService(west, east, service, exported);
    await west.post("/api/v1/namespaces", { metadata: { name: others } });
    await Promise.all([
      createSteady(east, "steady", "east"),
      createSteady(west, client, "west"),
      createSteady(west, "left-alone", "west", others),
    ]);
    if (first.outputs["dataPlane"] !== "real") return;
    traffic = await TrafficWays.start(
      ways.map(({ name, service }) => ({ name, source: west, mirror: `${service}-east` })),
      10,
    );
  });
  after(async () => {
    await traffic?.end();
    await environment.dispose();
  });

  async function exportService(
    source: KubernetesApi,
    target: KubernetesApi,
    name: string,
    exported: string,
  ): Promise<void> {
    await exportSteady(target, name, { "mirror.linkerd.io/exported": exported });
    await eventually(`the mirror of ${name}`, timeLimits.mirrorFollows, () =>
      source.get<Service>(servicePath(`${name}-east`)),
    );
  }

  async function topologyNow(): Promise<Topology> {
    const content = parse(await readFile(environment.stack.file, "utf8")) as {
      config: Record<string, Topology>;
    };
    return content.config["linkerd-topology:topology"] as Topology;
  }

  /** Cluster → every release that runs in it of Linkerd's own, and of the workloads in a namespace. */
  async function releases(
    workloadsOf: string,
  ): Promise<Readonly<Record<string, readonly string[]>>> {
    const mesh = meshOf(first.outputs);
    assert.ok(mesh);
    const seen = await observeReleases(mesh);
    return Object.fromEntries(
      seen.map(({ cluster, releases: found }) => {
        assert.ok(found, cluster);
        const { controlPlane, proxies, extension, gateways, workloads } = found;
        const asked = workloads.filter((one) => one.namespace === workloadsOf);
        const all = [controlPlane, proxies, extension, gateways, asked.map((one) => one.release)];
        return [cluster, [...new Set(all.flat())]];
      }),
    );
  }

  testLinkerdChecks(() => ({ environment, entered: first }));

  test("is stopped after its canary, which alone has the other release", async () => {
    const stop = new AbortController();
    const onText = (text: string): void => {
      if (text.includes(`west gets ${to}`)) stop.abort(new Error("enough for now"));
    };
    const upgrading = environment.upgrade({ to, canary: "east", signal: stop.signal, onText });
    await assert.rejects(upgrading, /enough for now/);
    assert.deepEqual(await releases(namespace), { west: [from], east: [to] });
  });

  test("goes on to its end, and names the workloads that their owners have to restart", async () => {
    const result = await environment.upgrade({ to });
    const left = `west: ${others}/Deployment/left-alone runs a proxy of ${from}`;
    assert.deepEqual(result, { version: to, upgraded: [], leftToOwners: [left] });
    assert.deepEqual(await releases(namespace), { west: [to], east: [to] });
    const named = withNamedVersion(topology, to);
    assert.deepEqual(await topologyNow(), named);
    const { table, healthy } = await environment.status();
    assert.ok(healthy, table);
    assert.ok(table.includes(left), table);
  });

  test("the next up changes nothing", async () => {
    assert.deepEqual(Object.keys((await environment.up()).changes), ["same"]);
  });

  test("goes back by the same command, all others at once after the canary", async () => {
    const result = await environment.upgrade({ to: from, atOnce: true });
    assert.deepEqual(result, { version: from, upgraded: ["west", "east"], leftToOwners: [] });
    assert.deepEqual(await releases(others), { west: [from], east: [from] });
    assert.deepEqual(await topologyNow(), withNamedVersion(topology, from));
  });

  test("not one request was lost on the way", async (context) => {
    if (traffic === undefined) {
      context.skip("no data plane: the proxies are stand-ins that carry no traffic");
      return;
    }
    // What is still under way counts as well.
    await traffic.end();
    traffic.requireNoneLost(context, { least: 500 });
  });
});
