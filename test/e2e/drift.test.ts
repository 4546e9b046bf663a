import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { docker } from "../../environments/docker.ts";
import type { UpResult } from "../../environments/up.ts";
import { timeLimits } from "../../planning/time-limits.ts";
import type { KubernetesApi } from "../../verification/kubernetes/api.ts";
import { isNotFound } from "../../verification/kubernetes/errors.ts";
import { connect } from "../../verification/kubernetes/connect.ts";
import { eventually, TestEnvironment } from "./environment.ts";
import { kubeconfigIn } from "./kubeconfigs.ts";
import { createNamespace, createWeb, namespace } from "./workload.ts";

const inMulticluster = "namespaces/linkerd-multicluster";
const link = `/apis/multicluster.linkerd.io/v1alpha3/${inMulticluster}/links/east`;
const gateway = `/apis/apps/v1/${inMulticluster}/deployments/linkerd-gateway`;
const gatewayService = `/api/v1/${inMulticluster}/services/linkerd-gateway`;
const credentials = `/api/v1/${inMulticluster}/secrets/cluster-credentials-east`;
const credentialsOfDestination = "/api/v1/namespaces/linkerd/secrets/cluster-credentials-east";
const mirror = `/api/v1/namespaces/${namespace}/services/web-east`;

/** One network, so that Links are mixed: gateways, pod routes and discovery in the target. */
const topology = {
  // Chosen: Docker gives an address that was asked for only where the subnet was, too.
  docker: { subnet: "192.168.240.0/20" },
  clusters: [
    { name: "west", network: "lab" },
    { name: "east", network: "lab" },
  ],
  links: [{ between: ["west", "east"] }],
};

describe("what was changed from outside", { timeout: 2_400_000 }, () => {
  let environment: TestEnvironment;
  let first: UpResult;
  const nodes = () =>
    first.plan.clusters.flatMap((cluster) =>
      cluster.type === "kind" ? cluster.nodes.map(({ name }) => name) : [],
    );
  const node = (cluster: string) => `${environment.stack.name}-${cluster}-control-plane`;
  const api = async (cluster: string): Promise<KubernetesApi> =>
    connect({ kubeconfigPath: await kubeconfigIn(environment.directory, cluster) });

  before(async () => {
    environment = await TestEnvironment.create("drift", topology);
    first = await environment.up();
    assert.ok(first.proof.proved);
    const [west, east] = await Promise.all([api("west"), api("east")]);
    await Promise.all([createNamespace(west), createNamespace(east)]);
    await createWeb(east, "east");
    await east.patch(`/api/v1/namespaces/${namespace}/services/web`, {
      metadata: { labels: { "mirror.linkerd.io/exported": "true" } },
    });
    await eventually("the mirror web-east", timeLimits.mirrorFollows, () => west.get(mirror));
  });
  after(async () => {
    await environment.dispose();
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

  test("up makes a cluster again that was deleted, and its Links on both sides", async (context) => {
    const west = await api("west");
    const before = await west.get<{ metadata: { uid: string } }>(link);
    await docker(["rm", "--force", "--volumes", node("east")]);
    const begun = performance.now();
    const { proof } = await environment.up();
    context.diagnostic(`up after a cluster was deleted: ${seconds(begun)}`);
    assert.ok(proof.proved);
    const east = await api("east");
    await east.get(link.replace("links/east", "links/west"));
    // West's Link is the same, with credentials that the new cluster takes.
    assert.equal(
      (await west.get<{ metadata: { uid: string } }>(link)).metadata.uid,
      before.metadata.uid,
    );
    await eventually("the end of a mirror without its Service", timeLimits.mirrorFollows, () =>
      west.get(mirror).then(
        () => undefined,
        (error: unknown) => (isNotFound(error) ? true : undefined),
      ),
    );
  });

  test("then a further up changes nothing", async () => {
    const { changes } = await environment.up();
    assert.deepEqual(Object.keys(changes), ["same"]);
  });

  async function address(cluster: string): Promise<string> {
    const format = `{{(index .NetworkSettings.Networks ${JSON.stringify(first.plan.network.name)}).IPAddress}}`;
    return (await docker(["inspect", "--format", format, node(cluster)])).trim();
  }
});

function seconds(begun: number): string {
  return `${((performance.now() - begun) / 1000).toFixed(1)} s`;
}
