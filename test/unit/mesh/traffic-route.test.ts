import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "node:test";
import { trafficRoute } from "../../../providers/mesh/traffic-route.ts";
import { type PropertyMap, revealAll } from "../../../providers/server/index.ts";
import { testContext } from "./context.ts";
import { FakeKubernetes } from "./fake-kubernetes.ts";

const urn = "urn:pulumi:test::test::linkerd-topology:index:TrafficRoute::west-traffic-shop.web.80";
const services = "/api/v1/namespaces/shop/services";
const routes = "/apis/gateway.networking.k8s.io/v1/namespaces/shop/httproutes";
const route = `${routes}/web.80.traffic`;
const foreign = { metadata: { name: "web.80.traffic" } };

describe("the route of a Service", () => {
  let fake: FakeKubernetes;
  beforeEach(async () => {
    fake = await FakeKubernetes.start();
    for (const name of ["web", "web-east"]) fake.put(services, { metadata: { name } });
  });
  afterEach(() => fake.stop());

  const inputs = (further: PropertyMap = {}): PropertyMap => ({
    kubeconfig: fake.kubeconfig,
    namespace: "shop",
    service: "web",
    port: 80,
    protocol: "http",
    alias: false,
    annotations: { "retry.linkerd.io/limit": "3" },
    rules: [
      {
        match: { headers: { "x-tenant": "acme" }, path: "/api" },
        backends: [{ service: "web-east", weight: 1 }],
      },
      { backends: [{ service: "web", weight: 9 }] },
    ],
    exported: { east: "waiting" },
    ...further,
  });
  const create = async (news = inputs()) =>
    revealAll((await trafficRoute.create({ urn, inputs: news }, testContext().context)).outputs);
  const update = (newInputs: PropertyMap, oldOutputs: PropertyMap) =>
    trafficRoute.update(
      { id: "shop/web:80", urn, oldInputs: inputs(), oldOutputs, newInputs },
      testContext().context,
    );
  const read = async (outputs: PropertyMap) =>
    (await trafficRoute.read({ id: "x", urn, inputs: inputs(), outputs }, testContext().context))
      ?.outputs["state"];
  const remove = (outputs: PropertyMap, of = inputs()) =>
    trafficRoute.delete({ id: "x", urn, inputs: of, outputs }, testContext().context);

  it("leads to what was planned, and goes again", async () => {
    const outputs = await create();
    assert.equal(outputs["state"], "routed");
    const ref = (name: string, weight: number) => ({
      group: "",
      kind: "Service",
      name,
      port: 80,
      weight,
    });
    const made = fake.get(route) as unknown as { metadata: PropertyMap; spec: unknown };
    assert.deepEqual(made.metadata["annotations"], { "retry.linkerd.io/limit": "3" });
    assert.deepEqual(made.spec, {
      parentRefs: [{ group: "", kind: "Service", name: "web", port: 80 }],
      rules: [
        {
          matches: [
            {
              path: { type: "PathPrefix", value: "/api" },
              headers: [{ type: "Exact", name: "x-tenant", value: "acme" }],
            },
          ],
          backendRefs: [ref("web-east", 1)],
        },
        { backendRefs: [ref("web", 9)] },
      ],
    });
    assert.equal(await read(outputs), "routed");
    await remove(outputs);
    assert.equal(fake.get(route), undefined);
    assert.ok(fake.get(`${services}/web`), "the Service is somebody else's");
  });

  it("is not made before all that it leads to is there", async () => {
    fake.remove(`${services}/web-east`);
    const outputs = await create();
    assert.equal(outputs["state"], "waiting for the Service shop/web-east");
    assert.equal(fake.get(route), undefined);
    fake.put(services, { metadata: { name: "web-east" } });
    assert.equal((await update(inputs(), outputs))["state"], "routed");
  });

  it("waits for mirrors of what is exported", async () => {
    fake.remove(`${services}/web-east`);
    const made = create(inputs({ exported: { east: "labelled" } }));
    setTimeout(() => {
      fake.put(services, { metadata: { name: "web-east" } });
    }, 300);
    assert.equal((await made)["state"], "routed");
  });

  it("that was changed or deleted by somebody is drift", async () => {
    const outputs = await create();
    const made = fake.get(route) as unknown as { metadata: object; spec: object };
    fake.put(routes, { ...made, spec: { ...made.spec, rules: [] } } as never);
    assert.equal(await read(outputs), "the route was changed");
    fake.remove(route);
    assert.equal(await read(outputs), "the route is gone");
  });

  it("of somebody else stays as it is", async () => {
    fake.put(routes, foreign);
    await assert.rejects(
      create(),
      /HTTPRoute shop\/web\.80\.traffic at .* was made by somebody else\. Delete it \(kubectl -n shop delete httproute web\.80\.traffic\)/,
    );
    await remove(inputs());
    assert.ok(fake.get(route));
  });

  it("of an alias comes with the Service, which goes with it", async () => {
    const alias = inputs({
      service: "reports",
      alias: true,
      rules: [{ backends: [{ service: "web-east", weight: 1 }] }],
    });
    const outputs = await create(alias);
    const made = fake.get(`${services}/reports`) as unknown as { spec: unknown };
    assert.deepEqual(made.spec, {
      type: "ClusterIP",
      ports: [{ name: "http", port: 80, protocol: "TCP" }],
    });
    await remove(outputs, alias);
    assert.equal(fake.get(`${services}/reports`), undefined);
  });

  it("of an alias takes no Service that is there", async () => {
    await assert.rejects(
      create(inputs({ alias: true })),
      /Service shop\/web at .* exists already, so no alias can have its name/,
    );
  });
});
