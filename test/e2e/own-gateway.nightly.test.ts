import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { after, before, describe, test, type TestContext } from "node:test";
import { parse } from "yaml";
import { applyTo, readManifests } from "../../environments/apply.ts";
import type { UpResult } from "../../environments/up.ts";
import { verifyStack } from "../../environments/verify.ts";
import type { KubernetesApi } from "../../kubernetes/api.ts";
import { parseMetrics } from "../../kubernetes/metrics.ts";
import type { Deployment, List, Metadata, Pod } from "../../kubernetes/objects.ts";
import { corePath, deploymentPath, proxyAdminPort } from "../../linkerd/names.ts";
import { gatewayName, multiclusterNamespace } from "../../planning/names.ts";
import type { Topology } from "../../planning/topology.ts";
import { timeLimits } from "../../system/time-limits.ts";
import { type CheckResult, renderVerification } from "../../verification/index.ts";
import { root } from "../runner/layers.ts";
import { eventually, TestEnvironment } from "./environment.ts";
import { kubeconfigIn } from "./kubeconfigs.ts";
import { nodeAddress } from "./node-address.ts";
import type { OutsideCluster } from "./outside-clusters.ts";
import { OutsidePair } from "./outside-pair.ts";
import { identityOf, startProbe } from "./probe.ts";
import { bringSources } from "./wanted-sources.ts";
import {
  createNamespace,
  createWeb,
  isMissing,
  namespace,
  readyPods,
  servicePath,
} from "./workload.ts";

/** An archive with the image of the ingress in examples/own-ingress. */
const archive = process.env["INGRESS_ARCHIVE"] ?? "";
const noArchive =
  "no image of an ingress: docker pull nginx:1.28, docker save nginx:1.28 --output nginx.tar, INGRESS_ARCHIVE=nginx.tar";

const example = path.join(root, "examples/own-ingress");
const deployment = deploymentPath("ingress", "nginx");
const service = corePath("ingress", "services", "nginx");
const gateway = corePath("ingress", "services", gatewayName);

/** In clusters that exist, so that `down` has an ingress to leave. The tests build on each other. */
describe("an ingress of one's own as the gateway", { timeout: 1_500_000 }, () => {
  if (archive === "") {
    test("runs where its image is", { skip: noArchive });
    return;
  }
  const pair = new OutsidePair({ archives: [path.resolve(archive)] });
  let [north, south] = [] as unknown as [OutsideCluster, OutsideCluster];
  let environment: TestEnvironment;
  let first: UpResult;
  /** What the ingress' owner has, as it was before an `up`. */
  let theirs: readonly string[];
  const skipsWithoutDataPlane = (context: TestContext): boolean => {
    if (first.proof.status.dataPlane === "real") return false;
    context.skip("no data plane: the proxies are stand-ins that carry no traffic");
    return true;
  };

  before(async () => {
    await pair.start();
    ({ north, south } = pair);
    const own = await ownOfExample();
    environment = await TestEnvironment.create("ingress", {
      clusters: [
        pair.spec(north),
        { ...pair.spec(south), gateway: { own, addresses: [south.node] } },
      ],
      links: [{ from: "north", to: "south" }],
    });
  });
  after(async () => {
    try {
      await environment.dispose({ down: true });
    } finally {
      await pair.dispose();
    }
  });

  test("is waited for by an up that makes everything else", async () => {
    first = await environment.up();
    assert.ok(first.proof.proved);
    assert.equal(
      outcomeOf(first.proof.results, "own-gateway-serves"),
      "not run: waiting for the namespace ingress",
    );
  });

  test("is the gateway of the next up, which changes nothing of it", async () => {
    await installNginx("south", south.kubeconfig, south.api);
    theirs = await versions(south.api);
    const { proof, changes } = await environment.up();
    assert.ok(proof.proved);
    assert.deepEqual(Object.keys(changes).sort(), ["same", "update"]);
    assert.equal(outcomeOf(proof.results, "own-gateway-serves"), "passed");
    assert.deepEqual(await versions(south.api), theirs);
    assert.ok(await isMissing(south.api, deploymentPath(multiclusterNamespace, gatewayName)));
  });

  test("lets verify prove the mesh, with traffic through it", async (context) => {
    const verification = await verifyStack(environment.request());
    const { results, proved } = verification;
    assert.ok(proved, renderVerification(verification));
    const passed = results.filter(({ state }) => state === "passed").length;
    context.diagnostic(`${passed} of ${results.length} checks passed`);
    if (skipsWithoutDataPlane(context)) return;
    assert.equal(outcomeOf(results, "gateway-alive"), "passed");
    assert.equal(outcomeOf(results, "gateway-traffic"), "passed");
  });

  test("carries requests for mirrors through its proxy, and answers its own clients", async (context) => {
    await Promise.all([north.api, south.api].map(createNamespace));
    await createWeb(south.api, "south");
    await readyPods(south.api, "web", 1);
    const body = await eventually("an answer by nginx", timeLimits.firstRequest, async () => {
      const answer = await fetch(`http://${await nodeAddress(south.api)}:30080/`, {
        signal: AbortSignal.timeout(5_000),
      });
      return answer.ok ? answer.text() : undefined;
    });
    assert.match(body, /"cluster": ?"south"/);
    await south.api.patch(servicePath("web"), {
      metadata: { labels: { "mirror.linkerd.io/exported": "true" } },
    });
    await eventually("the mirror web-south", timeLimits.mirrorFollows, () =>
      north.api.get(servicePath("web-south")),
    );
    if (skipsWithoutDataPlane(context)) return;
    const client = await startProbe(north.api, { name: "client", cluster: "north", meshed: true });
    const ask = async () => identityOf(await client.ask(`http://web-south.${namespace}/`));
    await eventually("an answer of south", timeLimits.firstRequest, ask);
    const before = await admittedAtGateway(south.api);
    const answers = [];
    for (let request = 0; request < 20; request++) answers.push(await ask());
    for (const answer of answers) {
      assert.equal(answer?.cluster, "south");
      // The server's proxy says whose proxy the request came from.
      assert.match(answer.headers["l5d-client-id"] ?? "", /^nginx\.ingress\.serviceaccount\./);
    }
    const more = (await admittedAtGateway(south.api)) - before;
    context.diagnostic(`the proxy of nginx admitted ${more} requests at the gateway's port`);
    assert.ok(more >= answers.length, `${more} of ${answers.length} requests`);
  });

  test("isn't changed by another up", async () => {
    assert.deepEqual(Object.keys((await environment.up()).changes), ["same"]);
    assert.deepEqual(await versions(south.api), theirs);
  });

  test("that is no gateway any more is told of, with what to write", async () => {
    await south.api.patch(
      deployment,
      withPodAnnotations({ "config.linkerd.io/enable-gateway": null }),
    );
    theirs = await versions(south.api);
    await eventually("a failure", timeLimits.firstRequest, async () => {
      const { results } = await verifyStack({ ...environment.request(), traffic: false });
      const told = outcomeOf(results, "own-gateway-serves");
      assert.match(told, /is no gateway: add config\.linkerd\.io\/enable-gateway/);
      return true;
    });
  });

  test("is left by down, which takes its own Service away", async () => {
    await south.api.get(gateway);
    await environment.down();
    assert.deepEqual(await environment.traces(), []);
    assert.ok(await isMissing(south.api, gateway));
    assert.deepEqual(await versions(south.api), theirs);
  });

  test("that is there before the first up has no proxies, which is told", async () => {
    await south.api.patch(
      deployment,
      withPodAnnotations({ "config.linkerd.io/enable-gateway": "true" }),
    );
    await available(south.api);
    theirs = await versions(south.api);
    await assert.rejects(
      environment.up(),
      /ingress\/nginx-\S+ has no proxy, although it asks for one.*kubectl -n ingress rollout restart/s,
    );
    assert.deepEqual(await versions(south.api), theirs);
  });

  test("and serves once its owner has restarted it", async (context) => {
    // What `kubectl rollout restart` does.
    const now = { "kubectl.kubernetes.io/restartedAt": new Date().toISOString() };
    await south.api.patch(deployment, withPodAnnotations(now));
    await available(south.api);
    const { proof } = await environment.up();
    assert.ok(proof.proved);
    assert.equal(outcomeOf(proof.results, "own-gateway-serves"), "passed");
    const verification = await verifyStack(environment.request());
    assert.ok(verification.proved, renderVerification(verification));
    if (skipsWithoutDataPlane(context)) return;
    assert.equal(outcomeOf(verification.results, "gateway-traffic"), "passed");
  });
});

/** In clusters of the stack's own. The tests build on each other. */
describe("an ingress of one's own as the gateway of a kind cluster", { timeout: 1_500_000 }, () => {
  if (archive === "") {
    test("runs where its image is", { skip: noArchive });
    return;
  }
  let environment: TestEnvironment;
  let east: KubernetesApi;
  let theirs: readonly string[];
  let withIngress: Topology;
  const topology = (gateway: NonNullable<Topology["clusters"][number]["gateway"]>): Topology => ({
    clusters: [{ name: "west" }, { name: "east", imageArchives: [path.resolve(archive)], gateway }],
    links: [{ from: "west", to: "east" }],
  });
  const provedWithTraffic = async (): Promise<void> => {
    const verification = await verifyStack(environment.request());
    assert.ok(verification.proved, renderVerification(verification));
    if (verification.status.dataPlane !== "real") return;
    assert.equal(outcomeOf(verification.results, "gateway-traffic"), "passed");
  };

  before(async () => {
    withIngress = topology({ own: await ownOfExample(), admission: "linked" });
    environment = await TestEnvironment.create("ingress", withIngress);
  });
  after(() => environment.dispose());

  test("is waited for, and serves once it is there", async () => {
    const { proof } = await environment.up();
    assert.equal(
      outcomeOf(proof.results, "own-gateway-serves"),
      "not run: waiting for the namespace ingress",
    );
    east = await environment.api("east");
    await installNginx("east", await kubeconfigIn(environment.directory, "east"), east);
    theirs = await versions(east);
    const next = await environment.up();
    assert.equal(outcomeOf(next.proof.results, "own-gateway-serves"), "passed");
    await provedWithTraffic();
  });

  test("gives its place back to Linkerd's gateway, at other node ports", async () => {
    const admission = "linked";
    await environment.change(topology({ admission }));
    await assert.rejects(
      environment.up(),
      /ingress\/linkerd-gateway has the node port 30143 until Linkerd's own gateway has taken its place/,
    );
    await east.get(gateway);
    await environment.change(topology({ admission, nodePort: 30144, probeNodePort: 30192 }));
    assert.ok((await environment.up()).proof.proved);
    assert.ok(await isMissing(east, gateway));
    assert.deepEqual(await versions(east), theirs);
    await provedWithTraffic();
  });

  test("takes its place again", async () => {
    await environment.change(withIngress);
    assert.ok((await environment.up()).proof.proved);
    assert.ok(await isMissing(east, deploymentPath(multiclusterNamespace, gatewayName)));
    assert.deepEqual(await versions(east), theirs);
    await provedWithTraffic();
  });
});

/** In clusters of the stack's own, whose load balancer the package brings. */
describe("an ingress of one's own behind the load balancer on kind", { timeout: 1_500_000 }, () => {
  if (archive === "") {
    test("runs where its image is", { skip: noArchive });
    return;
  }
  let environment: TestEnvironment;
  before(async () => {
    environment = await TestEnvironment.create("edge", {
      clusters: [
        { name: "west" },
        {
          name: "east",
          imageArchives: [path.resolve(archive)],
          gateway: { own: await ownOfExample(), serviceType: "LoadBalancer" },
        },
      ],
      links: [{ from: "west", to: "east" }],
      docker: { subnet: "192.168.224.0/20" },
    });
    await bringSources(environment.directory, { loadBalancer: true });
  });
  after(() => environment.dispose());

  test("has the address that the Link leads to, and its proxies take the requests", async (context) => {
    await environment.up();
    const east = await environment.api("east");
    await installNginx("east", await kubeconfigIn(environment.directory, "east"), east);
    const { proof, plan } = await environment.up();
    assert.ok(proof.proved);
    assert.equal(outcomeOf(proof.results, "own-gateway-serves"), "passed");
    const planned = plan.clusters.find(({ name }) => name === "east")?.gateway?.loadBalancerIP;
    assert.ok(planned !== undefined);
    const { status } = await east.get<Balanced>(gateway);
    assert.deepEqual(
      status?.loadBalancer?.ingress?.map(({ ip }) => ip),
      [planned],
    );
    const verification = await verifyStack(environment.request());
    assert.ok(verification.proved, renderVerification(verification));
    if (proof.status.dataPlane !== "real") {
      context.skip("no data plane: the proxies are stand-ins that carry no traffic");
      return;
    }
    assert.equal(outcomeOf(verification.results, "gateway-traffic"), "passed");
    assert.ok((await admittedAtGateway(east)) > 0);
  });

  test("isn't changed by another up", async () => {
    assert.deepEqual(Object.keys((await environment.up()).changes), ["same"]);
  });
});

/** A Service, as far as a load balancer is concerned. */
interface Balanced {
  readonly status?: { readonly loadBalancer?: { readonly ingress?: readonly { ip: string }[] } };
}

/** The ingress that the example's topology names. */
async function ownOfExample() {
  const { clusters } = parse(
    await readFile(path.join(example, "topology.yaml"), "utf8"),
  ) as Topology;
  const own = clusters.find((one) => one.gateway?.own !== undefined)?.gateway?.own;
  assert.ok(own);
  return own;
}

/** Applies the example's ingress, for the tests' own workload, and waits until it runs. */
async function installNginx(name: string, kubeconfigPath: string, api: KubernetesApi) {
  const file = path.join(example, "ingress.yaml");
  const text = (await readFile(file, "utf8")).replaceAll("web.shop", `web.${namespace}`);
  const clusters = [{ name, kubeconfigPath }];
  const applied = await applyTo({ clusters, objects: readManifests(text, file) });
  assert.deepEqual(
    applied.flatMap(({ problem }) => problem ?? []),
    [],
  );
  await available(api);
}

/** Waits until the ingress runs as its Deployment says now, with no other pod beside. */
async function available(api: KubernetesApi): Promise<void> {
  await eventually("nginx runs", timeLimits.firstRequest, async () => {
    const { metadata, status } = await api.get<Deployment>(deployment);
    const { items } = await api.get<List<Pod>>(corePath("ingress", "pods"));
    const isCurrent = status?.observedGeneration === metadata.generation;
    return isCurrent && status?.availableReplicas === 1 && items.length === 1 ? true : undefined;
  });
}

function withPodAnnotations(annotations: Readonly<Record<string, string | null>>): object {
  return { spec: { template: { metadata: { annotations } } } };
}

/** What became of a check, and why. */
function outcomeOf(results: readonly CheckResult[], id: string): string {
  const told = results.flatMap((result) => {
    if (result.check !== id) return [];
    if (result.state === "failed") return [`failed: ${result.problem}`];
    return [result.state === "passed" ? "passed" : `not run: ${result.reason}`];
  });
  return [...new Set(told)].join("; ");
}

/** The identity and version of the ingress' own objects. A Service has no generation, a Deployment's status changes. */
async function versions(api: KubernetesApi): Promise<readonly string[]> {
  const found = [deployment, service].map(async (at) => {
    const { metadata } = await api.get<{ readonly metadata: Metadata }>(at);
    return `${metadata.uid ?? ""} ${metadata.generation ?? metadata.resourceVersion ?? ""}`;
  });
  return Promise.all(found);
}

/** Requests that the ingress' proxies admitted by the Server that stands for their own port. */
async function admittedAtGateway(api: KubernetesApi): Promise<number> {
  const { items } = await api.get<List<Pod>>(corePath("ingress", "pods"));
  const texts = await Promise.all(
    items.map(({ metadata }) => api.podText("ingress", metadata.name, proxyAdminPort, "/metrics")),
  );
  return texts
    .flatMap(parseMetrics)
    .filter(
      ({ name, labels }) =>
        name === "inbound_http_authz_allow_total" && labels["srv_name"] === gatewayName,
    )
    .reduce((sum, { value }) => sum + value, 0);
}
