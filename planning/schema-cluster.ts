import * as z from "zod";
import { limits } from "./limits.ts";
import { domain, integer, label, list, subnet, text, told } from "./schema-parts.ts";
import { clusterTrustSchema } from "./schema-trust.ts";

const port = () => integer(1, 65_535, "a port", "write a port number");

const nodePort = (example: number) =>
  integer(
    limits.nodePort.first,
    limits.nodePort.last,
    "a node port",
    `write a number such as ${example}, or leave it out`,
  );

const portMapping = told(
  z.strictObject({
    node: integer(
      0,
      1000,
      "the index of a node",
      "count from 0, control planes first",
    ).exactOptional(),
    containerPort: port(),
    hostPort: port(),
    listenAddress: text(
      "an IP address of this machine",
      'write an address such as "127.0.0.1"',
    ).exactOptional(),
    protocol: told(
      z.enum(["TCP", "UDP", "SCTP"]),
      "TCP, UDP or SCTP",
      "write TCP, UDP or SCTP",
    ).exactOptional(),
  }),
  "a port mapping",
  "write a map such as { containerPort: 30080, hostPort: 8080 }",
);

const gateway = told(
  z.strictObject({
    serviceType: told(
      z.enum(["NodePort", "LoadBalancer"]),
      "NodePort or LoadBalancer",
      "write NodePort or LoadBalancer",
    ).exactOptional(),
    nodePort: nodePort(30_143).exactOptional(),
    probeNodePort: nodePort(30_191).exactOptional(),
    addresses: list(
      told(z.string(), "a host name or IPv4 address", "write a host name or IPv4 address"),
      "a list of host names or IPv4 addresses",
      "write a list such as [203.0.113.7]",
    ).exactOptional(),
    admission: told(
      z.enum(["linked", "everybody"]),
      "linked or everybody",
      "write linked or everybody",
    ).exactOptional(),
  }),
  "a gateway",
  "write a map such as { nodePort: 30143 }",
);

/** The shape of a `ClusterSpec`. */
export const clusterSchema = told(
  z.strictObject({
    name: label(
      limits.clusterName,
      `, so that mirror Services "<service>-<cluster>" of at most ${limits.dnsLabel} leave ` +
        `${limits.dnsLabel - 1 - limits.clusterName} to the service`,
      '"east"',
    ),
    network: label(limits.dnsLabel, "", '"lab-2", or leave it out').exactOptional(),
    kubernetesVersion: told(
      z.string().regex(/^v1\.\d{1,3}\.\d{1,4}$/),
      "a Kubernetes version",
      "write a version such as v1.34.2, with the v and all three numbers",
    ).exactOptional(),
    nodeImage: told(
      z.string().regex(/^[^\s-]\S*$/),
      "the name of a Docker image",
      'write an image such as "kindest/node:v1.34.2"',
    ).exactOptional(),
    nodes: told(
      z.strictObject({
        controlPlanes: integer(
          1,
          limits.controlPlanes,
          "a number of control planes",
          "write 1, or 3 for one that may fail",
        ).exactOptional(),
        workers: integer(
          0,
          limits.workers,
          "a number of workers",
          "write a number",
        ).exactOptional(),
      }),
      "a number of nodes per role",
      "write a map such as { controlPlanes: 1, workers: 3 }",
    ).exactOptional(),
    podSubnet: subnet("10.10.0.0/21").exactOptional(),
    serviceSubnet: subnet("10.140.0.0/21").exactOptional(),
    slot: integer(0, 4095, "a slot", "write a number, or leave it out").exactOptional(),
    portMappings: list(
      portMapping,
      "a list of port mappings",
      "write a list of maps such as { containerPort: 30080, hostPort: 8080 }",
    ).exactOptional(),
    containerdConfigPatches: list(
      told(z.string().regex(/\S/), "a TOML patch", "write TOML text"),
      "a list of TOML patches",
      "write a list of TOML texts",
    ).exactOptional(),
    registryMirrors: told(
      z.record(
        z.string(),
        list(
          text("the URL of a mirror", 'write a URL such as "http://registry:5000"'),
          "a list of mirrors",
          'write a list such as ["http://registry:5000"]',
        ),
      ),
      "a map of registries to their mirrors",
      'write a map such as { docker.io: ["http://registry:5000"] }',
    ).exactOptional(),
    imageArchives: list(
      text("a path of an image archive", "write a path such as ./images/app.tar"),
      "a list of image archives",
      "write a list such as [./images/app.tar]",
    ).exactOptional(),
    kubeconfig: text("the path of a kubeconfig file", "write a path").exactOptional(),
    context: text("the name of a context", "write the name of a context").exactOptional(),
    apiServer: text(
      "the URL of an API server",
      'write a URL such as "https://203.0.113.7:6443"',
    ).exactOptional(),
    gateway: gateway.exactOptional(),
    clusterDomain: domain(limits.clusterDomain, "a cluster's domain").exactOptional(),
    trust: clusterTrustSchema.exactOptional(),
  }),
  "a cluster",
  'write a map with a name, such as "- name: west"',
);
