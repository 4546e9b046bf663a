import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { UpResult } from "../../environments/up.ts";
import type { KubernetesApi } from "../../kubernetes/api.ts";
import { isNotFound } from "../../kubernetes/errors.ts";
import { metallbNamespace } from "../../planning/clusters/metallb.ts";
import { timeLimits } from "../../system/time-limits.ts";
import { eventually, TestEnvironment } from "./environment.ts";
import { testProvedAndUnchanged } from "./proved.ts";
import { bringSources } from "./wanted-sources.ts";
import { createNamespace, createWeb, namespace } from "./workload.ts";

const topology = (serviceType: "LoadBalancer" | "NodePort") => ({
  clusters: [{ name: "west" }, { name: "east", gateway: { serviceType } }],
  links: [{ from: "west", to: "east" }],
  docker: { subnet: "192.168.224.0/20" },
});

const gatewayPath = "/api/v1/namespaces/linkerd-multicluster/services/linkerd-gateway";

describe("a load balancer on kind", { timeout: 1_200_000 }, () => {
  let environment: TestEnvironment;
  let first: UpResult;
  let east: KubernetesApi;

  before(async () => {
    environment = await TestEnvironment.create("balancer", topology("LoadBalancer"));
    await bringSources(environment.directory, { loadBalancer: true });
    first = await environment.up();
    east = await environment.api("east");
  });
  after(() => environment.dispose());

  test("gives the gateway the address that the Link leads to", async () => {
    assert.ok(first.proof.proved);
    const planned = first.plan.clusters.find(({ name }) => name === "east")?.gateway;
    assert.ok(planned?.loadBalancerIP !== undefined);
    const { spec, status } = await east.get<Balanced>(gatewayPath);
    assert.equal(spec?.type, "LoadBalancer");
    assert.deepEqual(
      status?.loadBalancer?.ingress?.map(({ ip }) => ip),
      [planned.loadBalancerIP],
    );
    assert.deepEqual(planned.addresses, [planned.loadBalancerIP]);
  });

  test("gives another Service another address, at which its pods answer this machine", async () => {
    await createNamespace(east);
    await createWeb(east, "east");
    const service = `/api/v1/namespaces/${namespace}/services/web`;
    await east.patch(service, { spec: { type: "LoadBalancer" } });
    const address = await eventually("an address", timeLimits.mirrorFollows, async () => {
      const { status } = await east.get<Balanced>(service);
      return status?.loadBalancer?.ingress?.[0]?.ip;
    });
    assert.ok(!first.plan.clusters.some(({ gateway }) => gateway?.loadBalancerIP === address));
    await eventually(`an answer at ${address}`, timeLimits.mirrorFollows, async () => {
      const answer = await fetch(`http://${address}/`, { signal: AbortSignal.timeout(5_000) });
      return answer.ok ? true : undefined;
    });
  });

  testProvedAndUnchanged(() => environment);

  test("goes with the gateway that needed it", async () => {
    await environment.change(topology("NodePort"));
    const { proof } = await environment.up();
    assert.ok(proof.proved);
    await assert.rejects(east.get(`/api/v1/namespaces/${metallbNamespace}`), isNotFound);
  });
});

/** A Service, as far as a load balancer is concerned. */
interface Balanced {
  readonly spec?: { readonly type?: string };
  readonly status?: { readonly loadBalancer?: { readonly ingress?: { readonly ip: string }[] } };
}
