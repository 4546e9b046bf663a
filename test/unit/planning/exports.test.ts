import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { selects } from "../../../planning/links/label-selector.ts";
import { planOrThrow } from "../../../planning/plan.ts";
import type { ExportSpec, LinkSpec } from "../../../planning/topology.ts";

const lab = ["west", "east", "north"].map((name) => ({ name, network: "lab" }));

function planned(links: readonly LinkSpec[], ...exports: Omit<ExportSpec, "namespace">[]) {
  const named = exports.map((one) => ({ namespace: "shop", ...one }));
  return planOrThrow({ clusters: lab, links, exports: named }, { name: "lab" });
}

/** `west: web-east (gateway of web@east)` */
function mirrors(...topology: Parameters<typeof planned>): string[] {
  return planned(...topology).mirrors.map(({ cluster, namespace, name, kind, of }) => {
    assert.equal(namespace, "shop");
    const members = of.map((member) => `${member.service}@${member.cluster}`);
    return `${cluster}: ${name} (${kind} of ${members.join(", ")})`;
  });
}

function labels(...topology: Parameters<typeof planned>) {
  return planned(...topology).exports.map((one) => ({ ...one.labels }));
}

describe("exports", () => {
  it("through the gateway have a mirror in each source", () => {
    const links = [{ from: ["west", "north"], to: "east" }];
    assert.deepEqual(mirrors(links, { service: "web", from: "east" }), [
      "west: web-east (gateway of web@east)",
      "north: web-east (gateway of web@east)",
    ]);
  });

  it("by remote discovery have a mirror only where a Link leads to the pods", () => {
    const links: LinkSpec[] = [
      { from: "west", to: "east", mode: "flat" },
      { from: "north", to: "east", mode: "gateway" },
    ];
    assert.deepEqual(mirrors(links, { service: "web", from: "east", as: "remote-discovery" }), [
      "west: web-east (remote-discovery of web@east)",
    ]);
  });

  it("of one Service can differ from source to source, where its labels suit both", () => {
    const links: LinkSpec[] = [
      { from: "west", to: "east", mode: "flat" },
      {
        from: "north",
        to: "east",
        mode: "gateway",
        selectors: { gateway: { matchLabels: { public: "yes" } } },
      },
    ];
    const exports: Omit<ExportSpec, "namespace">[] = [
      { service: "web", from: "east" },
      { service: "web", from: "east", as: "remote-discovery" },
    ];
    const all = { "mirror.linkerd.io/exported": "remote-discovery", public: "yes" };
    assert.deepEqual(labels(links, ...exports), [all, all]);
    assert.deepEqual(mirrors(links, ...exports), [
      "west: web-east (remote-discovery of web@east)",
      "north: web-east (gateway of web@east)",
    ]);
  });

  it("of headless Services have a mirror for each pod, unless the Link says otherwise", () => {
    const links = [
      { from: "west", to: "east" },
      { from: "north", to: "east", headless: false },
    ];
    const db = { service: "db", from: "east", headless: { replicas: 2 } };
    assert.deepEqual(mirrors(links, db), [
      "west: db-0-east (headless-pod of db@east)",
      "west: db-1-east (headless-pod of db@east)",
      "west: db-east (headless of db@east)",
      "north: db-east (gateway of db@east)",
    ]);
    const [planOfDb] = planned(links, {
      ...db,
      headless: { replicas: 1, statefulSet: "postgres" },
    }).exports;
    assert.deepEqual(planOfDb?.pods, ["postgres-0"]);
    const [ofTwoSets] = planned(links, {
      ...db,
      headless: { replicas: 2, start: 5, also: [{ statefulSet: "db-arm", replicas: 1 }] },
    }).exports;
    assert.deepEqual(ofTwoSets?.pods, ["db-5", "db-6", "db-arm-0"]);
  });

  it("of federated Services join in every cluster that is a member, or has a Link to one", () => {
    const links: LinkSpec[] = [
      { between: ["west", "east"], mode: "flat" },
      { from: "north", to: "east", mode: "mixed" },
    ];
    const web = { service: "web", from: ["east", "west"], as: "federated" as const };
    assert.deepEqual(mirrors(links, web), [
      "west: web-federated (federated of web@west, web@east)",
      "east: web-federated (federated of web@west, web@east)",
      "north: web-federated (federated of web@east)",
    ]);
  });

  it("get the labels that every Link selects them by", () => {
    const web = { service: "web", from: "east" };
    const links: LinkSpec[] = [
      { from: "west", to: "east" },
      {
        from: "north",
        to: "east",
        selectors: {
          gateway: {
            matchLabels: { team: "a" },
            matchExpressions: [
              { key: "stage", operator: "In", values: ["test", "prod"] },
              { key: "stage", operator: "NotIn", values: ["test"] },
              { key: "public", operator: "Exists" },
              { key: "internal", operator: "DoesNotExist" },
            ],
          },
        },
      },
    ];
    assert.deepEqual(labels(links, web), [
      { "mirror.linkerd.io/exported": "true", team: "a", stage: "prod", public: "true" },
    ]);
    assert.deepEqual(labels([{ between: ["west", "east"] }], web, { ...web, as: "federated" }), [
      { "mirror.linkerd.io/exported": "true", "mirror.linkerd.io/federated": "member" },
      { "mirror.linkerd.io/exported": "true", "mirror.linkerd.io/federated": "member" },
    ]);
  });

  it("of a federated Service keep the label that the cluster's own service mirror looks for", () => {
    const selectors = { federated: { matchLabels: { team: "a" } } };
    const links = [{ between: ["west", "east"], selectors }];
    const [own] = labels(links, { service: "web", from: "west", as: "federated" });
    assert.deepEqual(own, { team: "a", "mirror.linkerd.io/federated": "member" });
  });

  it("are never mirrors, which have the labels of what they mirror", () => {
    const [link] = planned([
      {
        from: "west",
        to: "east",
        selectors: {
          gateway: { matchLabels: { team: "a" } },
          remoteDiscovery: {
            matchLabels: { team: "a", "mirror.linkerd.io/exported": "remote-discovery" },
          },
          federated: {
            matchExpressions: [
              { key: "team", operator: "Exists" },
              { key: "mirror.linkerd.io/mirrored-service", operator: "DoesNotExist" },
            ],
          },
        },
      },
    ]).links;
    const ownLabels = { team: "a", "mirror.linkerd.io/federated": "member" };
    const mirror = { team: "a", "mirror.linkerd.io/mirrored-service": "true" };
    assert.ok(link);
    for (const selector of Object.values(link.selectors)) {
      assert.equal(selects(selector, mirror), false);
    }
    assert.equal(selects(link.selectors.gateway, ownLabels), true);
    assert.equal(link.selectors.federated?.matchExpressions?.length, 2);
    assert.equal(link.selectors.remoteDiscovery?.matchExpressions, undefined);
  });
});
