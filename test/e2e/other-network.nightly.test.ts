import assert from "node:assert/strict";
import { once } from "node:events";
import { readFile, writeFile } from "node:fs/promises";
import type { AddressInfo, Server } from "node:net";
import { after, before, test } from "node:test";
import { execa } from "execa";
import { parse, stringify } from "yaml";
import { discover } from "../../environments/for-programs.ts";
import type { UpResult } from "../../environments/up.ts";
import { verifyStack } from "../../environments/verify.ts";
import { listAll } from "../../kubernetes/list-all.ts";
import type { Pod } from "../../kubernetes/objects.ts";
import { ownAddresses } from "../../kubernetes/pods.ts";
import { defaults } from "../../planning/defaults.ts";
import { planOrThrow } from "../../planning/plan.ts";
import type { ClusterSpec, Topology } from "../../planning/topology.ts";
import { isIn } from "../../verification/checks/cluster-networks-complete.ts";
import { renderVerification } from "../../verification/index.ts";
import { socksProxy } from "../unit/socks-proxy.ts";
import { TestEnvironment } from "./environment.ts";
import { podRange, sharedPodSubnet, useOtherPodNetwork } from "./other-pod-network.ts";
import type { OutsideCluster } from "./outside-clusters.ts";
import { declareOutside, OutsidePair, type OutsideScenario } from "./outside-pair.ts";
import { TcpProxy } from "./tcp-proxy.ts";

/**
 * Two clusters of one VPC, as Kubernetes doesn't know it: their pods share a subnet, and are in no node's `podCIDR`.
 * Then a gateway is reached through address translation, and their API servers through proxies, at other addresses.
 * The tests build on each other.
 */
const otherNetwork: OutsideScenario = {
  name: "other-network",
  title: "clusters whose pods are outside of their nodes' podCIDR",
  tests,
};

declareOutside(
  import.meta.filename,
  [otherNetwork],
  new OutsidePair({ prepare: useOtherPodNetwork }),
);

function tests(pair: OutsidePair): void {
  let environment: TestEnvironment;
  let topology: Topology;
  let first: UpResult;
  let clusters: readonly OutsideCluster[];
  let kubeconfigs: readonly string[];
  let proxies: readonly TcpProxy[] = [];
  let socks: Server | undefined;
  let translation: readonly TcpProxy[] = [];

  before(async () => {
    clusters = [pair.north, pair.south];
    const specs = clusters.map((one): ClusterSpec => ({
      ...pair.spec(one),
      podSubnet: sharedPodSubnet,
      network: "vpc",
      gateway: { addresses: [one.node] },
    }));
    kubeconfigs = specs.map(({ kubeconfig }) => kubeconfig ?? "");
    topology = {
      clusters: specs,
      links: [
        { from: "north", to: "south", mode: "mixed" },
        { from: "south", to: "north", mode: "flat" },
      ],
    };
    environment = await TestEnvironment.create("vpc", topology);
  });
  after(async () => {
    await environment.dispose({ down: true });
    await Promise.all([...proxies, ...translation].map((proxy) => proxy.stop()));
    socks?.close();
  });

  /** Lets the kubeconfigs lead to new proxies, and ends the former ones. */
  const move = async (): Promise<void> => {
    const former = proxies;
    proxies = await Promise.all(
      clusters.map(async ({ kubeconfig }) => TcpProxy.start(await serverOf(kubeconfig))),
    );
    for (const [index, proxy] of proxies.entries()) {
      await setServer(kubeconfigs[index] ?? "", proxy.url);
    }
    await Promise.all(former.map((proxy) => proxy.stop()));
  };
  const proved = async () => {
    const verification = await verifyStack(environment.request());
    assert.ok(verification.proved, renderVerification(verification));
    return verification;
  };

  test("get Linkerd and Links, flat and through a gateway, proved", async (context) => {
    const begun = performance.now();
    first = await environment.up();
    context.diagnostic(`up: ${((performance.now() - begun) / 1000).toFixed(1)} s`);
    assert.ok(first.proof.proved);
    for (const [index, { name, podSubnet, api }] of clusters.entries()) {
      const pods = ownAddresses(await listAll<Pod>(api, "/api/v1/pods"));
      assert.ok(pods.some(({ pod }) => pod.startsWith("linkerd-multicluster/")));
      for (const { pod, ip } of pods) {
        assert.ok(isIn([podRange(index)], ip), `${pod} of ${name} has ${ip}`);
        assert.ok(!isIn([podSubnet], ip));
      }
    }
  });

  test("are proved by verify, with traffic where there is a data plane", async (context) => {
    const { results } = await proved();
    const passed = results.filter(({ state }) => state === "passed");
    context.diagnostic(`${String(passed.length)} of ${String(results.length)} checks passed`);
    const ids = ["pods-in-subnet", "cluster-networks-complete"];
    const traffic = ["gateway-traffic", "flat-traffic"];
    for (const id of first.proof.status.dataPlane === "real" ? [...ids, ...traffic] : ids) {
      assert.ok(
        passed.some(({ check }) => check === id),
        id,
      );
    }
  });

  test("have pod subnets that discover finds by the pods, in a file that up takes", async () => {
    const { topology, notes } = await discover({ kubeconfig: kubeconfigs });
    assert.deepEqual(
      topology.clusters.map(({ podSubnet }) => podSubnet),
      clusters.map((_, index) => podRange(index)),
    );
    const told = notes.filter(({ at }) => at.includes("podSubnet")).map(({ text }) => text);
    assert.equal(told.length, clusters.length);
    for (const text of told) assert.match(text, /by the addresses of \d+ pods/);
    planOrThrow(topology, { name: "found" });
  });

  test("aren't changed by another up", async () => {
    assert.deepEqual(Object.keys((await environment.up()).changes), ["same"]);
  });

  test("have a gateway that is reached at other ports, through address translation", async () => {
    const { node, host } = await addressesOf(pair.south);
    const ports = [defaults.gatewayNodePort, defaults.probeNodePort];
    translation = await Promise.all(
      ports.map((port) => TcpProxy.start(`tcp://${node}:${String(port)}`, host)),
    );
    const [port, probePort] = translation.map((one) => one.port);
    assert.ok(port !== undefined && probePort !== undefined);
    const gateway = { addresses: [host], port, probePort };
    await environment.change({
      ...topology,
      clusters: topology.clusters.map((one) => (one.name === "south" ? { ...one, gateway } : one)),
    });
    const { proof } = await environment.up();
    assert.ok(proof.proved);
    await proved();
    // Without a data plane nobody sends requests, but the service mirror probes the gateway all the same.
    const used = proof.status.dataPlane === "real" ? translation : translation.slice(1);
    for (const one of used) assert.ok(one.connections > 0, String(one.port));
  });

  test("are the same clusters behind a proxy at another address: nothing is replaced", async () => {
    const listed = await Promise.all(clusters.map((cluster) => pair.list(cluster)));
    await move();
    const { proof, changes } = await environment.up();
    assert.ok(proof.proved);
    // The Kubernetes providers go by the present addresses.
    const { same: _, ...others } = changes;
    assert.deepEqual(others, { update: clusters.length });
    for (const proxy of proxies) assert.ok(proxy.connections > 0);
    for (const [index, cluster] of clusters.entries()) await pair.assertAs(listed[index], cluster);
    await proved();
  });

  test("one that leaves the topology is left as it was, at yet another address", async () => {
    await move();
    const north = topology.clusters.filter(({ name }) => name === "north");
    await environment.change({ clusters: north });
    assert.ok((await environment.up()).proof.proved);
    await pair.assertAsBefore(pair.south);
  });

  test("the other one is left by down as it was, through a SOCKS proxy", async () => {
    await move();
    const [proxy] = proxies;
    assert.ok(proxy !== undefined);
    const asked: string[] = [];
    socks = socksProxy(() => proxy.port, asked).listen(0, "127.0.0.1");
    await once(socks, "listening");
    const { port } = socks.address() as AddressInfo;
    await setServer(kubeconfigs[0] ?? "", proxy.url, `socks5://127.0.0.1:${String(port)}`);
    await environment.down();
    assert.deepEqual(new Set(asked), new Set([new URL(proxy.url).host]));
    assert.deepEqual(await environment.traces(), []);
    await pair.assertAsBefore();
  });
}

/** Of a node on its Docker network, and of this machine there. */
async function addressesOf({ node }: OutsideCluster): Promise<{ node: string; host: string }> {
  const format = "{{range .NetworkSettings.Networks}}{{.IPAddress}} {{.Gateway}}{{end}}";
  const { stdout } = await execa("docker", ["inspect", "--format", format, node]);
  const [address = "", host = ""] = stdout.trim().split(" ");
  return { node: address, host };
}

interface Kubeconfig {
  readonly clusters: { readonly cluster: { server: string; "proxy-url"?: string } }[];
}

async function serverOf(kubeconfig: string): Promise<string> {
  const { clusters } = parse(await readFile(kubeconfig, "utf8")) as Kubeconfig;
  return clusters[0]?.cluster.server ?? "";
}

async function setServer(kubeconfig: string, server: string, proxy?: string): Promise<void> {
  const config = parse(await readFile(kubeconfig, "utf8")) as Kubeconfig;
  for (const { cluster } of config.clusters) {
    cluster.server = server;
    if (proxy !== undefined) cluster["proxy-url"] = proxy;
  }
  await writeFile(kubeconfig, stringify(config), { mode: 0o600 });
}
