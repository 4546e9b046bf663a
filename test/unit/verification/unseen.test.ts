import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import type { ExportPlan, MirrorPlan, Plan } from "../../../planning/plan-types.ts";
import type { ClusterStatus, LinkStatus, MeshStatus } from "../../../verification/index.ts";
import type { MirrorStatus } from "../../../verification/status.ts";
import { failuresOf, observe, runChecks } from "../../../verification/index.ts";
import { member, MixedPair, mixedClusters } from "./mixed-pair.ts";

const labels = { "mirror.linkerd.io/exported": "true" };

const web: ExportPlan = {
  cluster: "east",
  namespace: "demo",
  service: "web",
  as: "gateway",
  labels,
  pods: [],
};

const webInWest: MirrorPlan = {
  cluster: "west",
  namespace: "demo",
  name: "web-east",
  kind: "gateway",
  of: [{ cluster: "east", service: "web" }],
};

const plan: Plan = { ...mixedClusters, exports: [web], mirrors: [webInWest] };

const revoked: Plan = {
  ...plan,
  links: plan.links.map((link) => ({ ...link, access: { ...link.access, revoked: true } })),
};

/** West's Link to east. */
const linkTo =
  (change: Partial<LinkStatus>) =>
  (status: MeshStatus): MeshStatus => ({
    ...status,
    links: status.links.map((link) => (link.source === "west" ? { ...link, ...change } : link)),
  });

const east =
  (change: Partial<ClusterStatus>) =>
  (status: MeshStatus): MeshStatus => ({
    ...status,
    clusters: status.clusters.map((one) => (one.name === "east" ? { ...one, ...change } : one)),
  });

/** The observed Services of east. */
const servicesOfEast =
  (change: Partial<NonNullable<ClusterStatus["services"]>>) =>
  (status: MeshStatus): MeshStatus => {
    const services = status.clusters.find(({ name }) => name === "east")?.services;
    assert.ok(services !== undefined, "the Services of east were not observed");
    return east({ services: { ...services, ...change } })(status);
  };

/** East exports web through its gateway: what a Link's status says of it is not stale. */
const exportsWeb = servicesOfEast({
  exported: [{ namespace: "demo", service: "web", labels, headless: false }],
});

/** The status of west's Link for web. */
const mirrorOfWeb = (change: Partial<MirrorStatus>) =>
  linkTo({
    mirrors: [
      {
        kind: "gateway",
        namespace: "demo",
        service: "web",
        mirror: "web-east",
        endpoints: [],
        mirrored: true,
        reason: undefined,
        ...change,
      },
    ],
  });

describe("what couldn't be seen is never taken for well", () => {
  let pair: MixedPair;
  let status: MeshStatus;
  before(async () => {
    pair = await MixedPair.start();
    pair.federate("web@east");
    status = await observe(pair.mesh(plan));
  });
  after(() => pair.stop());

  const stateOf = async (check: string, subject: string, seen: MeshStatus, of = plan) =>
    (await runChecks(of, seen)).find((one) => one.check === check && one.subject === subject)
      ?.state;

  const table: readonly [
    string,
    string,
    string,
    (status: MeshStatus) => MeshStatus,
    string,
    Plan?,
  ][] = [
    [
      "mirrors of a target whose Services can't be listed",
      "planned-mirrors",
      "two",
      east({ services: undefined }),
      "not run",
    ],
    [
      "members in a cluster whose Services can't be listed",
      "federated-complete",
      "two",
      east({ services: undefined }),
      "not run",
    ],
    [
      "anchors of a cluster that doesn't answer",
      "trust-anchor-shared",
      "two",
      east({ reachable: false }),
      "not run",
    ],
    [
      "nodes that tell no share of the pod subnet",
      "subnets-as-planned",
      "east",
      (seen) =>
        east({
          nodes: (seen.clusters[1]?.nodes ?? []).map((node) => ({ ...node, podCidrs: [] })),
        })(seen),
      "failed",
    ],
    [
      "a mirror that the Link calls mirrored and that is not there",
      "mirrors-complete",
      "west → east",
      (seen) => exportsWeb(mirrorOfWeb({ kind: "unknown", mirror: undefined })(seen)),
      "failed",
    ],
    [
      "a mirror that is there, of a Service that the service mirror refused",
      "mirrors-complete",
      "west → east",
      (seen) => exportsWeb(mirrorOfWeb({ mirrored: false, reason: "refused" })(seen)),
      "failed",
    ],
    [
      "names of pods of a target whose Services can't be listed",
      "headless-names",
      "west → east",
      (seen) =>
        east({ services: undefined })(
          mirrorOfWeb({ kind: "headless", hostnames: ["web-0"] })(seen),
        ),
      "not run",
    ],
    [
      "clusters none of which has a trust anchor",
      "trust-anchor-shared",
      "two",
      (status) => ({
        ...status,
        clusters: status.clusters.map((one) => ({ ...one, trustAnchors: [] })),
      }),
      "failed",
    ],
    [
      "a gateway of which no probe is known",
      "gateway-answers",
      "west → east",
      (status) =>
        east({ dataPlane: "none" })(
          linkTo({
            gateway: { state: "unknown", address: undefined, latencyMilliseconds: undefined },
          })(status),
        ),
      "failed",
    ],
    [
      "a mirror of a Link that is gone",
      "no-orphaned-mirrors",
      "east",
      servicesOfEast({
        mirrors: [{ namespace: "demo", name: "web-gone", target: "gone", kind: "gateway" }],
      }),
      "failed",
    ],
    [
      "what a service mirror holds whose metrics can't be read",
      "access-revoked",
      "west → east",
      linkTo({
        serviceMirror: {
          takenUp: false,
          pod: "p",
          trouble: "can't be read",
          stuck: false,
          unread: "can't be read",
        },
        discovery: { trouble: "does not watch east" },
      }),
      "failed",
      revoked,
    ],
    [
      "what linkerd-destination watches whose metrics can't be read",
      "access-revoked",
      "west → east",
      linkTo({
        serviceMirror: { takenUp: false, pod: undefined, trouble: "gone", stuck: false },
        discovery: { trouble: "can't be read", unread: "can't be read" },
      }),
      "failed",
      revoked,
    ],
  ];
  for (const [what, check, subject, change, expected, of] of table) {
    it(`${check}: ${what}`, async () => {
      assert.equal(await stateOf(check, subject, change(status), of), expected);
    });
  }

  it("pod-routes-lead-both-ways: routes to nodes that can't be listed", async () => {
    const podRoutes = { nodes: 1, ready: 1, destinations: [] };
    const both = {
      ...status,
      clusters: status.clusters.map((one) => ({ ...one, podRoutes, nodes: [] })),
    };
    assert.equal(await stateOf("pod-routes-lead-both-ways", "west → east", both), "not run");
  });

  it("federated-complete: members that nobody made a federated Service of", async () => {
    const seen = {
      ...status,
      clusters: status.clusters.map((one) => ({
        ...one,
        services: one.services && { ...one.services, federated: [] },
      })),
    };
    assert.ok(
      seen.clusters[0]?.services?.exported.some((one) => one.labels[Object.keys(member)[0] ?? ""]),
    );
    assert.equal(await stateOf("federated-complete", "two", seen), "failed");
  });

  it("a namespace that is missing for some of the exports is told in a notice", async () => {
    const one = { namespace: "demo", endpoints: [], kind: "unknown" as const };
    const seen = linkTo({
      mirrors: [
        {
          ...one,
          kind: "gateway",
          service: "web",
          mirror: "web-east",
          mirrored: true,
          reason: undefined,
        },
        {
          ...one,
          namespace: "shop",
          service: "web",
          mirror: undefined,
          mirrored: false,
          reason: "MissingNamespace",
        },
      ],
    })(status);
    const exported = ["demo", "shop"].map((namespace) => ({
      namespace,
      service: "web",
      labels,
      headless: false,
    }));
    const results = await runChecks(plan, servicesOfEast({ exported })(seen));
    const found = results.find(({ check }) => check === "mirrors-complete");
    assert.ok(found?.state === "passed", JSON.stringify(failuresOf(results)));
    assert.deepEqual(
      [found.detail, found.notice],
      ["1 of 2", "shop/web of east not mirrored, waiting for the namespace shop in west"],
    );
  });
});
