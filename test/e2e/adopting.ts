import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { before, after, test } from "node:test";
import { execa } from "execa";
import { parse, stringify } from "yaml";
import type { KubernetesApi } from "../../kubernetes/api.ts";
import type { Metadata, Pod, Service } from "../../kubernetes/objects.ts";
import type { Topology } from "../../planning/topology.ts";
import { dockerExec } from "../../providers/kind/docker.ts";
import { timeLimits } from "../../system/time-limits.ts";
import { addressOf, type InstallMesh } from "./others-mesh.ts";
import { eventually } from "./environment.ts";
import { createSteady, exportSteady } from "./constant-traffic.ts";
import { settled } from "./outside-clusters.ts";
import type { OutsideCluster } from "./outside-clusters.ts";
import { client, TrafficWays } from "./traffic-ways.ts";
import { createNamespace } from "./workload.ts";
import type { OutsidePair, OutsideScenario } from "./outside-pair.ts";

const main = path.resolve(import.meta.dirname, "../../environments/main.ts");

/**
 * Proves that `up` takes over a mesh that others made, changes nothing in it, and leaves it in the end. It must be
 * the only scenario of its file, because the mesh stays in the clusters.
 *
 * @param by what installed Linkerd in north, as a person reads it
 */
export function adopting(
  name: string,
  title: string,
  install: InstallMesh,
  by: RegExp,
): OutsideScenario {
  return {
    name,
    title,
    tests: (pair) => {
      tests(pair, install, by);
    },
  };
}

function tests(pair: OutsidePair, install: InstallMesh, by: RegExp): void {
  let directory = "";
  let listed: readonly (readonly string[])[] = [];
  let traffic: TrafficWays | undefined;
  const both = () => [pair.north, pair.south];

  before(async () => {
    directory = await mkdtemp(path.join(os.tmpdir(), "linkerd-topology-test-adopt-"));
    await pair.south.api.post("/api/v1/namespaces/shop/services", {
      metadata: { name: added },
      spec: { ports: [{ port: 80 }] },
    });
    await install(pair, directory);
    await exportSteadily(pair);
    for (const { api } of both()) await settled(api);
    if (pair.sources?.dataPlane === "none") return;
    traffic = await TrafficWays.start(
      [
        { name: "through the gateway", mirror: "gateway-south" },
        { name: "from pod to pod", mirror: "flat-south" },
        { name: "federated", mirror: "all-federated" },
      ].map((way) => ({ ...way, source: pair.north.api })),
      5,
    );
  });
  after(async () => {
    await traffic?.end();
    await rm(directory, { recursive: true, force: true });
  });

  const run = (...args: string[]) =>
    execa(process.execPath, [main, ...args], {
      cwd: directory,
      reject: false,
      env: { NO_COLOR: "1", XDG_STATE_HOME: directory },
    });
  const labelsOfAdded = async () => {
    const path = `/api/v1/namespaces/shop/services/${added}`;
    return (await pair.south.api.get<Service>(path)).metadata.labels ?? {};
  };
  const assertUnchanged = async (): Promise<void> => {
    for (const [index, { api }] of both().entries()) {
      assert.deepEqual(await versionsIn(api), listed[index]);
    }
  };

  test("discover writes what up can adopt, and up asks before it does", async (context) => {
    await eventually("a mesh in order", timeLimits.meshProved, async () => {
      const files = both().flatMap(({ kubeconfig }) => ["--kubeconfig", kubeconfig]);
      const { exitCode, stdout, stderr } = await run("verify", ...files);
      assert.equal(exitCode, 0, `${stderr}\n${stdout}`);
      return true;
    });
    listed = await Promise.all(both().map(({ api }) => versionsIn(api)));
    const files = both().flatMap(({ kubeconfig }) => ["--kubeconfig", kubeconfig]);
    const found = await run("discover", ...files, "--output", "mesh.yaml");
    assert.equal(found.exitCode, 0, found.stderr);
    const { exitCode, stdout, stderr } = await run("up", "mesh.yaml");
    context.diagnostic(`${stdout}\n${stderr}`);
    assert.equal(exitCode, 2);
    assert.match(stderr, /takes over a mesh that others made/);
    assert.match(stderr, /Link north → south: linkerd-multicluster\/south/);
    assert.match(stderr, by);
    assert.match(stderr, /--yes/);
    await assertUnchanged();
  });

  test("up takes it over, and changes none of its objects", async (context) => {
    const { exitCode, stdout, stderr } = await run("up", "mesh.yaml", "--yes");
    context.diagnostic(`${stdout}\n${stderr}`);
    assert.equal(exitCode, 0, `${stderr}\n${stdout}`);
    await assertUnchanged();
  });

  test("the next up changes nothing, also if it asks every resource first", async () => {
    for (const further of [[], ["--refresh"]]) {
      const { exitCode, stdout, stderr } = await run("up", "mesh.yaml", "--json", ...further);
      assert.equal(exitCode, 0, `${stderr}\n${stdout}`);
      assert.match(stdout + stderr, /"changes":\{"same":\d+\}/);
    }
    await assertUnchanged();
  });

  test("status and verify look at the adopted mesh", async () => {
    for (const command of ["status", "verify"]) {
      const { exitCode, stdout, stderr } = await run(command, "mesh.yaml");
      assert.equal(exitCode, 0, `${stderr}\n${stdout}`);
    }
  });

  test("up adds an export to it, and nothing else", async () => {
    const file = path.join(directory, "mesh.yaml");
    const topology = parse(await readFile(file, "utf8")) as Topology;
    const more = { service: added, namespace: "shop", from: "south" };
    const exports = [...(topology.exports ?? []), more];
    await writeFile(file, stringify({ ...topology, exports }));
    const { exitCode, stdout, stderr } = await run("up", "mesh.yaml");
    assert.equal(exitCode, 0, `${stderr}\n${stdout}`);
    assert.deepEqual(await labelsOfAdded(), { "mirror.linkerd.io/exported": "true" });
    await assertUnchanged();
  });

  test("what the topology says otherwise than the mesh is refused, all at once", async () => {
    const file = path.join(directory, "mesh.yaml");
    const text = await readFile(file, "utf8");
    const topology = parse(text) as Topology;
    const links = [{ between: ["north", "south"], excludedLabels: ["team"] }];
    await writeFile(file, stringify({ ...topology, links }));
    const { exitCode, stderr } = await run("up", "mesh.yaml", "--yes");
    await writeFile(file, text);
    assert.equal(exitCode, 2, stderr);
    assert.match(stderr, /Link north → south: excludedLabels are/);
    assert.match(stderr, /Link south → north: excludedLabels are/);
    await assertUnchanged();
  });

  test("down removes what was added, and leaves the mesh", async () => {
    const { exitCode, stdout, stderr } = await run("down", "mesh.yaml");
    assert.equal(exitCode, 0, `${stderr}\n${stdout}`);
    assert.deepEqual(await labelsOfAdded(), {});
    await assertUnchanged();
  });

  test("not one request was lost on the way", async (context) => {
    if (traffic === undefined) {
      context.skip("no data plane: the proxies are stand-ins that carry no traffic");
      return;
    }
    // What is still under way counts as well.
    await traffic.end();
    const summaries = traffic.requireNoneLost(context, { least: 200 });
    const answered = [...(summaries.get("federated")?.clusters.keys() ?? [])];
    assert.deepEqual(answered.sort(), ["north", "south"]);
  });
}

/**
 * Services of south that north reaches through the gateway and from pod to pod, one of both clusters, and a client
 * in north. Pods of both reach each other, as in a network that others have set up.
 */
async function exportSteadily(pair: OutsidePair): Promise<void> {
  const { north, south } = pair;
  await Promise.all([routePods(north, south), routePods(south, north)]);
  const exported = "mirror.linkerd.io/exported";
  const federated = { "mirror.linkerd.io/federated": "member" };
  await Promise.all(
    [north, south].map(async ({ name, api }) => {
      await createNamespace(api);
      await exportSteady(api, "all", federated);
      await createSteady(api, "steady", name);
    }),
  );
  await exportSteady(south.api, "gateway", { [exported]: "true" });
  await exportSteady(south.api, "flat", { [exported]: "remote-discovery" });
  await createSteady(north.api, client, north.name);
}

/** Leads the packets of one cluster to the pods of the other, which see where they come from. */
async function routePods(from: OutsideCluster, to: OutsideCluster): Promise<void> {
  const address = await addressOf(to);
  await dockerExec(from.node, ["ip", "route", "replace", to.podSubnet, "via", address]);
  // kind's network agent masquerades in it whatever does not go to the cluster's own pods.
  const rule = ["-I", "KIND-MASQ-AGENT", "-d", to.podSubnet, "-j", "RETURN"];
  await dockerExec(from.node, ["iptables", "-w", "5", "-t", "nat", ...rule]);
}

/** A Service that the mesh doesn't export. */
const added = "api";

/** What changes if somebody writes into an object of the mesh, or restarts one of its pods. */
async function versionsIn(api: KubernetesApi): Promise<readonly string[]> {
  // A pod has all that is asked for of the others.
  const list = async (
    collection: string,
    version: (one: Pod) => string,
    names?: readonly string[],
  ): Promise<string[]> => {
    const { items } = await api.get<{ readonly items: readonly Pod[] }>(collection);
    const meant = items.filter(({ metadata: { name } }) =>
      names === undefined ? !name.startsWith(added) : names.includes(name),
    );
    return meant.map((one) => `${collection} ${one.metadata.name} ${version(one)}`);
  };
  type Named = { readonly metadata: Metadata };
  const written = ({ metadata }: Named) => metadata.resourceVersion ?? "";
  // Controllers write the status of these.
  const specified = ({ metadata: { uid = "", generation = 0 } }: Named) => `${uid} ${generation}`;
  const found = await Promise.all([
    list("/api/v1/namespaces", written, ["linkerd", "linkerd-multicluster", "shop"]),
    list("/api/v1/namespaces/shop/services", written),
    ...["linkerd", "linkerd-multicluster"].flatMap((namespace) => [
      list(`/api/v1/namespaces/${namespace}/secrets`, written),
      list(`/api/v1/namespaces/${namespace}/serviceaccounts`, written),
      list(`/apis/apps/v1/namespaces/${namespace}/deployments`, specified),
      list(
        `/api/v1/namespaces/${namespace}/pods`,
        ({ metadata: { uid = "" }, status }) =>
          `${uid} ${(status?.containerStatuses ?? []).map(({ restartCount }) => restartCount).join()}`,
      ),
    ]),
    list("/apis/multicluster.linkerd.io/v1alpha3/links", specified),
    list("/apis/apiextensions.k8s.io/v1/customresourcedefinitions", specified),
  ]);
  return found.flat().sort();
}
