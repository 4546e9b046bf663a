import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { before, test } from "node:test";
import type { UpResult } from "../../../environments/up.ts";
import { countResources } from "../../../planning/count-resources.ts";
import { timeLimits } from "../../../system/time-limits.ts";
import { KubernetesApiError } from "../../../kubernetes/errors.ts";
import type { KubernetesApi } from "../../../kubernetes/api.ts";
import { verifyStack } from "../../../environments/verify.ts";
import { podsInSubnet } from "../../../verification/checks/pods-in-subnet.ts";
import { thoroughCatalogue } from "../../../verification/checks/thorough.ts";
import { failuresOf, renderVerification } from "../../../verification/index.ts";
import { deploymentPath } from "../../../linkerd/names.ts";
import { readArchive } from "../../archive.ts";
import { eventually, type TestEnvironment } from "../environment.ts";
import { refusedLosses } from "../refused-losses.ts";
import { testLinkerdChecks } from "../linkerd-checks.ts";
import type { Scenario, SharedClusters } from "../scenario.ts";
import { baseTopology } from "../three-clusters.ts";
import { secretsOf } from "../secrets.ts";
import { createClient, createNamespace, createWeb, namespace, readAnswer } from "../workload.ts";

interface Service {
  readonly metadata: { readonly labels?: Readonly<Record<string, string>> };
}

interface Endpoints {
  readonly subsets?: readonly {
    readonly addresses?: readonly { readonly ip: string }[];
    readonly ports?: readonly { readonly port: number }[];
  }[];
}

const web = `/api/v1/namespaces/${namespace}/services/web`;
const mirror = `/api/v1/namespaces/${namespace}/services/web-east`;
const links = "/apis/multicluster.linkerd.io/v1alpha3/namespaces/linkerd-multicluster/links";

export const hierarchical: Scenario = {
  name: "hierarchical",
  title: "a gateway Link each way",
  topology: baseTopology,
  tests,
};

function tests(shared: SharedClusters): void {
  let environment: TestEnvironment;
  let result: UpResult;
  let north: KubernetesApi;
  let east: KubernetesApi;

  before(() => {
    environment = shared.environment;
    result = shared.entered;
    north = shared.api("north");
    east = shared.api("east");
  });

  testLinkerdChecks(() => shared);

  test("every node is Ready", async () => {
    for (const api of [north, east]) {
      const { items } = await api.get<{
        items: { status: { conditions: { type: string; status: string }[] } }[];
      }>("/api/v1/nodes");
      assert.equal(items.length, 1);
      for (const node of items) {
        const ready = node.status.conditions.find(({ type }) => type === "Ready");
        assert.equal(ready?.status, "True");
      }
    }
  });

  test("control planes, gateways and service mirrors are up, each pod with its proxy", async () => {
    for (const [api, target] of [
      [north, "east"],
      [east, "north"],
    ] as const) {
      const deployments = [
        "linkerd/deployments/linkerd-identity",
        "linkerd/deployments/linkerd-destination",
        "linkerd/deployments/linkerd-proxy-injector",
        "linkerd-multicluster/deployments/linkerd-gateway",
        `linkerd-multicluster/deployments/controller-${target}`,
      ];
      for (const deployment of deployments) {
        const { status } = await api.get<{ status: { availableReplicas?: number } }>(
          `/apis/apps/v1/namespaces/${deployment}`,
        );
        assert.ok((status.availableReplicas ?? 0) > 0, `${deployment} is not available`);
      }
      const { items } = await api.get<{
        items: { metadata: { name: string }; spec: PodSpec; status: { phase: string } }[];
      }>("/api/v1/namespaces/linkerd-multicluster/pods");
      for (const { metadata, spec, status } of items) {
        if (status.phase !== "Running") continue;
        const all = [...spec.containers, ...(spec.initContainers ?? [])];
        assert.ok(
          all.some(({ name }) => name === "linkerd-proxy"),
          `${metadata.name} has no proxy`,
        );
      }
    }
  });

  test("all clusters trust the same anchor, and have issuers of their own", () => {
    const { clusters } = result.proof.status;
    const anchors = clusters.flatMap(({ trustAnchors }) =>
      trustAnchors.map(({ fingerprint }) => fingerprint),
    );
    assert.equal(anchors.length, 3);
    assert.equal(new Set(anchors).size, 1);
    assert.equal(new Set(clusters.map(({ issuer }) => issuer?.fingerprint)).size, 3);
  });

  test("the service mirrors have taken their Links up", async () => {
    for (const [api, target] of [
      [north, "east"],
      [east, "north"],
    ] as const) {
      await api.get(`${links}/${target}`);
      const lease = await api.get<{ spec: { holderIdentity?: string } }>(
        `/apis/coordination.k8s.io/v1/namespaces/linkerd-multicluster/leases/service-mirror-write-${target}`,
      );
      assert.match(lease.spec.holderIdentity ?? "", new RegExp(`^controller-${target}-`));
    }
    assert.deepEqual(
      result.proof.status.links.map(({ serviceMirror }) => serviceMirror.takenUp),
      [true, true, true, true],
    );
  });

  test("a Service that east exports appears in north, with the gateway's address and port", async () => {
    await Promise.all([createNamespace(north), createNamespace(east)]);
    await createWeb(east, "east");
    await assert.rejects(north.get(mirror), KubernetesApiError);
    await east.patch(web, { metadata: { labels: { "mirror.linkerd.io/exported": "true" } } });

    const service = await eventually("the mirror web-east", timeLimits.mirrorFollows, () =>
      north.get<Service>(mirror),
    );
    assert.equal(service.metadata.labels?.["mirror.linkerd.io/mirrored-service"], "true");
    assert.equal(service.metadata.labels["mirror.linkerd.io/cluster-name"], "east");

    const node = result.proof.status.clusters.find(({ name }) => name === "east")?.nodes[0];
    const gateway = result.plan.links.find(({ target }) => target === "east")?.gateway;
    const endpoints = await eventually("its endpoints", timeLimits.mirrorFollows, async () => {
      const found = await north.get<Endpoints>(
        `/api/v1/namespaces/${namespace}/endpoints/web-east`,
      );
      return found.subsets?.[0]?.addresses === undefined ? undefined : found;
    });
    assert.deepEqual(
      endpoints.subsets?.map(({ addresses, ports }) => ({
        addresses: addresses?.map(({ ip }) => ip),
        ports: ports?.map(({ port }) => port),
      })),
      [{ addresses: [node?.address], ports: [gateway?.port] }],
    );
  });

  test("the Link's status says so", async () => {
    const { status } = await eventually("the Link's status", timeLimits.mirrorFollows, async () => {
      const link = await north.get<{ status?: { mirrorServices?: MirrorService[] } }>(
        `${links}/east`,
      );
      return link.status?.mirrorServices?.length === 1 ? link : undefined;
    });
    const mirrored = status?.mirrorServices?.[0];
    assert.equal(mirrored?.remoteRef.name, "web");
    assert.ok(
      mirrored.conditions.some(
        ({ type, status: state }) => type === "Mirrored" && state === "True",
      ),
    );
  });

  test("a meshed client in north is answered by east's pod, through the gateway", async (context) => {
    if (shared.withoutDataPlane !== undefined) {
      context.skip(shared.withoutDataPlane);
      return;
    }
    await createClient(north, `http://web-east.${namespace}.svc.cluster.local/`);
    const answer = await eventually("an answer", timeLimits.firstRequest, () => readAnswer(north));
    assert.equal(answer.body?.cluster, "east");
    const headers = answer.body.headers;
    assert.match(headers["l5d-client-id"] ?? "", /^linkerd-gateway\.linkerd-multicluster\./);
    assert.match(headers["forwarded"] ?? "", /for=default\.e2e\.serviceaccount\.identity\./);
  });

  test("north's metrics say that east's gateway is alive", async (context) => {
    if (shared.withoutDataPlane !== undefined) {
      context.skip(shared.withoutDataPlane);
      return;
    }
    const { document } = await environment.status();
    const states = (document as { links: { gateway: { state: string } }[] }).links;
    assert.deepEqual(
      states.map(({ gateway }) => gateway.state),
      ["alive", "alive", "alive", "alive"],
    );
  });

  test("the mirror goes when the label goes", async () => {
    await east.patch(web, { metadata: { labels: { "mirror.linkerd.io/exported": null } } });
    await eventually("the mirror's end", timeLimits.mirrorFollows, async () => {
      try {
        await north.get(mirror);
        return undefined;
      } catch (error) {
        if (error instanceof KubernetesApiError && error.status === 404) return true;
        throw error;
      }
    });
  });

  test("status sees what up proved", async () => {
    const { healthy, table } = await environment.status();
    assert.ok(healthy, table);
    assert.match(table, /north → east/);
  });

  test("a second up changes nothing", async () => {
    const second = await environment.up();
    assert.deepEqual(Object.keys(second.changes), ["same"]);
    assert.equal(second.changes["same"], countResources(second.plan));
  });

  test("nothing takes the clusters away that was not asked for in so many words", async (context) => {
    for (const step of refusedLosses(environment, () => result.plan)) {
      await context.test(step.title, () => step.run());
    }
  });

  test("verify finds all that it asks about as it should be", async () => {
    const verification = await verifyStack({
      ...environment.request(),
      traffic: false,
      junit: path.join(environment.directory, "junit.xml"),
      json: path.join(environment.directory, "verification.json"),
      bundle: environment.directory,
    });
    assert.ok(verification.proved, renderVerification(verification));
    assert.equal(verification.bundle, undefined);
    const { results } = verification;
    for (const { id } of thoroughCatalogue.cluster) {
      const states = results.filter(({ check }) => check === id).map(({ state }) => state);
      // kind takes pods' addresses from the pod subnet: only existing clusters are asked.
      if (id === podsInSubnet.id) {
        assert.deepEqual(states, []);
        continue;
      }
      assert.equal(states.length, 3, id);
      const isLeftOut = states[0] === "not run" && result.proof.status.dataPlane === "none";
      if (!isLeftOut) assert.deepEqual(states, ["passed", "passed", "passed"], id);
    }
    const json = JSON.parse(
      await readFile(path.join(environment.directory, "verification.json"), "utf8"),
    ) as { checks: unknown[] };
    assert.equal(json.checks.length, results.length);
    const junit = await readFile(path.join(environment.directory, "junit.xml"), "utf8");
    assert.equal(junit.match(/<testcase /g)?.length, results.length);
  });

  test("verify finds a service mirror that is gone, and its bundle holds no secret of the mesh", async () => {
    const serviceMirror = deploymentPath("linkerd-multicluster", "controller-north");
    await east.patch(serviceMirror, { spec: { replicas: 0 } });
    const file = path.join(environment.directory, "bundle.tar.gz");
    const request = { ...environment.request(), traffic: false, limit: 0, bundle: file };
    const broken = await verifyStack(request);
    assert.equal(broken.proved, false);
    assert.ok(
      failuresOf(broken.results).some(
        ({ check, subject, problem }) =>
          check === "multicluster-ready" &&
          subject === "east" &&
          problem === "controller-north is scaled to 0",
      ),
      renderVerification(broken),
    );
    assert.equal(broken.bundle, file);
    const archive = await readArchive(file);
    for (const part of [
      "clusters/east/linkerd-multicluster/logs/linkerd-gateway",
      "clusters/north/events.txt",
      `nodes/${environment.stack.name}-east-control-plane/kubelet.log`,
    ]) {
      assert.ok(
        [...archive.keys()].some((name) => name.startsWith(part)),
        `${part}: ${archive.get("errors.txt") ?? ""}`,
      );
    }
    const secrets = [...(await secretsOf(north)), ...(await secretsOf(east))];
    assert.ok(secrets.length > 20);
    for (const [name, text] of archive) {
      for (const secret of secrets) {
        assert.ok(!text.includes(secret.value), `${name} holds ${secret.of}`);
      }
    }
    await east.patch(serviceMirror, { spec: { replicas: 1 } });
    const mended = await verifyStack({ ...request, limit: timeLimits.gatewayAlive });
    assert.ok(mended.proved, renderVerification(mended));
  });
}

interface PodSpec {
  readonly containers: readonly { readonly name: string }[];
  readonly initContainers?: readonly { readonly name: string }[];
}

interface MirrorService {
  readonly remoteRef: { readonly name: string };
  readonly conditions: readonly { readonly type: string; readonly status: string }[];
}
