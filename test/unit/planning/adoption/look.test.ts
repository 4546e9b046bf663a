import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { lookToAdopt } from "../../../../planning/adoption/look.ts";
import type { AdoptionLook } from "../../../../planning/adoption/look.ts";
import { discover } from "../../../../planning/discovery/discover.ts";
import type {
  ClusterObservation,
  LinkerdObservation,
  LinkObservation,
} from "../../../../planning/discovery/observation.ts";
import { planOrThrow } from "../../../../planning/plan.ts";
import type { Topology } from "../../../../planning/topology.ts";
import { observationsOf } from "../discovery/observed.ts";

const made: Topology = {
  clusters: [{ name: "west" }, { name: "east" }],
  links: [{ from: "west", to: "east" }],
  exports: [{ service: "web", namespace: "shop", from: "east" }],
};

interface Change {
  readonly west?: Partial<ClusterObservation>;
  readonly east?: Partial<ClusterObservation>;
  readonly linkerd?: Partial<LinkerdObservation>;
  readonly link?: Partial<LinkObservation>;
}

/** A mesh of others: what a topology would have made, but for a change. */
function observe({ west, east, linkerd, link }: Change): readonly ClusterObservation[] {
  const [first, second] = observationsOf(planOrThrow(made, { name: "lab" }));
  assert.ok(first?.linkerd && second);
  const links = first.links.map((one) => ({ ...one, ...link }));
  return [
    { ...first, name: "west", links, linkerd: { ...first.linkerd, ...linkerd }, ...west },
    { ...second, name: "east", ...east },
  ];
}

/** What `up` makes of the mesh with the topology that describes it unchanged, but for an edit. */
function look(change: Change, edit: (topology: Topology) => Topology = (one) => one): AdoptionLook {
  const { topology } = discover(observe({}));
  const plan = planOrThrow(edit(topology), { name: "lab" });
  const observed = observe(change);
  return lookToAdopt(plan, observed, discover(observed));
}

describe("adopting a mesh", () => {
  test("as the topology describes it takes everything over and changes nothing", () => {
    const by = { installedBy: "the Helm release linkerd-control-plane in linkerd" };
    const { taken, left, changes, obstacles } = look({ linkerd: by });
    assert.deepEqual(obstacles, []);
    assert.deepEqual(changes, []);
    assert.deepEqual(taken, [
      "cluster west: namespaces linkerd and linkerd-multicluster",
      "cluster east: namespaces linkerd and linkerd-multicluster",
      "Link west → east: linkerd-multicluster/east",
      "Service shop/web of east: its labels of an export",
    ]);
    assert.match(left.join("\n"), /west: Linkerd, .* with the Helm release linkerd-control-plane/);
    assert.match(left.join("\n"), /east: Linkerd, .* with what installed it/);
  });

  test("adds an export that the topology has and the Service has not", () => {
    const more = look({}, (topology) => ({
      ...topology,
      exports: [{ service: "api", namespace: "shop", from: "east" }],
    }));
    assert.deepEqual(more.obstacles, []);
    assert.deepEqual(more.changes, [
      "Service shop/api of east gets the label mirror.linkerd.io/exported=true",
    ]);
  });

  test("leaves a Link that the topology doesn't have", () => {
    const fewer = look({}, ({ clusters, linkerd }) => ({
      clusters,
      ...(linkerd && { linkerd }),
      adopt: true,
    }));
    assert.deepEqual(fewer.obstacles, []);
    assert.match(fewer.left.join("\n"), /Link west → east: the topology doesn't have it/);
  });

  const headless = { deployment: "c", container: "controller", probe: "p", headless: true };
  const inTheWay: readonly (readonly [string, Change, RegExp])[] = [
    [
      "a cluster without Linkerd",
      { west: { linkerd: undefined } },
      /west: Linkerd is not installed/,
    ],
    [
      "a cluster that doesn't answer",
      { west: { linkerd: undefined, unread: [{ what: "the cluster", why: "no answer" }] } },
      /west: the cluster could not be read \(no answer\)/,
    ],
    ["Linkerd in another namespace", { linkerd: { namespace: "mesh" } }, /in the namespace mesh/],
    [
      "no extension",
      { linkerd: { extensionNamespace: undefined } },
      /extension is not installed: install it with what installed Linkerd/,
    ],
    [
      "the extension in another namespace",
      { linkerd: { extensionNamespace: "mc" } },
      /extension is in the namespace mc/,
    ],
    [
      "another release",
      { linkerd: { version: "edge-25.9.1" } },
      /Linkerd edge-25\.9\.1 runs, and the topology says edge-[\d.]+: write edge-25\.9\.1 as linkerd\.version/,
    ],
    [
      "another trust domain",
      { linkerd: { trustDomain: "east.example" } },
      /trust domain is east\.example/,
    ],
    [
      "another cluster domain",
      { linkerd: { clusterDomain: "west.local" } },
      /cluster domain is west\.local.*write west\.local as clusterDomain/,
    ],
    ["a Link that is not there", { west: { links: [] } }, /Link west → east: it is not there/],
    ["an old Link", { link: { apiVersion: "v1alpha1" } }, /serves v1alpha1/],
    [
      "a Link without a service mirror",
      { link: { controller: undefined } },
      /no service mirror works on it: add a controller/,
    ],
    [
      "a service mirror of the deprecated command",
      { link: { controller: { ...headless, unmanaged: true } } },
      /deprecated `linkerd multicluster link`/,
    ],
    [
      "a Link without the gateway",
      { link: { gateway: undefined } },
      /the gateway is nothing there/,
    ],
    [
      "a Link to another port",
      {
        link: {
          gateway: {
            addresses: ["lab-east-control-plane"],
            port: 1,
            probePort: 30191,
            identity: "x",
          },
        },
      },
      /the gateway's port is 1 there, and 30143 in the topology/,
    ],
    [
      "another selector",
      {
        link: {
          selectors: {
            gateway: { matchLabels: { a: "b" } },
            remoteDiscovery: undefined,
            federated: undefined,
          },
        },
      },
      /the selector for gateway is .*"a":"b"/,
    ],
    [
      "other excluded labels",
      { link: { excludedLabels: ["team"] } },
      /excludedLabels are \["team"\]/,
    ],
  ];
  for (const [what, change, expected] of inTheWay) {
    test(`is refused for ${what}, with what to do`, () => {
      assert.match(look(change).obstacles.join("\n"), expected);
    });
  }

  test("names everything that stands in the way at once", () => {
    const { obstacles } = look({
      linkerd: { version: "edge-25.9.1" },
      link: { apiVersion: "v1alpha1", excludedLabels: ["team"] },
    });
    assert.equal(obstacles.length, 3);
  });

  test("takes what a Link of Linkerd's CLI selects beyond its mode for usual", () => {
    const { obstacles } = look({
      link: {
        byCli: true,
        selectors: {
          gateway: { matchLabels: { "mirror.linkerd.io/exported": "true" } },
          remoteDiscovery: { matchLabels: { "mirror.linkerd.io/exported": "remote-discovery" } },
          federated: { matchLabels: { "mirror.linkerd.io/federated": "member" } },
        },
      },
    });
    assert.deepEqual(obstacles, []);
  });
});
