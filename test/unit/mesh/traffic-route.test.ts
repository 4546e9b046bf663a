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

// A type, not an interface: what is put into the fake has an index signature.
type Made = {
  readonly metadata: { readonly name: string; readonly annotations: Record<string, string> };
  readonly spec: { readonly rules: readonly object[] };
};

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
      fake.put(routes, edit({ metadata, spec }));
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
    });
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

  it("breaks circuits by annotations of the Service, whose other ones stay", async () => {
    const path = `${services}/web`;
    const own = { "example.com/owner": "shop" };
    fake.put(services, { metadata: { name: "web", annotations: own, labels: { app: "web" } } });
    const consecutive = { "balancer.linkerd.io/failure-accrual": "consecutive" };
    const wanted = inputs({ serviceAnnotations: consecutive });
    const outputs = await create(wanted);
    const annotations = () => fake.get(path)?.metadata.annotations;
    assert.deepEqual(annotations(), { ...own, ...consecutive });
    assert.deepEqual(fake.get(path)?.metadata.labels, { app: "web" });
    assert.equal(await read(outputs), "routed");
    fake.put(services, { metadata: { name: "web", annotations: own } });
    assert.equal(await read(outputs), "circuit breaking was changed");
    await update(wanted, outputs);
    assert.equal(await read(outputs), "routed");
    await update(inputs(), outputs);
    assert.deepEqual(annotations(), own, "taken out of the topology");
    await update(wanted, outputs);
    await remove(outputs, wanted);
    assert.deepEqual(annotations(), own, "the route is gone");
  });

  it("writes nothing to a Service whose circuits it doesn't break", async () => {
    await remove(await create());
    assert.ok(!fake.requests.includes(`PATCH ${services}/web`));
  });

  it("leaves the circuit breaking of somebody else as it is", async () => {
    const key = "balancer.linkerd.io/failure-accrual-consecutive-max-failures";
    fake.put(services, { metadata: { name: "web", annotations: { [key]: "2" } } });
    fake.owners.set(`${services}/web ${key}`, "helm");
    await assert.rejects(
      create(inputs({ serviceAnnotations: { [key]: "7" } })),
      /Service shop\/web at .* has settings of somebody else for circuit breaking: .*max-failures: 2 in place of 7.*kubectl -n shop annotate service web .*max-failures-\)/,
    );
    assert.equal(fake.get(`${services}/web`)?.metadata.annotations?.[key], "2");
    assert.equal(fake.get(route), undefined);
  });

  const port = (number: number, appProtocol?: string) => ({
    spec: { ports: [{ port: number, ...(appProtocol !== undefined && { appProtocol }) }] },
  });
  const opaque = (ports: string) => ({ "config.linkerd.io/opaque-ports": ports });
  for (const [title, name, object, protocol, refused] of [
    ["lacks the port", "web", port(81), "http", /Service shop\/web has no port 80, only 81/],
    [
      "leads to a mirror without the port",
      "web-east",
      port(8080),
      "http",
      /web-east has no port 80/,
    ],
    ["is headless", "web", { spec: { clusterIP: "None" } }, "http", /web is headless/],
    ["leads to a headless mirror", "web-east", { spec: { clusterIP: "None" } }, "http", /headless/],
    ["is opaque at the port", "web", { annotations: opaque("25,70-90") }, "http", /opaque ports/],
    ["is opaque at another port", "web", { annotations: opaque("25") }, "http", undefined],
    [
      "says that it is TCP",
      "web",
      port(80, "linkerd.io/tcp"),
      "http",
      /appProtocol linkerd\.io\/tcp/,
    ],
    ["says what Linkerd doesn't know", "web", port(80, "grpc"), "grpc", /follows no grpc route/],
    ["says HTTP/1 where gRPC is routed", "web", port(80, "http"), "grpc", /follows no grpc route/],
    ["says gRPC as Linkerd reads it", "web", port(80, "kubernetes.io/h2c"), "grpc", undefined],
    ["says HTTP", "web", port(80, "HTTP"), "http", undefined],
  ] as const) {
    it(`${refused === undefined ? "is made" : "is refused"} for a Service that ${title}`, async () => {
      const { annotations, ...rest } = { annotations: {}, ...object };
      fake.put(services, { metadata: { name, annotations }, ...rest });
      const made = create(inputs({ protocol }));
      if (refused === undefined) assert.equal((await made)["state"], "routed");
      else await assert.rejects(made, refused);
    });
  }

  it("that leads to a Service which lost its port is drift, and says why", async () => {
    const outputs = await create();
    fake.put(services, { metadata: { name: "web-east" }, ...port(8080) });
    assert.equal(await read(outputs), "Service shop/web-east has no port 80, only 8080");
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
    fake.remove(`${services}/reports`);
    const found = await trafficRoute.read(
      { id: "x", urn, inputs: alias, outputs },
      testContext().context,
    );
    assert.equal(found?.outputs["state"], "the Service was changed");
    await create(alias);
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
