import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "node:test";
import { ownGatewayService, plannedOwnGateway } from "../../../linkerd/own-gateway-objects.ts";
import type { Plan } from "../../../planning/plan-types.ts";
import { failuresOf, observe, runChecks } from "../../../verification/index.ts";
import type { CheckResult } from "../../../verification/index.ts";
import type { FakeKubernetes } from "../mesh/fake-kubernetes.ts";
import { meshOfTwo, withIngress } from "./planned.ts";
import { core, deployments, metrics, metricsPath, runningCluster } from "./running.ts";
import { ok } from "../mesh/linked-cluster.ts";

const own = { namespace: "edge", selector: { app: "traefik" }, serviceAccount: "traefik" };
/** `twoClusters`, in which an ingress is the gateway of east. */
const plan = withIngress("east", own);

describe("an ingress of one's own as the gateway", () => {
  let west: FakeKubernetes;
  let east: FakeKubernetes;
  beforeEach(async () => {
    const proxyImage = "cr.example/linkerd/proxy:edge-26.1.1";
    west = await runningCluster({ name: "west", target: "east", octet: 10, proxyImage });
    east = await runningCluster({ name: "east", target: "west", octet: 20, proxyImage });
    east.remove(`${deployments("linkerd-multicluster")}/linkerd-gateway`);
    east.remove(`${core}/linkerd-multicluster/pods/linkerd-gateway-5d8f-abcde`);
  });
  afterEach(() => Promise.all([west.stop(), east.stop()]));

  const install = (env: readonly object[] = gatewayEnv): void => {
    east.put(core, { metadata: { name: "edge" } });
    east.put(`${core}/edge/pods`, {
      metadata: { name: "traefik-1", labels: own.selector },
      spec: {
        containers: [{ name: "traefik" }, { name: "linkerd-proxy", env }],
        serviceAccountName: "traefik",
      },
      status: { phase: "Running", conditions: [{ type: "Ready", status: "True" }] },
    });
  };
  const putService = (serviceType: "NodePort" | "LoadBalancer" = "NodePort"): void => {
    const gateway = plan.clusters.find(({ name }) => name === "east")?.gateway;
    assert.ok(gateway);
    const wanted = plannedOwnGateway({ ...gateway, serviceType });
    assert.ok(wanted);
    const { body } = ownGatewayService(wanted);
    east.put(`${core}/edge/services`, body as never);
  };
  const check = async (checked = plan): Promise<readonly CheckResult[]> =>
    runChecks(checked, await observe({ ...meshOfTwo(west, east), plan: checked }));
  const failures = async (checked = plan): Promise<readonly string[]> =>
    failuresOf(await check(checked)).map(
      (result) => `${result.subject} ${result.check}: ${result.problem}`,
    );
  const notRun = (results: readonly CheckResult[]) =>
    results.flatMap((result) =>
      result.state === "not run" ? [`${result.subject} ${result.check}: ${result.reason}`] : [],
    );

  it("that serves passes, without Linkerd's own gateway", async () => {
    install();
    putService();
    const results = await check();
    assert.deepEqual([failuresOf(results), notRun(results)], [[], []]);
    const found = results.find(({ check: id }) => id === "own-gateway-serves");
    assert.equal(found?.subject, "east");
    assert.equal(found.state === "passed" && found.detail, "1 pod");
  });

  it("that isn't there yet is waited for, by the checks of its cluster and of its Links", async () => {
    west.answers.set(metricsPath("east"), ok(metrics("east", 0)));
    assert.deepEqual(notRun(await check()), [
      "east own-gateway-serves: waiting for the namespace edge",
      "west → east gateway-alive: the gateway of east waits for the namespace edge",
    ]);
    assert.deepEqual(await failures(), []);
    east.put(core, { metadata: { name: "edge" } });
    assert.match(
      notRun(await check()).join(),
      /own-gateway-serves: waiting for pods of the namespace edge with app=traefik/,
    );
  });

  it("whose proxy is no gateway fails, with what to write", async () => {
    install([]);
    putService();
    assert.match(
      (await failures()).join(),
      /^east own-gateway-serves: the proxy of edge\/traefik-1 is no gateway: add config\.linkerd\.io\/enable-gateway: "true"/,
    );
  });

  it("without its Service fails", async () => {
    install();
    assert.deepEqual(await failures(), [
      "east own-gateway-serves: the Service edge/linkerd-gateway is missing",
    ]);
  });

  it("that no load balancer gives an address is told of by the Link", async () => {
    install();
    putService("LoadBalancer");
    west.answers.set(metricsPath("east"), ok(metrics("east", 0)));
    const balanced = <T extends { gateway?: Plan["links"][number]["gateway"] }>(one: T): T =>
      one.gateway?.own === undefined
        ? one
        : { ...one, gateway: { ...one.gateway, serviceType: "LoadBalancer" } };
    const checked: Plan = {
      ...plan,
      clusters: plan.clusters.map(balanced),
      links: plan.links.map(balanced),
    };
    assert.deepEqual(await failures(checked), [
      "west → east gateway-alive: the Service edge/linkerd-gateway of east waits for an address: no load balancer has given it one",
    ]);
  });
});

const gatewayEnv = [
  { name: "LINKERD2_PROXY_INBOUND_GATEWAY_SUFFIXES", value: "svc.cluster.local." },
];
