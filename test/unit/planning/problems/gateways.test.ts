import { checkProblems } from "./check-problems.ts";

const kind = (spec: object) => ({ clusters: [{ name: "west", ...spec }, { name: "east" }] });

checkProblems("gateways", [
  [
    "one port for two",
    kind({ gateway: { nodePort: 30191 } }),
    "clusters[0].gateway.nodePort: 30191 would be the port of both the gateway and its health probe (choose two different ports, or leave them out)",
  ],
  [
    "two ports that are one",
    kind({ gateway: { nodePort: 31000, probeNodePort: 31000 } }),
    "clusters[0].gateway.probeNodePort: 31000 would be the port of both the gateway and its health probe (choose two different ports, or leave them out)",
  ],
  [
    "one port at which sources would reach both",
    kind({ gateway: { port: 443, probePort: 443 } }),
    "clusters[0].gateway.probePort: sources would reach both the gateway and its health probe at port 443 (let what stands before the gateway have a port for each, and write both)",
  ],
  [
    "the probe's port for the gateway",
    kind({ gateway: { port: 30191 } }),
    "clusters[0].gateway.port: sources would reach both the gateway and its health probe at port 30191 (let what stands before the gateway have a port for each, and write both)",
  ],
  [
    "node ports behind a load balancer",
    kind({ gateway: { serviceType: "LoadBalancer", nodePort: 31000, probeNodePort: 31001 } }),
    "clusters[0].gateway.nodePort: a gateway behind a load balancer has no node port (leave out nodePort, or write serviceType: NodePort)",
    "clusters[0].gateway.probeNodePort: a gateway behind a load balancer has no node port (leave out probeNodePort, or write serviceType: NodePort)",
  ],
  [
    "addresses that don't lead anywhere",
    kind({
      gateway: {
        addresses: [
          "127.0.0.1",
          "a b",
          "gw:4143",
          "10.1.2",
          "localhost",
          "fd00::1",
          "gw.test",
          "gw.test",
        ],
      },
    }),
    'clusters[0].gateway.addresses[0]: "127.0.0.1" is not a host name or IPv4 address that other clusters could reach (write the address alone, without port, as pods of the sources reach it)',
    'clusters[0].gateway.addresses[1]: "a b" is not a host name or IPv4 address that other clusters could reach (write the address alone, without port, as pods of the sources reach it)',
    'clusters[0].gateway.addresses[2]: "gw:4143" is not a host name or IPv4 address that other clusters could reach (write the address alone, without port, as pods of the sources reach it)',
    'clusters[0].gateway.addresses[3]: "10.1.2" is not a host name or IPv4 address that other clusters could reach (write the address alone, without port, as pods of the sources reach it)',
    'clusters[0].gateway.addresses[4]: "localhost" is not a host name or IPv4 address that other clusters could reach (write the address alone, without port, as pods of the sources reach it)',
    'clusters[0].gateway.addresses[5]: "fd00::1" is not a host name or IPv4 address that other clusters could reach (write the address alone, without port, as pods of the sources reach it)',
    'clusters[0].gateway.addresses[7]: "gw.test" is given twice (leave out one)',
  ],
  [
    "annotations of its Service that are none, or Linkerd's",
    kind({
      gateway: { serviceAnnotations: { "a b": "c", "mirror.linkerd.io/gateway-identity": "me" } },
    }),
    'clusters[0].gateway.serviceAnnotations["a b"]: "a b" is not the key of an annotation (write a key such as service.beta.kubernetes.io/aws-load-balancer-type)',
    'clusters[0].gateway.serviceAnnotations["mirror.linkerd.io/gateway-identity"]: is Linkerd\'s own, which follows from the topology (leave it out)',
  ],
  [
    "annotations that are no texts",
    kind({ gateway: { serviceAnnotations: { internal: true } } }),
    'clusters[0].gateway.serviceAnnotations.internal: true is not the text of an annotation (write a text, such as "true"; text that YAML takes for something else needs quotes: "true")',
  ],
  [
    "an ingress of one's own without pods, in Linkerd's namespace, and with a key that is none",
    {
      clusters: [
        {
          name: "west",
          gateway: { own: { namespace: "linkerd", selector: {}, serviceAccount: "traefik" } },
        },
        {
          name: "east",
          gateway: {
            own: { namespace: "traefik", selector: { "a/b/c": "d" }, serviceAccount: "traefik" },
          },
        },
      ],
    },
    'clusters[0].gateway.own.namespace: "linkerd" is Linkerd\'s own namespace (write the namespace of your ingress, or leave out own)',
    "clusters[0].gateway.own.selector: is empty: no pod would be the gateway (write labels of the pods of your ingress, such as { app.kubernetes.io/name: traefik })",
    'clusters[1].gateway.own.selector["a/b/c"]: "a/b/c" is not the key of a label (write a key such as "app" or "app.kubernetes.io/name")',
  ],
  [
    "an ingress of one's own that is not described",
    kind({ gateway: { own: { namespace: "Traefik" } } }),
    'clusters[0].gateway.own.namespace: "Traefik" is not a DNS-1123 label (lower-case letters, digits, hyphens between them) of at most 63 characters (write "traefik")',
    "clusters[0].gateway.own.selector: is missing; it must be a map of labels (write a map such as { app.kubernetes.io/name: traefik })",
    'clusters[0].gateway.own.serviceAccount: is missing; it must be a DNS-1123 label (lower-case letters, digits, hyphens between them) of at most 63 characters (write a name such as "traefik")',
  ],
  [
    "no addresses",
    kind({ gateway: { addresses: [] } }),
    "clusters[0].gateway.addresses: is empty: nobody could reach the gateway (write at least one address, or leave it out)",
  ],
  [
    "a load balancer without addresses",
    {
      clusters: [{ name: "west" }, { name: "east", gateway: { serviceType: "LoadBalancer" } }],
      links: [{ from: "west", to: "east" }],
    },
    'clusters[1].gateway.addresses: is missing: Links lead to the gateway of "east", which is behind a load balancer, so its addresses can\'t be planned (write docker.subnet, from which an address is planned, or the addresses at which pods of the sources reach it)',
  ],
  [
    "nodes without a gateway that would answer nothing",
    {
      clusters: [{ name: "west" }, { name: "east", nodes: { workers: 2 } }],
      links: [{ between: ["west", "east"] }],
      linkerd: { values: { multicluster: { gateway: { serviceExternalTrafficPolicy: "Local" } } } },
    },
    'clusters[1].gateway.addresses: is missing: with serviceExternalTrafficPolicy: Local (linkerd.values.multicluster.gateway) only nodes with a pod of the gateway answer, and "east" has 3 nodes (write the names of the nodes that have one, and a nodeSelector of the gateway that names them)',
  ],
  [
    "an existing target that can't be reached",
    {
      clusters: [{ name: "west" }, { name: "staging", kubeconfig: "k" }],
      links: [{ from: "west", to: "staging" }],
    },
    'clusters[1].apiServer: is missing: Links lead to "staging", and their sources watch its Services there (write the URL as pods of the sources reach it, such as "https://203.0.113.7:6443")',
    'clusters[1].gateway.addresses: is missing: Links lead to the gateway of "staging", which is in a cluster that exists, so its addresses can\'t be planned (write the addresses at which pods of the sources reach it, or mode: flat for those Links)',
  ],
  [
    "an API server that other clusters don't reach",
    {
      clusters: [
        "https://127.0.0.1:6443",
        "http://10.1.2.3:6443",
        "https://me:secret@10.1.2.3",
        "10.1.2.3:6443",
        "https://localhost:6443",
      ].map((apiServer, i) => ({ name: `c-${i}`, kubeconfig: `k${i}`, apiServer })),
    },
    'clusters[0].apiServer: is not an https URL of a host that pods of other clusters could reach (write a URL such as "https://203.0.113.7:6443")',
    'clusters[1].apiServer: is not an https URL of a host that pods of other clusters could reach (write a URL such as "https://203.0.113.7:6443")',
    'clusters[2].apiServer: is not an https URL of a host that pods of other clusters could reach (write a URL such as "https://203.0.113.7:6443")',
    'clusters[3].apiServer: is not an https URL of a host that pods of other clusters could reach (write a URL such as "https://203.0.113.7:6443")',
    'clusters[4].apiServer: is not an https URL of a host that pods of other clusters could reach (write a URL such as "https://203.0.113.7:6443")',
  ],
]);
