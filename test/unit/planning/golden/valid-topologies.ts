import type {
  AccessSpec,
  ClusterSpec,
  ExportSpec,
  LinkSpec,
  Topology,
  TrafficSpec,
  TrustSpec,
} from "../../../../planning/topology.ts";
import type { Random } from "./random.ts";

/*
 * Made without anything of the planner, so that a change of the planner can't change what is asked of it.
 * Between them the topologies say every key that there is; `golden.test.ts` holds that. Nearly all of them
 * are valid: the record names the seeds of those that are.
 */

const names = ["west", "east", "north", "south", "hub", "edge-1", "edge-2", "staging", "lab9", "z"];

export function randomTopology(random: Random): Topology {
  const { pick, maybe, chance, some, below } = random;
  const anchors = randomAnchors(random);
  const chosen = names.slice(below(4), 4 + below(7));
  const isHighlyAvailable = chance(0.1);
  const hasSubnet = chance(0.4);
  const clusters = chosen.map((name, index) =>
    chance(0.2)
      ? existingCluster(random, name, index, anchors)
      : kindCluster(random, name, index, {
          anchors,
          isHighlyAvailable,
          hasSubnet,
        }),
  );
  const links = randomLinks(random, clusters);
  const exports = randomExports(random, links);
  const collector = reachedByAll(clusters, links);
  const topology = {
    ...maybe(0.5, () => ({ name: pick(["lab", "t-1", "0"]) })),
    clusters,
    ...maybe(0.9, () => ({ links })),
    ...maybe(0.6, () => ({
      exports,
      ...maybe(0.5, () => ({ traffic: randomTraffic(random, links, exports) })),
    })),
    ...maybe(0.4, () => ({ access: randomAccess(random, links) })),
    ...(hasSubnet && {
      docker: { subnet: pick(["172.30.0.0/16", "192.168.128.0/20"]) },
    }),
    ...maybe(isHighlyAvailable ? 1 : 0.4, () => ({
      linkerd: {
        ...maybe(0.5, () => ({
          version: pick(["edge-26.1.1", "edge-25.10.7", "edge-25.4.4"]),
        })),
        ...(isHighlyAvailable
          ? { highAvailability: true }
          : maybe(0.2, () => ({ highAvailability: false }))),
        ...maybe(0.5, () => ({ values: randomValues(random) })),
      },
    })),
    ...maybe(anchors.length > 0 ? 1 : 0.3, () => ({
      trust: randomTrust(random, anchors, some(["shop", "data"], 0.5)),
    })),
  };
  return {
    ...topology,
    // Nothing is drawn for this, so that all other topologies stay as they were.
    ...((clusters.length === 3 || collector !== undefined) && {
      observability: {
        ...(collector !== undefined && { collectIn: collector }),
        ...(clusters.length === 3 && {
          prometheus: {
            retention: "30d",
            scrapeInterval: "15s",
            storage: "20Gi",
            storageClass: "fast",
            resources: { requests: { memory: "1Gi" }, limits: { memory: "2Gi" } },
          },
          alertmanagers: ["http://alertmanager.monitoring:9093"],
        }),
        // Older releases have no tracing.
        ...(topology.linkerd?.version !== "edge-25.4.4" && {
          tracing: clusters.length === 3 ? { maxTraces: 1000, resources: {} } : {},
        }),
        viz: collector !== undefined,
      },
    }),
  };
}

/** The first cluster to which all others have a Link. */
function reachedByAll(
  clusters: readonly ClusterSpec[],
  links: readonly LinkSpec[],
): string | undefined {
  const reaches = (source: string, target: string) =>
    links.some(
      ({ from, to, between = [] }) =>
        (between.includes(source) && between.includes(target)) ||
        (ends(from).includes(source) && ends(to).includes(target)),
    );
  return clusters.find(
    ({ name }) =>
      clusters.length > 1 && clusters.every((one) => one.name === name || reaches(one.name, name)),
  )?.name;
}

interface Around {
  readonly anchors: readonly number[];
  readonly isHighlyAvailable: boolean;
  readonly hasSubnet: boolean;
}

function kindCluster(random: Random, name: string, index: number, around: Around): ClusterSpec {
  const { pick, maybe, chance, some, below } = random;
  const nodes = around.isHighlyAvailable
    ? { controlPlanes: pick([1, 3]), workers: pick([3, 4]) }
    : pick([{}, { controlPlanes: 1 }, { workers: 2 }, { controlPlanes: 3, workers: 2 }]);
  const isBalanced = around.hasSubnet && chance(0.3);
  return {
    name,
    ...maybe(0.6, () => ({ network: pick(["net-a-b", "net-c-d"]) })),
    ...maybe(0.3, () => ({ kubernetesVersion: pick(["v1.33.1", "v1.34.2"]) })),
    ...maybe(0.2, () => ({ nodeImage: "registry.test:5000/node:v1" })),
    ...maybe(around.isHighlyAvailable ? 1 : 0.5, () => ({ nodes })),
    ...(chance(0.3)
      ? {
          podSubnet: `10.${String(60 + index)}.0.0/16`,
          serviceSubnet: `10.250.${String(index * 8)}.0/21`,
        }
      : maybe(0.3, () => ({ slot: 1000 + index * 7 }))),
    ...maybe(0.4, () => ({
      portMappings: some([0, 1, 2], 0.5).map((port) => ({
        containerPort: 30_080 + port,
        hostPort: 8000 + index * 10 + port,
        ...maybe(0.3, () => ({ node: 0 })),
        ...maybe(0.3, () => ({
          listenAddress: pick(["0.0.0.0", "127.0.0.1", "::1"]),
        })),
        ...maybe(0.4, () => ({
          protocol: pick(["TCP", "UDP", "SCTP"] as const),
        })),
      })),
    })),
    ...maybe(0.2, () => ({ containerdConfigPatches: ["[plugins]\n"] })),
    ...maybe(0.3, () => ({
      registryMirrors: {
        "docker.io": ["http://mirror:5000", "https://second.test"].slice(below(2)),
        ...maybe(0.4, () => ({ "registry.test:5000": [] })),
      },
    })),
    ...maybe(0.2, () => ({
      imageArchives: some(["images/a.tar", "/b.tar"], 0.7),
    })),
    // Nothing is drawn for these, so that clusters without them stay the ones that they were.
    ...(index % 4 === 3 && {
      nodeLabels: { "*": { team: name }, "0": { "topology.kubernetes.io/zone": "a" } },
      extraMounts: [
        { node: 0, hostPath: "/srv/logs", containerPath: "/logs", selinuxRelabel: true },
        {
          hostPath: "/srv/data",
          containerPath: "/data",
          readOnly: true,
          propagation: "None" as const,
        },
      ],
      kubeadmConfigPatches: ["kind: KubeletConfiguration\nmaxPods: 200\n"],
      featureGates: { AllAlpha: false },
      runtimeConfig: { "api/alpha": true },
      apiServerAddress: "0.0.0.0",
      apiServerPort: 7000 + index,
      loadBalancer: false,
      linkerdVersion: "edge-25.10.7",
    }),
    ...maybe(0.4, () => ({
      gateway: {
        ...(isBalanced
          ? { serviceType: "LoadBalancer" as const }
          : {
              ...maybe(0.3, () => ({ serviceType: "NodePort" as const })),
              ...maybe(0.4, () => ({
                nodePort: 31_000,
                probeNodePort: pick([31_001, 32_767]),
              })),
            }),
        ...maybe(0.3, () => ({
          addresses: ["gw.test", "203.0.113.7"].slice(below(2)),
        })),
        ...maybe(0.4, () => ({
          admission: pick(["linked", "everybody"] as const),
        })),
      },
    })),
    ...maybe(0.2, () => ({
      clusterDomain: pick(["cluster.local", `${name}.test`]),
    })),
    ...maybe(0.3, () => ({
      trust: clusterTrust(random, around.anchors, name),
    })),
  };
}

function existingCluster(
  random: Random,
  name: string,
  index: number,
  anchors: readonly number[],
): ClusterSpec {
  const { maybe, pick, chance } = random;
  return {
    name,
    kubeconfig: `./${name}.kubeconfig`,
    apiServer: `https://203.0.113.${String(index + 1)}:6443`,
    gateway: {
      addresses: [`gw.${name}.test`],
      ...maybe(0.3, () => ({
        serviceType: pick(["NodePort", "LoadBalancer"] as const),
      })),
      ...maybe(0.3, () => ({ admission: "linked" as const })),
      // Chosen without asking for another random number: all other topologies stay as they were.
      ...(index % 2 === 0 && {
        port: 443,
        probePort: 8443,
        serviceAnnotations: { "example.com/type": "nlb" },
      }),
      ...(index % 2 === 1 && {
        own: {
          namespace: "traefik",
          selector: { "app.kubernetes.io/name": "traefik" },
          serviceAccount: "traefik",
        },
      }),
    },
    podSubnet: `10.${String(100 + index)}.0.0/16`,
    ...maybe(0.5, () => ({ context: "admin" })),
    ...maybe(0.5, () => ({
      serviceSubnet: `10.251.${String(index * 8)}.0/21`,
    })),
    ...maybe(0.4, () => ({ network: "net-e-f" })),
    ...maybe(0.4, () => ({
      trust: chance(0.5)
        ? {
            issuer: {
              certManager: {
                name: "mesh-root",
                ...maybe(0.5, () => ({ kind: "Issuer" })),
                ...maybe(0.3, () => ({ group: "example.org" })),
              },
            },
          }
        : clusterTrust(random, anchors, name),
    })),
  };
}

function clusterTrust(
  { maybe, pick, chance }: Random,
  anchors: readonly number[],
  name: string,
): NonNullable<ClusterSpec["trust"]> {
  const domain = maybe(0.5, () => ({ domain: `${name}.example` }));
  if (chance(0.3)) {
    const certificate = pick([
      { certificateFile: `${name}.crt` },
      {
        certificate: "-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----\n",
      },
    ]);
    return { ...domain, issuer: { ...certificate, keyFile: `${name}.key` } };
  }
  return {
    ...domain,
    ...(anchors.length > 0 && maybe(0.5, () => ({ signer: pick(anchors) }))),
    ...maybe(0.4, () => ({ rotation: "2026-01" })),
  };
}

function randomAnchors({ pick }: Random): number[] {
  return pick([[], [], [1], [1, 2], [2, 7]]);
}

function randomTrust(random: Random, anchors: readonly number[], restart: string[]): TrustSpec {
  const { maybe, pick } = random;
  return {
    ...maybe(0.3, () => ({ domain: "mesh.example" })),
    ...(anchors.length > 0 && {
      anchors: anchors.map((generation) => ({
        generation,
        ...maybe(0.3, () => ({
          ...pick([{ certificateFile: "root.crt" }, { certificate: "PEM" }]),
          keyFile: "root.key",
        })),
      })),
      ...maybe(0.4, () => ({ signer: pick(anchors) })),
    }),
    ...maybe(0.3, () => ({ restart })),
    ...maybe(0.3, () => ({
      anchorLifetimeHours: pick([9000, 876_000]),
      anchorEarlyRenewalHours: 0,
    })),
    ...maybe(0.4, () => ({ issuerLifetimeHours: pick([1, 48, 8000]) })),
    ...maybe(0.2, () => ({ issuerEarlyRenewalHours: 0 })),
  };
}

function randomValues({ maybe }: Random): NonNullable<NonNullable<Topology["linkerd"]>["values"]> {
  return {
    ...maybe(0.3, () => ({ crds: { enableHttpRoutes: false } })),
    ...maybe(0.6, () => ({
      controlPlane: { controllerLogLevel: "debug", proxy: { cores: 2 } },
    })),
    ...maybe(0.4, () => ({
      multicluster: { gateway: { replicas: 2 }, list: [1, "two", null] },
    })),
  };
}

type End = readonly string[];

function ends(from: ExportSpec["from"] | undefined): End {
  return typeof from === "string" ? [from] : (from ?? []);
}

function randomLinks(random: Random, clusters: readonly ClusterSpec[]): LinkSpec[] {
  const { chance, some, pick } = random;
  const group = some(clusters, 0.5);
  const links: LinkSpec[] = [];
  if (group.length > 1)
    links.push({
      between: group.map(({ name }) => name),
      ...linkSettings(random, group),
    });
  for (const source of clusters) {
    const targets = some(clusters, 0.3).filter(
      (target) => target !== source && !(group.includes(source) && group.includes(target)),
    );
    if (targets.length === 0) continue;
    const to = targets.map(({ name }) => name);
    links.push({
      from: chance(0.5) ? source.name : [source.name],
      to: to.length === 1 && chance(0.5) ? pick(to) : to,
      ...linkSettings(random, [source, ...targets]),
    });
  }
  return links;
}

function linkSettings(
  { maybe, chance, pick }: Random,
  members: readonly ClusterSpec[],
): Omit<LinkSpec, "from" | "to" | "between"> {
  const [first] = members;
  const canRoute = members.every(
    ({ network, kubeconfig }) =>
      network !== undefined &&
      network === first?.network &&
      (kubeconfig === undefined) === (first.kubeconfig === undefined),
  );
  const mode = canRoute ? pick(["gateway", "flat", "mixed"] as const) : ("gateway" as const);
  const says = canRoute || chance(0.5);
  const gateway = {
    matchLabels: { "mirror.linkerd.io/exported": "true", team: "a" },
  };
  const member = [
    {
      key: "mirror.linkerd.io/federated",
      operator: "In" as const,
      values: ["member"],
    },
  ];
  const seen = {
    key: "mirror.linkerd.io/exported",
    operator: "Exists" as const,
  };
  const not = {
    key: "test",
    operator: pick(["DoesNotExist", "Exists"] as const),
  };
  return {
    ...(says && { mode }),
    ...(mode !== "flat" && maybe(0.3, () => ({ headless: chance(0.5) }))),
    ...(says &&
      maybe(0.4, () => ({
        selectors: {
          ...(mode !== "flat" && {
            gateway: pick([
              gateway,
              {
                matchExpressions: [{ ...seen, operator: "In" as const, values: ["true"] }, not],
              },
            ]),
          }),
          ...(mode !== "gateway" && {
            remoteDiscovery: {
              matchLabels: { "mirror.linkerd.io/exported": "remote-discovery" },
            },
            federated: { matchExpressions: member },
          }),
        },
      }))),
    ...maybe(0.3, () => ({ excludedLabels: ["example.org/*", "team"] })),
    ...maybe(0.3, () => ({ excludedAnnotations: ["example.org/note"] })),
  };
}

/** Of Services in clusters that are targets: what no Link carries is refused, and such seeds are left out. */
function randomExports(
  { some, pick, maybe, chance }: Random,
  links: readonly LinkSpec[],
): ExportSpec[] {
  const targets = [
    ...new Set(links.flatMap((link) => [...ends(link.to), ...(link.between ?? [])])),
  ];
  return some(["web", "db", "queue"], 0.5).flatMap((service): ExportSpec[] => {
    const from = some(targets, 0.5);
    const [only] = from;
    if (only === undefined) return [];
    const flat = links.find((link) => link.mode === "flat" || link.mode === "mixed");
    const kind = flat ? pick(["gateway", "remote-discovery", "federated"] as const) : "gateway";
    const reached = flat && kind !== "gateway" ? [...ends(flat.to), ...(flat.between ?? [])] : from;
    return [
      {
        service,
        namespace: pick(["shop", "data"]),
        from: reached.length === 1 && chance(0.5) ? only : reached,
        ...maybe(0.6, () => ({ as: kind })),
        // Not by chance, which would change all topologies.
        ...(service === "web" && { ports: [80, 8080] }),
        ...maybe(kind === "gateway" ? 0.3 : 0, () => ({
          headless: {
            replicas: pick([1, 3]),
            ...maybe(0.5, () => ({
              statefulSet: "pods",
              start: 1,
              also: [{ statefulSet: "others", replicas: 2 }],
            })),
          },
        })),
      },
    ];
  });
}

/** Entries for Services that a gateway Link carries, in its source. */
function randomTraffic(
  { pick, maybe }: Random,
  links: readonly LinkSpec[],
  exports: readonly ExportSpec[],
): TrafficSpec[] {
  const entries = links.flatMap(({ from, to, mode = "mixed" }) =>
    mode === "flat"
      ? []
      : exports
          .filter(({ as = "gateway", headless }) => as === "gateway" && headless === undefined)
          .flatMap(({ service, namespace, from: exporters }): TrafficSpec[] => {
            const [source] = ends(from);
            const target = ends(to).find((one) => ends(exporters).includes(one));
            if (source === undefined || target === undefined || source === target) return [];
            return [
              {
                service,
                namespace,
                in: source,
                ...maybe(0.5, () => ({ port: pick([80, 8080]) })),
                ...maybe(0.3, () => ({ timeout: pick(["10s", "500ms"]) })),
                ...pick<Partial<TrafficSpec>>([
                  {
                    failover: ["local", target],
                    circuitBreaking: {
                      enabled: true,
                      maxFailures: 3,
                      minPenalty: "1s",
                      maxPenalty: "5s",
                      jitterRatio: 0.1,
                    },
                  },
                  { split: { local: 90, [target]: 10 }, retry: { limit: 2, timeout: "1s" } },
                  { alias: target },
                  {
                    routes: [
                      { match: { headers: { "x-tenant": "acme" }, path: "/a" }, to: target },
                      { match: { query: { v: "2" }, method: "GET" }, failover: [target, "local"] },
                      { split: { local: 1, [target]: 0 } },
                    ],
                    retry: { when: "gateway-error" },
                  },
                  {
                    protocol: "grpc",
                    routes: [{ match: { grpcService: "a.B" }, to: target }, { to: "local" }],
                  },
                ]),
              },
            ];
          }),
  );
  // Two Links may lead to the same entry.
  return [
    ...new Map(
      entries.map((one) => [`${one.service} ${one.namespace} ${String(one.in)}`, one]),
    ).values(),
  ];
}

function randomAccess({ maybe, pick }: Random, links: readonly LinkSpec[]): AccessSpec {
  const directed = links.find((link) => link.from !== undefined);
  const { from, to } = directed ?? {};
  return {
    ...maybe(0.5, () => ({ tokenGeneration: pick([1, 2, 999_999]) })),
    ...(from !== undefined &&
      maybe(0.7, () => ({
        accounts: [
          {
            from,
            ...(to !== undefined && maybe(0.6, () => ({ to }))),
            ...pick([
              { revoked: true },
              { tokenGeneration: 3 },
              { revoked: false, tokenGeneration: 2 },
            ]),
          },
        ],
      }))),
  };
}
