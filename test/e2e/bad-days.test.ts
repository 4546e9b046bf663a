import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { rm } from "node:fs/promises";
import path from "node:path";
import { execa } from "execa";
import { docker, dockerList } from "../../environments/docker.ts";
import { stateDirectory } from "../../system/state-directory.ts";
import type { UpResult } from "../../environments/up.ts";
import { timeLimits } from "../../system/time-limits.ts";
import type { KubernetesApi } from "../../kubernetes/api.ts";
import { eventually, TestEnvironment } from "./environment.ts";
import { testLinkerdChecks } from "./linkerd-checks.ts";
import { createNamespace, createWeb, namespace } from "./workload.ts";

const inMulticluster = "namespaces/linkerd-multicluster";
const link = `/apis/multicluster.linkerd.io/v1alpha3/${inMulticluster}/links/east`;
const gateway = `/apis/apps/v1/${inMulticluster}/deployments/linkerd-gateway`;
const gatewayService = `/api/v1/${inMulticluster}/services/linkerd-gateway`;
const credentials = `/api/v1/${inMulticluster}/secrets/cluster-credentials-east`;
const credentialsOfDestination = "/api/v1/namespaces/linkerd/secrets/cluster-credentials-east";
const mirror = `/api/v1/namespaces/${namespace}/services/web-east`;

/**
 * One network, so that Links are mixed: gateways, pod routes and discovery in the target. Proxies are native
 * sidecars, as they are by default in newer releases: whatever breaks or restarts here is seen of those too.
 */
const topology = {
  // Docker assigns a requested address only if the subnet was requested too.
  docker: { subnet: "192.168.240.0/20" },
  clusters: [
    { name: "west", network: "lab" },
    { name: "east", network: "lab" },
  ],
  links: [{ between: ["west", "east"] }],
  linkerd: { values: { controlPlane: { proxy: { nativeSidecar: true } } } },
};

describe("bad days, and what was changed from outside", { timeout: 2_400_000 }, () => {
  let environment: TestEnvironment;
  let first: UpResult;
  const nodes = () =>
    first.plan.clusters.flatMap((cluster) =>
      cluster.type === "kind" ? cluster.nodes.map(({ name }) => name) : [],
    );
  const node = (cluster: string) => `${environment.stack.name}-${cluster}-control-plane`;
  const api = (cluster: string): Promise<KubernetesApi> => environment.reconnect(cluster);

  before(async () => {
    environment = await TestEnvironment.create("bad", topology);
  });
  after(async () => {
    await environment.dispose();
  });

  test("an up is killed while its cluster is half made; the next one finishes it", async () => {
    const { stack, env } = environment;
    const child = execa(
      process.execPath,
      [path.join(import.meta.dirname, "up-child.ts"), stack.name, stack.file],
      // It gets its own process group, so that the test can kill everything in it at once.
      { env, detached: true, reject: false, stdio: ["ignore", "inherit", "inherit"] },
    );
    await eventually("a half-made node", timeLimits.clusterCreate, async () => {
      const rows = await dockerList(["ps", "--all", "--filter", `name=^${node("west")}$`]);
      return rows.length > 0 ? true : undefined;
    });
    process.kill(-(child.pid ?? 0), "SIGKILL");
    await child;

    first = await environment.up();
    assert.ok(first.proof.proved);
    assert.ok((first.changes["create"] ?? 0) > 0);
    const found = await dockerList(["ps", "--filter", `name=${stack.name}`]);
    assert.deepEqual(found.map((row) => row["Names"]).sort(), nodes().sort());

    const [west, east] = await Promise.all([api("west"), api("east")]);
    await Promise.all([createNamespace(west), createNamespace(east)]);
    await createWeb(east, "east");
    await east.patch(`/api/v1/namespaces/${namespace}/services/web`, {
      metadata: { labels: { "mirror.linkerd.io/exported": "true" } },
    });
    await eventually("the mirror web-east", timeLimits.mirrorFollows, () => west.get(mirror));
  });

  test("up brings back a machine that was rebooted", async (context) => {
    await docker(["stop", "--time", "1", ...nodes()]);
    const begun = performance.now();
    const { proof } = await environment.up();
    context.diagnostic(`up after a stop of all nodes: ${seconds(begun)}`);
    assert.ok(proof.proved);
    const west = await api("west");
    await eventually("the mirror's endpoints", timeLimits.mirrorFollows, async () => {
      const { subsets } = await west.get<{ subsets?: { addresses?: object[] }[] }>(
        `/api/v1/namespaces/${namespace}/endpoints/web-east`,
      );
      return subsets?.[0]?.addresses;
    });
  });

  test("up follows a node that comes back with another address", async (context) => {
    assert.match(await address("east"), /^192\.168\.24[0-7]\./);
    const network = first.plan.network.name;
    const other = "192.168.241.77";
    await docker(["stop", "--time", "1", node("east")]);
    await docker(["network", "disconnect", network, node("east")]);
    await docker(["network", "connect", "--ip", other, network, node("east")]);
    const begun = performance.now();
    const { proof, outputs } = await environment.up();
    context.diagnostic(`up with another address: ${seconds(begun)}`);
    assert.ok(proof.proved);
    assert.equal(await address("east"), other);
    const clusters = outputs["clusters"] as { name: string; nodes: { address: string }[] }[];
    const east = clusters.find(({ name }) => name === "east");
    assert.deepEqual(
      east?.nodes.map(({ address }) => address),
      [other],
    );
  });

  // Linkerd's own command line reads the API servers' addresses from the credentials, on this machine.
  testLinkerdChecks(() => ({ environment, entered: first }));

  test("up --refresh brings back a Link, credentials and a gateway", async (context) => {
    const west = await api("west");
    const deleted = [link, credentials, credentialsOfDestination, gateway, gatewayService];
    for (const path of deleted) await west.delete(path);
    const begun = performance.now();
    const { proof } = await environment.up({ refresh: true });
    context.diagnostic(`up --refresh: ${seconds(begun)}`);
    assert.ok(proof.proved);
    for (const path of deleted) await west.get(path);
    await eventually("the mirror web-east", timeLimits.mirrorFollows, () => west.get(mirror));
  });

  test("then a further up changes nothing", async () => {
    const { changes } = await environment.up();
    assert.deepEqual(Object.keys(changes), ["same"]);
  });

  test("the state is lost; down still takes everything away", async () => {
    await rm(path.join(stateDirectory(environment.env), "backend"), { recursive: true });
    assert.notDeepEqual(await environment.traces(), []);
    await environment.down();
    assert.deepEqual(await environment.traces(), []);
  });
  async function address(cluster: string): Promise<string> {
    const format = `{{(index .NetworkSettings.Networks ${JSON.stringify(first.plan.network.name)}).IPAddress}}`;
    return (await docker(["inspect", "--format", format, node(cluster)])).trim();
  }
});

/** One cluster and no Link. Nothing of it is created. */
const single = { clusters: [{ name: "west" }] };

describe("somebody else's cluster of the same name", { timeout: 600_000 }, () => {
  let environment: TestEnvironment;
  let container = "";
  before(async () => {
    environment = await TestEnvironment.create("foreign", single);
    const cluster = `${environment.stack.name}-west`;
    container = `${cluster}-control-plane`;
    // By its labels and name it looks like a cluster. Nothing has to run in it.
    const images = await dockerList(["images", "--filter", "dangling=false"]);
    const image = images.map((row) => row["ID"]).find((id) => id !== undefined);
    assert.ok(image !== undefined, "there is no image to make a container of");
    await docker([
      "create",
      "--name",
      container,
      "--label",
      `io.x-k8s.kind.cluster=${cluster}`,
      "--label",
      "io.x-k8s.kind.role=control-plane",
      image,
      "sleep",
    ]);
  });
  after(async () => {
    await docker(["rm", "--force", container]);
    await environment.dispose();
  });

  test("up says whose it is not and what to do, and makes nothing", async () => {
    await assert.rejects(environment.up(), /a kind cluster .* already exists.*another name/s);
    assert.deepEqual(await environment.traces(), [`container ${container}`]);
  });

  test("down leaves it alone", async () => {
    await environment.down();
    assert.deepEqual(await environment.traces(), [`container ${container}`]);
  });
});

function seconds(begun: number): string {
  return `${((performance.now() - begun) / 1000).toFixed(1)} s`;
}
