import assert from "node:assert/strict";
import { block, overlap } from "../../../planning/cidr.ts";
import { limits } from "../../../planning/limits.ts";
import { plan, planOrThrow } from "../../../planning/plan.ts";
import type { ClusterPlan, KindClusterPlan, Plan } from "../../../planning/plan-types.ts";
import type { ClusterSpec, Topology } from "../../../planning/topology.ts";
import { withoutCluster } from "./smaller.ts";

/** Something that holds of every plan. */
export interface Invariant {
  readonly name: string;
  /** @throws AssertionError where it doesn't hold */
  readonly check: (plan: Plan, topology: Topology) => void;
}

const context = { name: "stack" };

/** All that a plan promises, whatever the topology. */
export const invariants: readonly Invariant[] = [
  {
    name: "the same topology gives the same plan, and planning doesn't touch it",
    check: (found, topology) => {
      const before = JSON.stringify(topology);
      assert.deepEqual(planOrThrow(topology, context), found);
      assert.equal(JSON.stringify(topology), before);
    },
  },
  {
    name: "a plan is plain data: it can be written as JSON and read again",
    check: (found) => {
      assert.deepEqual(JSON.parse(JSON.stringify(found)), withoutUndefined(found));
    },
  },
  {
    name: "names are possible for Docker, DNS and Kubernetes, and each is given once",
    check: (found) => {
      const kinds = found.clusters.filter(isKind);
      const nodes = kinds.flatMap((cluster) => cluster.nodes.map(({ name }) => name));
      for (const name of [...nodes, ...kinds.map(({ kindName }) => kindName), found.network.name]) {
        assert.match(name, dnsLabel);
        assert.ok(name.length <= limits.dnsLabel, name);
      }
      assertUnique(nodes);
      assertUnique(found.clusters.map(({ name }) => name));
      for (const { accessAccount, name } of found.links) {
        // Pods of `controller-<Link>` have a suffix of 17 characters, the token's Secret one of five.
        assert.ok(`controller-${name}`.length + 17 <= limits.dnsLabel, name);
        assert.match(`${accessAccount}-link`, dnsLabel);
        assert.ok(`${accessAccount}-link`.length <= limits.dnsLabel, accessAccount);
      }
    },
  },
  {
    name: "subnets are disjoint from each other and from those that Docker gives out",
    check: (found) => {
      const own = found.clusters.flatMap(({ podSubnet, serviceSubnet }) =>
        [podSubnet, serviceSubnet].flatMap((text) => (text === undefined ? [] : [block(text)])),
      );
      const docker = ["172.16.0.0/12", "192.168.0.0/16"].map(block);
      for (const [index, subnet] of own.entries()) {
        assert.ok(![...docker, ...own.slice(0, index)].some((other) => overlap(other, subnet)));
      }
    },
  },
  {
    name: "load balancers' ranges are parts of the Docker network, apart from its nodes and each other",
    check: ({ clusters, network }) => {
      const ranged = clusters
        .filter(isKind)
        .flatMap(({ loadBalancerRange: range, gateway }) =>
          range === undefined
            ? []
            : [{ range, isBalanced: gateway?.serviceType === "LoadBalancer" }],
        );
      const ranges = ranged.map(({ range }) => range);
      if (network.subnet === undefined || network.nodeRange === undefined) {
        assert.deepEqual(ranges, []);
        return;
      }
      const taken = [{ range: block(network.nodeRange), isBalanced: true }];
      for (const { range: text, isBalanced } of ranged) {
        const range = block(text);
        assert.ok(overlap(range, block(network.subnet)));
        // Clusters without a load balancer may share one, which nobody uses.
        const others = taken.filter((one) => isBalanced || one.isBalanced);
        assert.ok(!others.some((other) => overlap(other.range, range)));
        taken.push({ range, isBalanced });
      }
    },
  },
  {
    name: "a gateway's ports are different node ports, and its Links say the same as it does",
    check: (found) => {
      for (const { gateway } of found.clusters) {
        if (gateway?.serviceType !== "NodePort") continue;
        for (const port of [gateway.port, gateway.probePort]) {
          assert.ok(port >= limits.nodePort.first && port <= limits.nodePort.last, String(port));
        }
        assert.notEqual(gateway.port, gateway.probePort);
        assert.ok(gateway.addresses.length > 0);
      }
      for (const { target, mode, gateway } of found.links) {
        assert.deepEqual(gateway, mode === "flat" ? undefined : clusterOf(found, target).gateway);
      }
    },
  },
  {
    name: "a Link bears its target's name, and there is one per source and target",
    check: ({ links }) => {
      for (const { name, target, source } of links) {
        assert.equal(name, target);
        assert.notEqual(source, target);
      }
      assertUnique(links.map(({ source, target }) => `${source} ${target}`));
    },
  },
  {
    name: "a Link's target has an account for this source alone, and an address that it is reached at",
    check: (found) => {
      for (const { source, target, accessAccount } of found.links) {
        assert.ok(clusterOf(found, target).sources.includes(source));
        assert.ok(clusterOf(found, source).targets.includes(target));
        assert.ok(clusterOf(found, target).apiServer !== undefined);
        assert.ok(accessAccount.endsWith(`-${source}`));
      }
      assertUnique(found.links.map(({ target, accessAccount }) => `${target} ${accessAccount}`));
    },
  },
  {
    name: "pod routes are mutual, and stay within a network",
    check: (found) => {
      for (const { name, network, routePeers } of found.clusters.filter(isKind)) {
        for (const peer of routePeers) {
          const other = clusterOf(found, peer);
          assert.ok(isKind(other) && other.routePeers.includes(name));
          assert.equal(other.network, network);
        }
        assert.ok(!routePeers.includes(name));
        assertUnique(routePeers);
      }
    },
  },
  {
    name: "a mirror's name is possible, its own in its namespace, and it stands for something exported",
    check: (found) => {
      const exported = new Set(
        found.exports.map(({ cluster, service }) => `${cluster} ${service}`),
      );
      for (const { name, of, kind } of found.mirrors) {
        assert.ok(name.length <= limits.dnsLabel, name);
        assert.ok(of.length > 0);
        if (kind === "headless-pod") continue;
        for (const { cluster, service } of of) assert.ok(exported.has(`${cluster} ${service}`));
      }
      assertUnique(
        found.mirrors.map(({ cluster, namespace, name }) => `${cluster} ${namespace}/${name}`),
      );
    },
  },
  {
    name: "the order of the clusters changes no address, no port, no Link and no mirror",
    check: (found, topology) => {
      const turned = planOrThrow(
        { ...topology, clusters: topology.clusters.toReversed() },
        context,
      );
      const byName = <T extends { readonly name: string }>(all: readonly T[]): T[] =>
        all.toSorted((a, b) => (a.name < b.name ? -1 : 1));
      assert.deepEqual(byName(turned.clusters.map(ordered)), byName(found.clusters.map(ordered)));
      assert.deepEqual(linksOf(turned), linksOf(found));
    },
  },
  {
    name: "a cluster that goes changes nothing of the others",
    check: (found, topology) => {
      const gone = topology.clusters.at(-1)?.name ?? "";
      if (topology.clusters.length < 2) return;
      const result = plan(withoutCluster(topology, gone), context);
      // What only that cluster's Links carried is refused then, and rightly.
      if (!result.ok) return;
      for (const cluster of result.plan.clusters) {
        assert.deepEqual(anchored(cluster), anchored(clusterOf(found, cluster.name)));
      }
      assert.deepEqual(
        result.plan.links,
        found.links.filter(({ source, target }) => source !== gone && target !== gone),
      );
    },
  },
  {
    name: "a cluster that comes changes nothing of the others",
    check: (found, topology) => {
      const newcomer: ClusterSpec = { name: "newcomer-x-y-z" };
      const more = { ...topology, clusters: [newcomer, ...topology.clusters] };
      const result = plan(more, context);
      if (!result.ok) {
        // By chance it may hash to a slot that is taken; then the topology is refused, not changed.
        for (const { message } of result.problems) assert.match(message, /overlap|slot|subnet/i);
        return;
      }
      const rest = result.plan.clusters.filter(({ name }) => name !== newcomer.name);
      assert.deepEqual(rest.map(anchored), found.clusters.map(anchored));
      assert.deepEqual(result.plan.links, found.links);
      assert.deepEqual(result.plan.mirrors, found.mirrors);
    },
  },
];

const dnsLabel = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;

function isKind(cluster: ClusterPlan): cluster is KindClusterPlan {
  return cluster.type === "kind";
}

function clusterOf(found: Plan, name: string): ClusterPlan {
  const cluster = found.clusters.find((one) => one.name === name);
  assert.ok(cluster, `the plan has no cluster ${name}`);
  return cluster;
}

/** What of a cluster must not move when something else of the topology does. */
function anchored(cluster: ClusterPlan): unknown {
  const { name, network, apiServer, podSubnet, serviceSubnet } = cluster;
  const own = { name, network, apiServer, podSubnet, serviceSubnet };
  if (!isKind(cluster)) return own;
  const { generation, nodes, kindName, portMappings } = cluster;
  return { ...own, generation, nodes, kindName, portMappings };
}

/** A cluster with its lists in an order of their own: those follow the topology's. */
function ordered(cluster: ClusterPlan): ClusterPlan {
  const { targets, sources } = cluster;
  const lists = { targets: targets.toSorted(), sources: sources.toSorted() };
  return isKind(cluster)
    ? { ...cluster, ...lists, routePeers: cluster.routePeers.toSorted() }
    : { ...cluster, ...lists };
}

function linksOf({ links }: Plan): unknown[] {
  return links.map((link) => JSON.stringify(link)).toSorted();
}

function assertUnique(names: readonly string[]): void {
  assert.deepEqual([...new Set(names)], names);
}

function withoutUndefined(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutUndefined);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).filter(([, one]) => one !== undefined);
  return Object.fromEntries(entries.map(([key, one]) => [key, withoutUndefined(one)]));
}
