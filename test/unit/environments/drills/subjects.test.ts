import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { parseSubjects } from "../../../../environments/drills/subjects.ts";
import { planOrThrow } from "../../../../planning/plan.ts";

const plan = planOrThrow(
  {
    clusters: [
      { name: "west", nodes: { workers: 1 } },
      { name: "east" },
      {
        name: "old",
        kubeconfig: "/nowhere/old.kubeconfig",
        apiServer: "https://old.example:6443",
        podSubnet: "10.210.0.0/16",
        serviceSubnet: "10.211.0.0/16",
        gateway: { addresses: ["old.example"] },
      },
    ],
    links: [
      { from: "west", to: "east" },
      { from: "west", to: "old" },
    ],
  },
  { name: "lab" },
);

describe("what --take takes", () => {
  const good = [
    ["pods:west/shop/web", { kind: "pods", cluster: "west", namespace: "shop", service: "web" }],
    ["gateway:east", { kind: "gateway", cluster: "east" }],
    ["gateway:old", { kind: "gateway", cluster: "old" }],
    ["gateway-pod:old", { kind: "gateway-pod", cluster: "old" }],
    [
      "credential:west/east",
      { kind: "credential", cluster: "east", secret: "linkerd-access-from-west.token-1" },
    ],
    ["node-restart:east", { kind: "nodes", nodes: ["lab-east-control-plane"], how: "restart" }],
    ["service-mirror:west/east", { kind: "service-mirror", cluster: "west", target: "east" }],
    ["link:west/old", { kind: "link", cluster: "west", target: "old" }],
    ["issuer:west", { kind: "issuer", cluster: "west" }],
    ["node-stop:east", { kind: "nodes", nodes: ["lab-east-control-plane"], how: "stop" }],
    ["node-freeze:west/worker", { kind: "nodes", nodes: ["lab-west-worker"], how: "pause" }],
    ["node-stop:west/lab-west-worker", { kind: "nodes", nodes: ["lab-west-worker"] }],
    ["api-server:west", { kind: "api-server", nodes: ["lab-west-control-plane"] }],
    [
      "cluster-stop:west",
      { kind: "nodes", nodes: ["lab-west-control-plane", "lab-west-worker"], how: "stop" },
    ],
    ["cluster-freeze:east", { kind: "nodes", nodes: ["lab-east-control-plane"], how: "pause" }],
  ] as const;
  for (const [text, wanted] of good) {
    test(text, () => {
      assert.partialDeepStrictEqual(parseSubjects([text], plan), [{ text, ...wanted }]);
    });
  }
});

describe("what --take refuses", () => {
  const bad = [
    ["web", /no such subject/],
    ["gatway:east", /did you mean gateway\?/],
    ["pods:west/shop", /write it as pods:CLUSTER\/NAMESPACE\/SERVICE/],
    ["pods:west//web", /write it as pods:/],
    [
      "pods:eats/shop/web",
      /there is no cluster eats \(did you mean east\?\); there are west, east, old/,
    ],
    ["gateway:west", /west has no gateway/],
    ["gateway:east/x", /write it as gateway:CLUSTER/],
    ["link:east/west", /there is no Link from east to west; there are west\/east, west\/old/],
    ["link:west/nort", /there is no cluster nort/],
    ["node-stop:west", /which of its nodes\? It has control-plane, worker/],
    ["node-stop:west/worker2", /west has no node worker2; it has control-plane, worker/],
    ["node-freeze:old", /old is a cluster that exists already/],
    ["api-server:old", /old is a cluster that exists already/],
    ["cluster-stop:old", /old is a cluster that exists already/],
    ["node-restart:old", /old is a cluster that exists already/],
    ["gateway-pod:west", /west has no gateway/],
    ["credential:east/west", /there is no Link from east to west/],
    ["constructor:west", /no such subject/],
  ] as const;
  for (const [text, message] of bad) {
    test(text, () => {
      assert.throws(() => parseSubjects([text], plan), { exitCode: 2, message });
    });
  }

  test("all of them at once", () => {
    assert.throws(
      () => parseSubjects(["gateway:west", "node-stop:west"], plan),
      /gateway:west: .*\n.*node-stop:west: /,
    );
  });

  test("one that is named twice, and nodes that two subjects need", () => {
    assert.throws(() => parseSubjects(["gateway:east", "gateway:east"], plan), /named twice/);
    assert.throws(
      () => parseSubjects(["cluster-stop:west", "node-freeze:west/worker"], plan),
      /node lab-west-worker: two of the subjects need it/,
    );
    assert.throws(
      () => parseSubjects(["api-server:east", "node-stop:east"], plan),
      /two of the subjects need it/,
    );
  });
});

test("the gateway that is an ingress of one's own is taken by its pods, which do more", () => {
  const own = { namespace: "edge", selector: { app: "traefik" }, serviceAccount: "traefik" };
  const { clusters, links } = planOrThrow(
    {
      clusters: [{ name: "west" }, { name: "east", gateway: { own } }],
      links: [{ from: "west", to: "east" }],
    },
    { name: "lab" },
  );
  for (const text of ["gateway:east", "gateway-pod:east"]) {
    assert.throws(() => parseSubjects([text], { clusters, links }), {
      exitCode: 2,
      message: /an ingress of your own.*write pods:east\/edge\/linkerd-gateway/,
    });
  }
  assert.equal(parseSubjects(["pods:east/edge/linkerd-gateway"], { clusters, links }).length, 1);
});
