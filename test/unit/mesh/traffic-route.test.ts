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

interface Made {
  readonly metadata: { readonly name: string; readonly annotations: Record<string, string> };
  readonly spec: { readonly rules: readonly object[] };
}

/** What people do to a route with kubectl. */
const edits: readonly (readonly [string, (made: Made) => Made])[] = [
  ["takes out a rule", (made) => ({ ...made, spec: { ...made.spec, rules: [] } })],
  [
    "lets a rule end requests early",
    ({ metadata, spec }) => ({
      metadata,
      spec: {
        ...spec,
        rules: spec.rules.map((rule) => ({ ...rule, timeouts: { request: "1s" } })),
      },
    }),
  ],
  [
    "narrows a rule for all others",
    ({ metadata, spec }) => ({
      metadata,
      spec: {
        ...spec,
        rules: spec.rules.map((rule) => ({ matches: [{ method: "GET" }], ...rule })),
      },
    }),
  ],
  ["takes out an annotation of Linkerd's", (made) => annotated(made, {})],
  [
    "changes an annotation of Linkerd's",
    (made) => annotated(made, { "retry.linkerd.io/limit": "9" }),
  ],
  [
    "adds an annotation of Linkerd's",
    (made) =>
      annotated(made, { "retry.linkerd.io/limit": "3", "timeout.linkerd.io/request": "1s" }),
  ],
];

function annotated(made: Made, annotations: Record<string, string>): Made {
  return { ...made, metadata: { ...made.metadata, annotations } };
}

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
  const made = () => fake.get(route) as unknown as Made;
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

  it("that was deleted by somebody is drift", async () => {
    const outputs = await create();
    fake.remove(route);
    assert.equal(await read(outputs), "the route is gone");
  });

  for (const [title, edit] of edits) {
    it(`in which somebody ${title} is drift, and the next update puts it right`, async () => {
      const outputs = await create();
      const { metadata, spec } = made();
      fake.put(routes, edit({ metadata, spec }) as never);
      for (const key of ["rules", ...Object.keys(metadata.annotations)]) {
        fake.owners.set(`${route} ${key}`, "kubectl-edit");
      }
      assert.equal(await read(outputs), "the route was changed");
      const further = await update(inputs(), { ...outputs, state: "the route was changed" });
      assert.equal(further["state"], "routed");
      assert.equal(await read(outputs), "routed");
    });
  }

  it("stays as planned with what the API server and others add", async () => {
    const outputs = await create();
    const { metadata, spec } = made();
    const annotations = { ...metadata.annotations, "example.com/owner": "shop" };
    const [first, last] = spec.rules;
    const defaulted = { ...last, matches: [{ path: { type: "PathPrefix", value: "/" } }] };
    fake.put(routes, {
      metadata: { ...metadata, annotations },
      spec: { ...spec, rules: [first, defaulted] },
    } as never);
    assert.equal(await read(outputs), "routed");
    await update(inputs(), outputs);
    assert.equal(made().metadata.annotations["example.com/owner"], "shop");
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
