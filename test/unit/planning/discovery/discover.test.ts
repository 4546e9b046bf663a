import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { discover } from "../../../../planning/discovery/discover.ts";
import { asFound } from "../../../../planning/discovery/found-plan.ts";
import type {
  ClusterObservation,
  LinkObservation,
} from "../../../../planning/discovery/observation.ts";
import { planAsFound, planOrThrow } from "../../../../planning/plan.ts";
import type { Topology } from "../../../../planning/topology.ts";
import { observationsOf } from "./observed.ts";

const pair: Topology = {
  clusters: [{ name: "west" }, { name: "east" }],
  links: [{ from: "west", to: "east" }],
  exports: [{ service: "web", namespace: "shop", from: "east" }],
};

/** What was seen of `pair`, with its two clusters and its Link otherwise. */
function seen(change: {
  readonly west?: Partial<ClusterObservation>;
  readonly east?: Partial<ClusterObservation>;
  readonly link?: Partial<LinkObservation>;
}): readonly ClusterObservation[] {
  const [west, east] = observationsOf(planOrThrow(pair, { name: "lab" }));
  assert.ok(west && east);
  const links = west.links.map((link) => ({ ...link, ...change.link }));
  return [
    { ...west, links, ...change.west },
    { ...east, ...change.east },
  ];
}

const linkerdOf = (observed: readonly ClusterObservation[]) => {
  const [first] = observed;
  assert.ok(first?.linkerd);
  return first.linkerd;
};

interface Case {
  readonly what: string;
  readonly observed: readonly ClusterObservation[];
  readonly names?: readonly string[];
  readonly topology?: Readonly<Record<string, unknown>>;
  /** One note each. */
  readonly notes?: readonly RegExp[];
}

const noCredentials = { credentials: undefined };
const flatSelector = { matchLabels: { "mirror.linkerd.io/exported": "remote-discovery" } };
const cliLink: Partial<LinkObservation> = {
  byCli: true,
  selectors: {
    gateway: { matchLabels: { "mirror.linkerd.io/exported": "true" } },
    remoteDiscovery: flatSelector,
    federated: { matchLabels: { "mirror.linkerd.io/federated": "member" } },
  },
};

const cases: readonly Case[] = [
  {
    what: "a Link whose credentials may not be read leads to the cluster of the gateway's address",
    observed: seen({
      link: {
        ...noCredentials,
        gateway: { addresses: ["10.1.1.1"], port: 30143, probePort: 30191, identity: "x.y" },
      },
      east: {
        nodes: [{ name: "n", addresses: ["10.1.1.1"], podCidrs: [] }],
        server: "https://10.9.9.9:6443",
      },
    }),
    names: ["west", "east"],
    notes: [/known by the gateway's address/, /as this machine reaches it/],
  },
  {
    what: "a Link whose credentials may not be read leads to the cluster that is called so",
    observed: seen({ link: noCredentials, east: { context: "kind-east" } }),
    names: ["west", "east"],
    notes: [/known by its name alone/, /apiServer: the credentials/],
  },
  {
    what: "a Link to a cluster that nobody named is told, and is no Link of the topology",
    observed: seen({
      link: { credentials: undefined, targetName: "north", name: "north", gateway: undefined },
    }),
    topology: { exports: undefined, links: undefined },
    notes: [/west → north: it leads to a cluster that was not looked at/],
  },
  {
    what: "a Link of Linkerd's CLI counts for traffic from pod to pod only if something is exported so",
    observed: seen({ link: cliLink }),
    topology: { links: [{ from: "west", to: "east" }] },
    notes: [/west → east: taken for mode gateway/],
  },
  {
    what: "a Link of Linkerd's CLI is mixed where a Service is exported pod to pod",
    observed: seen({
      link: cliLink,
      east: {
        services: [
          { namespace: "shop", name: "web", labels: flatSelector.matchLabels, headless: false },
        ],
      },
    }),
    topology: {
      links: [{ from: "west", to: "east" }],
      exports: [{ service: "web", namespace: "shop", from: "east", as: "remote-discovery" }],
    },
    notes: [/its Links carry traffic from pod to pod/],
  },
  {
    what: "clusters that call each other the same have names of their own",
    observed: seen({ link: { name: "target", targetName: "target" } }),
    names: ["west", "target"],
  },
  {
    what: "a Link that is called otherwise than its target is told",
    observed: seen({ link: { name: "remote" } }),
    notes: [/the Link is called remote, and its target east/],
  },
  {
    what: "an older version of the Link, and the service mirror of the deprecated command",
    observed: seen({
      link: {
        apiVersion: "v1alpha1",
        controller: {
          deployment: "linkerd-service-mirror-east",
          container: "service-mirror",
          probe: "probe-gateway-east",
          headless: true,
          unmanaged: true,
        },
      },
    }),
    notes: [/deprecated/, /of v1alpha1/],
  },
  {
    what: "a gateway behind a load balancer, which lets in only some",
    observed: seen({
      east: {
        gateways: [
          {
            namespace: "linkerd-multicluster",
            name: "linkerd-gateway",
            type: "LoadBalancer",
            identity:
              "linkerd-gateway.linkerd-multicluster.serviceaccount.identity.linkerd.cluster.local",
            port: 4143,
            probePort: 4191,
            nodePort: 31_000,
            probeNodePort: 31_001,
            addresses: ["203.0.113.9"],
            policy: { identities: ["*.west.example"], networks: ["10.0.0.0/8"] },
          },
        ],
      },
      link: {
        gateway: {
          addresses: ["203.0.113.9"],
          port: 4143,
          probePort: 4191,
          identity:
            "linkerd-gateway.linkerd-multicluster.serviceaccount.identity.linkerd.cluster.local",
        },
      },
    }),
    notes: [/lets in only \*\.west\.example from 10\.0\.0\.0\/8/],
  },
  {
    what: "a release that a topology doesn't install",
    observed: seen({
      west: { linkerd: { ...linkerdOf(seen({})), version: "stable-2.14.10" } },
      east: { linkerd: { ...linkerdOf(seen({})), version: "stable-2.14.10" } },
    }),
    topology: { linkerd: undefined },
    notes: [/Linkerd is stable-2\.14\.10/],
  },
  {
    what: "clusters with trust domains of their own, and releases of their own",
    observed: seen({
      east: {
        linkerd: { ...linkerdOf(seen({})), version: "edge-26.6.3", trustDomain: "east.example" },
      },
    }),
    notes: [/its identity is/],
  },
  {
    what: "a headless Service whose pods are not counted from 0 is left out",
    observed: seen({
      east: {
        services: [
          {
            namespace: "shop",
            name: "web",
            labels: { "mirror.linkerd.io/exported": "true" },
            headless: true,
            hostnames: ["blue", "green"],
          },
        ],
      },
    }),
    topology: { exports: undefined },
    notes: [/shop\/web of east is left out: the names of its pods/],
  },
  {
    what: "what may not be read is told",
    observed: seen({
      west: {
        unread: [{ what: "nodes", why: "no right to list nodes", right: "list nodes" }],
      },
    }),
    notes: [/nodes: no right to list nodes/],
  },
];

describe("discover", () => {
  for (const { what, observed, names, topology = {}, notes = [] } of cases) {
    test(what, () => {
      const found = discover(observed);
      if (names !== undefined)
        assert.deepEqual(
          found.topology.clusters.map(({ name }) => name),
          names,
        );
      for (const [key, value] of Object.entries(topology)) {
        assert.deepEqual(found.topology[key as keyof Topology], value, key);
      }
      const told = found.notes.map(({ text }) => text);
      for (const note of notes) {
        assert.ok(
          told.some((text) => note.test(text)),
          `${String(note)} is not among ${told.join("\n")}`,
        );
      }
      assert.ok(planAsFound(found.topology, { name: "found" }).plan);
    });
  }

  test("a plan that was found has the names that the Links have", () => {
    const observed = seen({
      link: {
        name: "remote",
        targetName: "remote",
        controller: {
          deployment: "linkerd-service-mirror-remote",
          container: "service-mirror",
          probe: "probe-gateway-remote",
          headless: false,
          unmanaged: true,
        },
      },
      // So that it isn't called as the Link has it.
      east: { name: "east" },
    });
    const found = discover(observed);
    const { plan } = planAsFound(found.topology, { name: "found" });
    assert.ok(plan);
    const { links, mirrors } = asFound(plan, found.links);
    assert.deepEqual(
      links.map(({ source, target, name, found: there }) => ({ source, target, name, there })),
      [
        {
          source: "west",
          target: "east",
          name: "remote",
          there: {
            apiVersion: "v1alpha3",
            controller: "linkerd-service-mirror-remote",
            container: "service-mirror",
            probe: "probe-gateway-remote",
          },
        },
      ],
    );
    assert.deepEqual(
      mirrors.map(({ name }) => name),
      ["web-remote"],
    );
  });
});

test("a gateway in another namespace than the extension's is an ingress of somebody's", () => {
  const identity = "traefik.edge.serviceaccount.identity.linkerd.cluster.local";
  const selector = { "app.kubernetes.io/name": "traefik" };
  const reached = { addresses: ["10.1.1.1"], port: 30143, probePort: 30191, identity };
  const gateway = {
    namespace: "edge",
    name: "traefik",
    type: "NodePort",
    identity,
    port: 4143,
    probePort: 4191,
    nodePort: 30143,
    probeNodePort: 30191,
    addresses: [],
    selector,
  };
  const { topology, notes } = discover(
    seen({ east: { gateways: [gateway] }, link: { gateway: reached } }),
  );
  assert.deepEqual(topology.clusters.find(({ name }) => name === "east")?.gateway, {
    addresses: ["10.1.1.1"],
    own: { namespace: "edge", selector, serviceAccount: "traefik" },
  });
  assert.deepEqual(
    notes.filter(({ at }) => at.includes("gateway")),
    [],
  );
});
