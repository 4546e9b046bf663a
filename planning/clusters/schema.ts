import * as z from "zod";
import { limits } from "../limits.ts";
import {
  domain,
  integer,
  label,
  list,
  map,
  object,
  oneOf,
  optional,
  subnet,
  text,
  expecting,
  yesOrNo,
} from "../topology/schema-parts.ts";
import { kindOptions } from "./kind-options.ts";
import { labelValue } from "../labels.ts";
import { linkerdVersion } from "../linkerd/schema.ts";
import { clusterTrustSchema, type ClusterTrustSpec } from "../trust/schema.ts";

const nodes = object(
  {
    /**
     * An odd number, because etcd needs a majority.
     * @default 1
     * @example 3
     */
    controlPlanes: integer(
      1,
      limits.controlPlanes,
      "a number of control planes",
      "write 1, or 3 for one that may fail",
    ).exactOptional(),
    /**
     * Required if there are several control planes.
     * @default 0
     * @example 2
     */
    workers: integer(0, limits.workers, "a number of workers", "write a number").exactOptional(),
  },
  "a number of nodes per role",
  "write a map such as { controlPlanes: 1, workers: 3 }",
);

/** The number of nodes by role. */
export interface NodesSpec extends Readonly<z.infer<typeof nodes>> {}

const port = () => integer(1, limits.port, "a port", "write a port number");

export const portMappingSchema = object(
  {
    /**
     * Index of the node; control planes come first.
     * @default 0
     * @example 1
     */
    node: integer(
      0,
      limits.nodeIndex,
      "the index of a node",
      "count from 0, control planes first",
    ).exactOptional(),
    /**
     * Port of the node.
     * @example 30080
     */
    containerPort: port(),
    /**
     * Port of the host.
     * @example 8080
     */
    hostPort: port(),
    /**
     * Address of the host at which the port listens.
     * @default "127.0.0.1"
     * @example "0.0.0.0"
     */
    listenAddress: text(
      "an IP address of this machine",
      'write an address such as "127.0.0.1"',
    ).exactOptional(),
    /**
     * Protocol of both ports.
     * @default "TCP"
     * @example UDP
     */
    protocol: oneOf(["TCP", "UDP", "SCTP"]).exactOptional(),
  },
  "a port mapping",
  "write a map such as { containerPort: 30080, hostPort: 8080 }",
);

/** A port of the host that leads to a port of a node. */
export interface PortMapping extends Readonly<z.infer<typeof portMappingSchema>> {}

const nodePort = (example: number) =>
  integer(
    limits.nodePort.first,
    limits.nodePort.last,
    "a node port",
    `write a number such as ${example}, or leave it out`,
  );

const ownGateway = object(
  {
    /**
     * Namespace of the ingress.
     * @example traefik
     */
    namespace: label(limits.dnsLabel, "", '"traefik"'),
    /**
     * Labels of its pods. All of them must match.
     * @example { app.kubernetes.io/name: traefik }
     */
    selector: map(
      labelValue("traefik"),
      "a map of labels",
      "write a map such as { app.kubernetes.io/name: traefik }",
    ),
    /**
     * Service account of its pods. From it follows the identity that the sources expect of the gateway.
     * @example traefik
     */
    serviceAccount: label(limits.dnsLabel, "", '"traefik"'),
  },
  "an ingress of your own",
  "write a map such as { namespace: traefik, selector: { app.kubernetes.io/name: traefik }, serviceAccount: traefik }",
);

/**
 * An ingress of one's own whose proxies are the gateway. The package makes a Service `linkerd-gateway` and policies
 * beside it, and changes nothing of the ingress.
 */
export interface OwnGatewaySpec extends Readonly<z.infer<typeof ownGateway>> {}

const gateway = object(
  {
    /**
     * Kind of Service in front of the gateway.
     * @default "NodePort"
     * @example LoadBalancer
     */
    serviceType: oneOf(["NodePort", "LoadBalancer"]).exactOptional(),
    /**
     * Node port of the gateway; `NodePort` only.
     * @default 30143
     * @example 31143
     */
    nodePort: nodePort(30_143).exactOptional(),
    /**
     * Node port of the gateway's health probe; `NodePort` only.
     * @default 30191
     * @example 31191
     */
    probeNodePort: nodePort(30_191).exactOptional(),
    /**
     * Port at which the sources reach the gateway, where something before it (NAT, a tunnel, a proxy for TCP)
     * listens at another one than its Service does.
     * @default the node port, or 4143 behind a load balancer
     * @example 443
     */
    port: port().exactOptional(),
    /**
     * The same of the gateway's health probe.
     * @default the node port of the probe, or 4191 behind a load balancer
     * @example 8443
     */
    probePort: port().exactOptional(),
    /**
     * Host names or IPv4 addresses at which the sources reach the gateway. Required for existing clusters,
     * and for `LoadBalancer` unless there is a `docker.subnet`.
     * @default the names of the cluster's nodes, or the first address of its range for load balancers
     * @example [203.0.113.7]
     */
    addresses: list(
      expecting(z.string(), "a host name or IPv4 address", "write a host name or IPv4 address"),
      "a list of host names or IPv4 addresses",
      "write a list such as [203.0.113.7]",
    ).exactOptional(),
    /**
     * Annotations of the Service in front of the gateway, such as those by which clouds configure a load balancer.
     * @default none
     * @example { service.beta.kubernetes.io/aws-load-balancer-type: nlb }
     */
    serviceAnnotations: map(
      expecting(z.string(), "the text of an annotation", 'write a text, such as "true"'),
      "a map of annotations",
      "write a map such as { service.beta.kubernetes.io/aws-load-balancer-type: nlb }",
    ).exactOptional(),
    /**
     * Which clients the gateway accepts. `linked`: the trust domains and addresses of the clusters that have
     * a Link to it. `everybody`: every meshed client from everywhere, as in Linkerd's chart. To go back from
     * `linked`, write `everybody`: leaving out the key doesn't open a restricted gateway.
     * @default everybody, by the chart
     * @example linked
     */
    admission: oneOf(["linked", "everybody"]).exactOptional(),
    /**
     * An ingress of your own as the gateway, in place of Linkerd's: its pods need the annotations
     * `linkerd.io/inject` and `config.linkerd.io/enable-gateway: "true"` (docs/own-ingress.md). Without it the
     * package runs Linkerd's own gateway.
     * @default Linkerd's own gateway
     * @example { namespace: traefik, selector: { app.kubernetes.io/name: traefik }, serviceAccount: traefik }
     */
    own: optional<OwnGatewaySpec>(ownGateway),
  },
  "a gateway",
  "write a map such as { nodePort: 30143 }",
);

/** How other clusters reach a cluster's gateway. */
export interface GatewaySpec extends Readonly<z.infer<typeof gateway>> {}

const cluster = object(
  {
    /**
     * A DNS-1123 label of at most 32 characters, unique in the topology. It becomes the suffix of
     * mirror Services (`<service>-<cluster>`) in every source that has a Link to it.
     * @example west
     */
    name: label(
      limits.clusterName,
      `, so that mirror Services "<service>-<cluster>" of at most ${limits.dnsLabel} leave ` +
        `${limits.dnsLabel - 1 - limits.clusterName} to the service`,
      '"east"',
    ),
    /**
     * Clusters on the same network get pod routes to each other, which flat Links need.
     * @default a network that the cluster has to itself
     * @example lab
     */
    network: label(limits.dnsLabel, "", '"lab-2", or leave it out').exactOptional(),
    /**
     * Kubernetes version, such as `v1.34.2`.
     * @default the version of the node image in use
     * @example v1.34.2
     */
    kubernetesVersion: expecting(
      z.string().regex(/^v1\.\d{1,3}\.\d{1,4}$/),
      "a Kubernetes version",
      "write a version such as v1.34.2, with the v and all three numbers",
    ).exactOptional(),
    /**
     * Docker image of the nodes.
     * @default kind's published image of the Kubernetes version
     * @example kindest/node:v1.34.2
     */
    nodeImage: expecting(
      z.string().regex(/^[^\s-]\S*$/),
      "the name of a Docker image",
      'write an image such as "kindest/node:v1.34.2"',
    ).exactOptional(),
    /**
     * The number of nodes by role.
     * @default { controlPlanes: 1, workers: 0 }
     * @example { controlPlanes: 3, workers: 2 }
     */
    nodes: optional<NodesSpec>(nodes),
    /**
     * Pod subnet, IPv4 CIDR. An existing cluster may have several, separated by commas, and may share them
     * with others on its network (a VPC) in which each pod has its own address.
     * @default a /21 that follows from the cluster's name alone
     * @example 10.10.0.0/21
     */
    podSubnet: subnet("10.10.0.0/21").exactOptional(),
    /**
     * Service subnet, IPv4 CIDR. An existing cluster may have several, separated by commas.
     * @default a /21 that follows from the cluster's name alone
     * @example 10.140.0.0/21
     */
    serviceSubnet: subnet("10.140.0.0/21").exactOptional(),
    /**
     * Which pair of default subnets the cluster gets. Needed only if the names of two clusters lead to the
     * same pair, which validation reports.
     * @default a hash of the cluster's name
     * @example 7
     */
    slot: integer(0, limits.slot, "a slot", "write a number, or leave it out").exactOptional(),
    /**
     * Ports of the host that lead to a node.
     * @default []
     * @example [{ containerPort: 30080, hostPort: 8080 }]
     */
    portMappings: list<PortMapping>(
      portMappingSchema,
      "a list of port mappings",
      "write a list of maps such as { containerPort: 30080, hostPort: 8080 }",
    ).exactOptional(),
    /**
     * TOML patches for containerd's configuration on every node.
     * @default []
     * @example ["[debug]\n  level = \"debug\""]
     */
    containerdConfigPatches: list(
      expecting(z.string().regex(/\S/), "a TOML patch", "write TOML text"),
      "a list of TOML patches",
      "write a list of TOML texts",
    ).exactOptional(),
    /**
     * Registry host, or `*` for every other one → mirrors to ask instead, in order.
     * @default {}
     * @example { docker.io: ["http://registry:5000"] }
     */
    registryMirrors: map(
      list(
        text("the URL of a mirror", 'write a URL such as "http://registry:5000"'),
        "a list of mirrors",
        'write a list such as ["http://registry:5000"]',
      ),
      "a map of registries to their mirrors",
      'write a map such as { docker.io: ["http://registry:5000"] }',
    ).exactOptional(),
    /**
     * More image archives (paths on this machine) to load into every node.
     * @default []
     * @example [./images/app.tar]
     */
    imageArchives: list(
      text("a path of an image archive", "write a path such as ./images/app.tar"),
      "a list of image archives",
      "write a list such as [./images/app.tar]",
    ).exactOptional(),
    ...kindOptions,
    /**
     * Kubeconfig file of an existing cluster. The package neither creates nor deletes such a cluster. It
     * installs Linkerd and the Links there; `destroy` removes them.
     * @example ./kubeconfigs/east.yaml
     */
    kubeconfig: text("the path of a kubeconfig file", "write a path").exactOptional(),
    /**
     * Context in that file. Only with `kubeconfig`. The context of another cluster moves everything that was
     * installed.
     * @default the context that is current at the first `up`, from then on
     * @example east-admin
     */
    context: text("the name of a context", "write the name of a context").exactOptional(),
    /**
     * Address of the API server for pods of the other clusters. Only with `kubeconfig`, and required if a
     * Link has this cluster as its target.
     * @example "https://10.1.2.3:6443"
     */
    apiServer: text(
      "the URL of an API server",
      'write a URL such as "https://203.0.113.7:6443"',
    ).exactOptional(),
    /**
     * How the gateway is exposed. It exists only if a Link of mode `gateway` or `mixed` leads here.
     * @example { serviceType: LoadBalancer }
     */
    gateway: optional<GatewaySpec>(gateway),
    /**
     * Installs MetalLB, which gives Services of type `LoadBalancer` addresses of the cluster's range in
     * `docker.subnet`. Containers on the Docker network reach them.
     * @default true if the gateway is behind a load balancer and has no `addresses`
     * @example true
     */
    loadBalancer: yesOrNo().exactOptional(),
    /**
     * Domain of the cluster's Services (`<service>.<namespace>.svc.<domain>`). For an existing cluster, write
     * the domain that it has.
     * @default "cluster.local"
     * @example east.internal
     */
    clusterDomain: domain(limits.clusterDomain, "a cluster's domain").exactOptional(),
    /**
     * Release of Linkerd in this cluster, if it differs from the others during an upgrade. `linkerd-topology
     * upgrade` writes it and removes it again.
     * @default `linkerd.version`
     * @example edge-26.6.3
     */
    linkerdVersion: linkerdVersion().exactOptional(),
    /**
     * Trust domain and issuer, if they differ from the mesh's.
     * @example { domain: east.example }
     */
    trust: optional<ClusterTrustSpec>(clusterTrustSchema),
  },
  "a cluster",
  'write a map with a name, such as "- name: west"',
);

/** A cluster that the package creates with kind, or an existing one (`kubeconfig`). */
export interface ClusterSpec extends Readonly<z.infer<typeof cluster>> {}

export const clustersSchema = list<ClusterSpec>(
  cluster,
  `a list of 1 to ${limits.clusters} clusters`,
  'write a list of clusters, such as "- name: west"',
  { min: 1, max: limits.clusters },
);
