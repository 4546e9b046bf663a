import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "node:test";
import { ownGateway } from "../../../providers/mesh/own-gateway.ts";
import { type PropertyMap, revealAll } from "../../../providers/server/index.ts";
import { testContext } from "./context.ts";
import { FakeKubernetes } from "./fake-kubernetes.ts";

const urn = "urn:pulumi:test::test::linkerd-topology:index:OwnGateway::east-own-gateway";
const services = "/api/v1/namespaces/edge/services";
const service = `${services}/linkerd-gateway`;
const pods = "/api/v1/namespaces/edge/pods";
const policies = (version: string, plural: string) =>
  `/apis/policy.linkerd.io/${version}/namespaces/edge/${plural}/linkerd-gateway`;
const objects = [
  service,
  policies("v1beta3", "servers"),
  policies("v1alpha1", "authorizationpolicies"),
  policies("v1alpha1", "meshtlsauthentications"),
  policies("v1alpha1", "networkauthentications"),
];
const identity = "traefik.edge.serviceaccount.identity.linkerd.cluster.local";
const labels = { app: "traefik" };

interface PodOptions {
  readonly annotations?: Readonly<Record<string, string>>;
  readonly proxy?: object | null;
  readonly account?: string;
  readonly ready?: boolean;
  readonly hostNetwork?: boolean;
}

describe("an ingress of one's own as the gateway", () => {
  let fake: FakeKubernetes;
  beforeEach(async () => {
    fake = await FakeKubernetes.start();
    fake.put("/api/v1/namespaces", { metadata: { name: "edge" } });
  });
  afterEach(() => fake.stop());

  const gatewayProxy = {
    name: "linkerd-proxy",
    image: "proxy",
    env: [{ name: "LINKERD2_PROXY_INBOUND_GATEWAY_SUFFIXES", value: "svc.cluster.local." }],
  };
  const pod = (
    name: string,
    {
      proxy = gatewayProxy,
      account = "traefik",
      ready = true,
      hostNetwork,
      annotations = {},
    }: PodOptions = {},
  ): void => {
    fake.put(pods, {
      metadata: { name, namespace: "edge", labels, annotations },
      spec: {
        containers: [{ name: "traefik" }],
        // A native sidecar, as in newer releases.
        initContainers: proxy === null ? [] : [proxy],
        serviceAccountName: account,
        ...(hostNetwork !== undefined && { hostNetwork }),
      },
      status: {
        phase: "Running",
        conditions: [{ type: "Ready", status: ready ? "True" : "False" }],
      },
    });
  };
  const inputs = (further: PropertyMap = {}): PropertyMap => ({
    kubeconfig: fake.kubeconfig,
    namespace: "edge",
    selector: labels,
    serviceAccount: "traefik",
    identity,
    port: 30143,
    probePort: 30191,
    identities: ["*"],
    networks: ["0.0.0.0/0", "::/0"],
    ...further,
  });
  const create = async (news = inputs()) => {
    const { context, said } = testContext();
    const { outputs } = await ownGateway.create({ urn, inputs: news }, context);
    return { outputs: revealAll(outputs), state: outputs["state"] as string, said };
  };
  const read = async (outputs: PropertyMap) =>
    (await ownGateway.read({ id: "x", urn, inputs: inputs(), outputs }, testContext().context))
      ?.outputs["state"] as string | undefined;

  it("gets a Service to its proxies and Linkerd's policies, which go again", async () => {
    pod("traefik-1");
    const { outputs, state, said } = await create();
    assert.equal(state, "serving");
    assert.deepEqual(said, []);
    const { metadata, spec } = fake.get(service) as unknown as {
      metadata: { annotations: unknown };
      spec: unknown;
    };
    assert.deepEqual(metadata.annotations, {
      "mirror.linkerd.io/multicluster-gateway": "true",
      "mirror.linkerd.io/gateway-identity": identity,
      "mirror.linkerd.io/probe-path": "/ready",
      "mirror.linkerd.io/probe-period": "3",
    });
    assert.deepEqual(spec, {
      type: "NodePort",
      selector: labels,
      ports: [
        { name: "mc-gateway", protocol: "TCP", port: 4143, targetPort: 4143, nodePort: 30143 },
        { name: "mc-probe", protocol: "TCP", port: 4191, targetPort: 4191, nodePort: 30191 },
      ],
    });
    const specOf = (path: string) => (fake.get(path) as { spec?: unknown } | undefined)?.spec;
    assert.deepEqual(specOf(policies("v1beta3", "servers")), {
      podSelector: { matchLabels: labels },
      port: 4143,
    });
    assert.deepEqual(specOf(policies("v1alpha1", "meshtlsauthentications")), { identities: ["*"] });
    assert.deepEqual(specOf(policies("v1alpha1", "networkauthentications")), {
      networks: [{ cidr: "0.0.0.0/0" }, { cidr: "::/0" }],
    });
    assert.equal(await read(outputs), "serving");
    fake.requests.length = 0;
    await ownGateway.delete({ id: "x", urn, inputs: inputs(), outputs }, testContext().context);
    for (const path of objects) assert.equal(fake.get(path), undefined, path);
    const deleted = fake.requests.filter((request) => request.startsWith("DELETE"));
    assert.equal(deleted[0], `DELETE ${service}`, "without its policies it would admit everybody");
    assert.ok(fake.get(`${pods}/traefik-1`), "the ingress is somebody else's");
  });

  it("behind a load balancer is reached at the proxy's own ports, and asks for its address", async () => {
    pod("traefik-1");
    const balanced = { serviceType: "LoadBalancer", port: 4143, probePort: 4191 };
    const annotations = { "example.com/type": "nlb" };
    await create(inputs({ ...balanced, loadBalancerIP: "172.30.128.16", annotations }));
    assert.partialDeepStrictEqual((fake.get(service) as { metadata?: unknown }).metadata, {
      annotations: { ...annotations, "mirror.linkerd.io/gateway-identity": identity },
    });
    assert.deepEqual((fake.get(service) as { spec?: unknown } | undefined)?.spec, {
      type: "LoadBalancer",
      selector: labels,
      ports: [
        { name: "mc-gateway", protocol: "TCP", port: 4143, targetPort: 4143 },
        { name: "mc-probe", protocol: "TCP", port: 4191, targetPort: 4191 },
      ],
      loadBalancerIP: "172.30.128.16",
    });
  });

  it("that doesn't exist yet is waited for by the next update, and the user is told", async () => {
    fake.remove("/api/v1/namespaces/edge");
    const first = await create();
    assert.equal(first.state, "waiting for the namespace edge");
    assert.match(first.said.join(), /^warning: .*not there yet: waiting for the namespace edge/);
    for (const path of objects) assert.equal(fake.get(path), undefined, path);
    fake.put("/api/v1/namespaces", { metadata: { name: "edge" } });
    const second = await create();
    assert.equal(second.state, "waiting for pods of the namespace edge with app=traefik");
    assert.ok(fake.get(service), "it leads to the pods as soon as they come");
    const diff = await ownGateway.diff({
      id: "x",
      urn,
      oldInputs: inputs(),
      oldOutputs: second.outputs,
      newInputs: inputs(),
    });
    assert.deepEqual(Object.keys(diff.changes), ["state"]);
    pod("traefik-1");
    assert.equal((await create()).state, "serving");
  });

  const unfit: readonly (readonly [string, PodOptions, RegExp])[] = [
    [
      "without a proxy",
      { proxy: null },
      /^edge\/traefik-1 has no proxy: add linkerd\.io\/inject: enabled/,
    ],
    [
      "that are older than Linkerd",
      { proxy: null, annotations: { "linkerd.io/inject": "enabled" } },
      /has no proxy, although it asks for one: .*older.*kubectl -n edge rollout restart/,
    ],
    ["on the node's network", { proxy: null, hostNetwork: true }, /take out hostNetwork/],
    [
      "whose proxy is no gateway",
      { proxy: { name: "linkerd-proxy", env: [{ name: "LINKERD2_PROXY_LOG" }] } },
      /^the proxy of edge\/traefik-1 is no gateway: add config\.linkerd\.io\/enable-gateway: "true"/,
    ],
    [
      "of another account",
      { account: "default" },
      /runs as the service account default, not traefik.*correct gateway\.own\.serviceAccount/,
    ],
    ["that are not Ready", { ready: false }, /^edge\/traefik-1 is not Ready/],
  ];
  for (const [title, options, message] of unfit) {
    it(`with pods ${title} is told of`, async () => {
      pod("traefik-1", options);
      pod("traefik-2");
      const { state, outputs } = await create();
      assert.match(state, message);
      assert.doesNotMatch(state, /traefik-2/);
      assert.equal(await read(outputs), state);
    });
  }

  it("doesn't count pods that have ended", async () => {
    pod("traefik-1", { proxy: null });
    const gone = fake.get(`${pods}/traefik-1`);
    fake.put(pods, {
      ...gone,
      metadata: { name: "traefik-1", labels },
      status: { phase: "Failed" },
    });
    pod("traefik-2");
    assert.equal((await create()).state, "serving");
  });

  it("whose Service somebody changed or deleted is drift", async () => {
    pod("traefik-1");
    const { outputs } = await create();
    const made = fake.get(service) as unknown as { metadata: { name: string }; spec: object };
    fake.put(services, { ...made, spec: { ...made.spec, selector: { app: "other" } } });
    assert.equal(await read(outputs), "the Service edge/linkerd-gateway was changed");
    fake.remove(service);
    assert.equal(await read(outputs), "the Service edge/linkerd-gateway is missing");
    fake.remove(policies("v1beta3", "servers"));
    assert.match((await read(outputs)) ?? "", /^the Server edge\/linkerd-gateway is missing/);
  });

  it("leaves somebody else's Service of that name as it is", async () => {
    fake.put(services, { metadata: { name: "linkerd-gateway" } });
    await assert.rejects(
      create(),
      /Service edge\/linkerd-gateway at .* was made by somebody else.*Delete it \(kubectl -n edge delete service linkerd-gateway\), or leave out gateway\.own/,
    );
    assert.equal(fake.get(objects[1] ?? ""), undefined, "nothing was made");
    await ownGateway.delete(
      { id: "x", urn, inputs: inputs(), outputs: inputs() },
      testContext().context,
    );
    assert.ok(fake.get(service));
  });
});
