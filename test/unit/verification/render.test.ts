import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { leftToOwners } from "../../../environments/releases.ts";
import { planOrThrow } from "../../../planning/plan.ts";
import { joinMirrors } from "../../../verification/facts/mirrors.ts";
import type { CheckResult, ClusterStatus, MeshStatus } from "../../../verification/index.ts";
import { renderStatus, wantsColor } from "../../../verification/index.ts";

const anchor = {
  subject: "CN=root.linkerd.cluster.local",
  fingerprint: "A7:3F:C3:80",
  notBefore: "2026-01-01T00:00:00.000Z",
  expires: "2036-01-01T00:00:00.000Z",
};

const west: ClusterStatus = {
  name: "west",
  kubeconfigPath: "/home/me/west.kubeconfig",
  problems: [],
  reachable: true,
  kubernetesVersion: "v1.34.2",
  nodes: [
    {
      name: "two-west-control-plane",
      role: "control-plane",
      ready: true,
      address: "172.19.0.2",
      podCidrs: ["10.10.0.0/24"],
    },
  ],
  podSubnet: "10.10.0.0/21",
  serviceSubnet: "10.10.8.0/21",
  workloads: [{ namespace: "linkerd", name: "linkerd-identity", ready: true, trouble: undefined }],
  proxies: [],
  injection: { injects: true, seen: "proxy" },
  services: undefined,
  podRoutes: undefined,
  routes: [],
  dataPlane: "real",
  trustAnchors: [anchor],
  issuer: { ...anchor, expires: "2027-01-01T00:00:00.000Z", chained: true },
};

const status: MeshStatus = {
  topology: "two",
  observedAt: "2026-01-06T10:00:00.000Z",
  dataPlane: "real",
  clusters: [west, { ...west, name: "southeast", kubeconfigPath: "/home/me/southeast.kubeconfig" }],
  links: [
    {
      source: "west",
      target: "southeast",
      mode: "gateway",
      access: { account: "from-west", tokenGeneration: 1, revoked: false },
      present: true,
      serviceMirror: {
        takenUp: true,
        pod: "controller-southeast-1",
        trouble: undefined,
        stuck: false,
      },
      discovery: { trouble: undefined },
      gateway: { state: "alive", address: "southeast:30143", latencyMilliseconds: 3 },
      mirrors: [
        {
          kind: "gateway",
          namespace: "demo",
          service: "web",
          mirror: "web-southeast",
          endpoints: ["172.19.0.3:30143"],
          mirrored: true,
          reason: undefined,
        },
      ],
    },
    {
      source: "southeast",
      target: "west",
      mode: "flat",
      access: { account: "from-southeast", tokenGeneration: 1, revoked: false },
      present: true,
      serviceMirror: { takenUp: true, pod: "controller-west-1", trouble: undefined, stuck: false },
      discovery: { trouble: undefined },
      gateway: { state: "not applicable", address: undefined, latencyMilliseconds: undefined },
      mirrors: [],
    },
  ],
};

describe("releases of Linkerd in the status", () => {
  const released = (gateways: readonly string[], ...workloads: readonly string[]) => ({
    controlPlane: ["edge-26.6.3"],
    proxies: ["edge-26.6.3"],
    extension: ["edge-26.6.3"],
    gateways,
    workloads: workloads.map((release, index) => ({
      namespace: "shop",
      workload: `Deployment/web-${index}`,
      release,
    })),
  });

  it("stand in a row for each cluster, with workloads counted", () => {
    const text = renderStatus(status, {
      releases: [
        { cluster: "west", releases: released([], "edge-26.6.3", "edge-26.1.1", "edge-26.6.3") },
        { cluster: "southeast", releases: undefined },
      ],
    });
    assert.match(
      text,
      /west +edge-26\.6\.3 +edge-26\.6\.3 +none +edge-26\.1\.1: 1\n +edge-26\.6\.3: 2/,
    );
    assert.match(text, /southeast +\? +\? +\? +\?/);
  });

  it("name the workloads that only their owners restart", () => {
    const mesh = {
      plan: planOrThrow(
        { clusters: [{ name: "west" }, { name: "east" }], linkerd: { restart: ["ours"] } },
        { name: "lab" },
      ),
      clusters: [],
    };
    const own = released(["edge-26.6.3"], "edge-26.6.3", "edge-26.1.1");
    const ours = { ...own, workloads: own.workloads.map((one) => ({ ...one, namespace: "ours" })) };
    assert.deepEqual(
      leftToOwners(mesh, [
        { cluster: "west", releases: own },
        { cluster: "east", releases: ours },
        { cluster: "north", releases: undefined },
      ]),
      [
        "west: shop/Deployment/web-1 runs a proxy of edge-26.1.1",
        "north: it can't be asked which proxies its workloads run",
      ],
    );
  });
});

describe("the status as text", () => {
  it("shows clusters, Links, the trust anchor and the kubeconfig files", () => {
    assert.equal(
      renderStatus(status),
      `Topology two

Cluster    Kubernetes  Nodes                                    Pods          Services      Linkerd  Issuer until
─────────  ──────────  ───────────────────────────────────────  ────────────  ────────────  ───────  ────────────
west       v1.34.2     two-west-control-plane 172.19.0.2 Ready  10.10.0.0/21  10.10.8.0/21  ready    2027-01-01
southeast  v1.34.2     two-west-control-plane 172.19.0.2 Ready  10.10.0.0/21  10.10.8.0/21  ready    2027-01-01

Link              Mode     Service mirror  Gateway         Mirrors
────────────────  ───────  ──────────────  ──────────────  ───────────────────────────────────────────────
west → southeast  gateway  works on it     alive, 3 ms     demo/web-southeast (gateway) → 172.19.0.3:30143
southeast → west  flat     works on it     not applicable  none

Trust anchor  SHA-256 A7:3F:C3:80
              expires 2036-01-01 (in 3646 days)
Kubeconfig    west       /home/me/west.kubeconfig
              southeast  /home/me/southeast.kubeconfig`,
    );
  });

  it("shows that a source was cut off, and that its mirrors are as they were last", () => {
    const [link, ...others] = status.links;
    assert.ok(link);
    const cut = (takenUp: boolean) => ({
      ...link,
      access: { ...link.access, revoked: true },
      serviceMirror: { ...link.serviceMirror, takenUp },
    });
    const gone = renderStatus({ ...status, links: [cut(false), ...others] });
    assert.match(gone, /^west → southeast {2}gateway {2}revoked: cut off {2}/m);
    assert.match(gone, /as they were last:\n.*demo\/web-southeast \(gateway\)/);
    const still = renderStatus({ ...status, links: [cut(true), ...others] });
    assert.match(still, / revoked, still let in /);
  });

  it("says what is wrong, and that there is no data plane", () => {
    const bad: MeshStatus = {
      ...status,
      dataPlane: "none",
      clusters: [
        { ...west, dataPlane: "none" },
        {
          ...west,
          name: "southeast",
          reachable: false,
          dataPlane: "none",
          nodes: [],
          trustAnchors: [],
          issuer: undefined,
          problems: ["no answer to GET https://127.0.0.1:1: connect ECONNREFUSED"],
        },
      ],
    };
    const results: readonly CheckResult[] = [
      { check: "a", title: "first", subject: "west", state: "passed" },
      {
        check: "b",
        title: "the API server answers",
        subject: "southeast",
        state: "failed",
        problem: "no answer",
        mend: "Start it.",
      },
      {
        check: "c",
        title: "gateway alive",
        subject: "west → southeast",
        state: "not run",
        reason: "no data plane",
      },
      {
        check: "c",
        title: "gateway alive",
        subject: "southeast → west",
        state: "not run",
        reason: "no data plane",
      },
    ];
    const text = renderStatus(bad, { results });
    assert.match(text, /^southeast {2}no answer /m);
    assert.match(text, /ready, no data plane/);
    assert.match(text, /stand-in answers, 3 ms/);
    assert.match(text, /^There is no data plane: .* carries no traffic .*\.$/m);
    assert.ok(
      text.endsWith(`Checks: 1 passed, 1 failed, 2 not run
  ✗ southeast: the API server answers
      no answer
      Start it.
  – west → southeast, southeast → west: gateway alive: not run: no data plane`),
      text,
    );
    assert.match(renderStatus(bad), /^southeast: no answer to GET/m);
  });

  it("is coloured only when asked to; colours change nothing else", () => {
    const escape = String.fromCharCode(27);
    assert.ok(!renderStatus(status).includes(escape));
    const coloured = renderStatus(status, { color: true });
    assert.ok(coloured.includes(escape));
    assert.equal(
      coloured.replaceAll(new RegExp(`${escape}\\[\\d+m`, "g"), ""),
      renderStatus(status),
    );
    assert.equal(wantsColor({ isTTY: true }, {}), true);
    assert.equal(wantsColor({ isTTY: true }, { NO_COLOR: "1" }), false);
    assert.equal(wantsColor({}, {}), false);
  });
});

describe("mirrors", () => {
  it("join the Services with what the service mirror says of them", () => {
    const label = "mirror.linkerd.io/cluster-name";
    const remote = "mirror.linkerd.io/remote-svc-fq-name";
    const service = (name: string, labels: object = {}, clusterIP = "10.0.0.1") => ({
      metadata: {
        name: `${name}-east`,
        namespace: "demo",
        labels: { [label]: "east", ...labels },
        annotations: { [remote]: `${name}.demo.svc.cluster.local` },
      },
      spec: { clusterIP },
    });
    const said = (name: string, status: string, reason: string) => ({
      remoteRef: { name, namespace: "demo" },
      conditions: [{ type: "Mirrored", status, reason }],
    });
    const joined = joinMirrors(
      "east",
      [
        service("web"),
        service("flat", { "multicluster.linkerd.io/remote-discovery": "east" }),
        service("db", {}, "None"),
      ],
      [
        {
          metadata: { name: "web-east", namespace: "demo" },
          subsets: [{ addresses: [{ ip: "172.19.0.3" }], ports: [{ port: 30143 }] }],
        },
      ],
      {
        mirrorServices: [
          said("web", "True", "Mirrored"),
          said("flat", "False", "Error"),
          said("lost", "False", "MissingNamespace"),
        ],
        federatedServices: [said("fed", "True", "Mirrored")],
      },
    );
    assert.deepEqual(
      joined.map(({ kind, service: name, mirror, endpoints, mirrored, reason }) => [
        name,
        kind,
        mirror,
        endpoints.join(),
        mirrored,
        reason,
      ]),
      [
        ["db", "headless", "db-east", "", undefined, undefined],
        ["fed", "federated", "fed-federated", "", true, undefined],
        ["flat", "flat", "flat-east", "", false, "Error"],
        ["lost", "unknown", undefined, "", false, "MissingNamespace"],
        ["web", "gateway", "web-east", "172.19.0.3:30143", true, undefined],
      ],
    );
  });
});
