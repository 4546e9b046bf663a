import { checkProblems } from "./check-problems.ts";

const over = (observability: object, more: object = {}) => ({
  clusters: [
    { name: "west", network: "lab" },
    { name: "east", network: "lab" },
    { name: "north", network: "lab" },
  ],
  links: [{ between: ["west", "east"] }],
  observability,
  ...more,
});

checkProblems("observability", [
  [
    "a cluster that collects and is none",
    over({ collectIn: "wets" }),
    'observability.collectIn: "wets" is not a cluster of this topology (did you mean "west"?)',
  ],
  [
    "a cluster without a Link to the one that collects",
    over({ collectIn: "west" }),
    'observability.collectIn: "north" has no Link to "west", over which to write metrics (add the Link "- { from: north, to: west }", or name a cluster to which all others have one)',
  ],
  [
    "several clusters without a Link to it",
    over({ collectIn: "north" }),
    'observability.collectIn: "west", "east" have no Link to "north", over which to write metrics (add the Link "- { from: [west, east], to: north }", or name a cluster to which all others have one)',
  ],
  [
    "one cluster that reaches only pods, another that reaches only the gateway",
    over(
      { collectIn: "west" },
      {
        links: [
          { from: "east", to: "west", mode: "flat" },
          { from: "north", to: "west", mode: "gateway" },
        ],
      },
    ),
    'observability.collectIn: "east" reaches only the pods of "west" (links[0]), "north" only its gateway (links[1]), and its Prometheus is exported in one way (write mode: mixed for links[0])',
  ],
  [
    "an export of the package's own Prometheus",
    over(
      {},
      { exports: [{ service: "prometheus", namespace: "linkerd-observability", from: "east" }] },
    ),
    'exports[0]: "linkerd-observability/prometheus" is the package\'s own (leave it out; observability.collectIn exports the one that collects)',
  ],
  [
    "an export of the package's own Jaeger",
    over(
      { tracing: {} },
      { exports: [{ service: "jaeger", namespace: "linkerd-observability", from: "east" }] },
    ),
    'exports[0]: "linkerd-observability/jaeger" is the package\'s own (leave it out; observability.collectIn exports the one that collects)',
  ],
  [
    "a release whose proxies can't be told where to send spans, in one cluster",
    over(
      { tracing: {} },
      {
        clusters: [{ name: "west" }, { name: "east", linkerdVersion: "2.18" }],
        linkerd: { version: "edge-25.10.7" },
        links: [],
      },
    ),
    'observability.tracing: proxies of edge-25.4.4 (2.18) can\'t be told where to send spans ("east") (leave it out, or write edge-25.6.4 or later for linkerd.version)',
  ],
  [
    "such a release in all of them",
    over({ tracing: {} }, { linkerd: { version: "edge-25.6.3" } }),
    'observability.tracing: proxies of edge-25.6.3 can\'t be told where to send spans ("west", "east", "north") (leave it out, or write edge-25.6.4 or later for linkerd.version)',
  ],
  [
    "a storage class without a volume",
    over({ prometheus: { storageClass: "fast" } }),
    "observability.prometheus.storageClass: there is no volume that it could be the class of (write the volume's size as storage, such as storage: 20Gi, or leave it out)",
  ],
  [
    "metrics that are read too seldom for linkerd-viz",
    over({ viz: true, prometheus: { scrapeInterval: "1m" } }),
    "observability.prometheus.scrapeInterval: linkerd-viz tells of the last minute, and a rate needs two readings: with 1m between them it would show nothing (write 30s or less, or leave out observability.viz)",
  ],
  [
    "values for a linkerd-viz that isn't there",
    over({ viz: false }, { linkerd: { values: { viz: { tap: { replicas: 2 } } } } }),
    "linkerd.values.viz: there is no linkerd-viz that they could be the values of (add observability: { viz: true }, or leave them out)",
  ],
  [
    "values for linkerd-viz that the plan sets",
    over(
      { viz: true },
      {
        linkerd: {
          values: {
            viz: {
              clusterDomain: "a",
              prometheusUrl: "http://mine",
              prometheus: { enabled: true },
              tap: { image: { tag: "1" } },
            },
          },
        },
      },
    ),
    "linkerd.values.viz.clusterDomain: is set by the plan (write it as clusterDomain of the cluster)",
    "linkerd.values.viz.prometheus.enabled: is set by the plan (leave it out: linkerd-viz asks the Prometheus of its cluster)",
    "linkerd.values.viz.prometheusUrl: is set by the plan (leave it out: linkerd-viz asks the Prometheus of its cluster)",
    "linkerd.values.viz.tap.image: is set by the plan (write it as viz.images.tap of a sources file, from which the nodes get it as well)",
  ],
  [
    "settings of other shapes",
    over({
      prometheus: {
        retention: "forever",
        scrapeInterval: "1s",
        storage: "big",
        storageClass: "Fast",
        resources: { requests: { memory: "much" } },
      },
      alertmanagers: ["alerts.example.com", "https://me:word@alerts.example.com"],
      tracing: { maxTraces: 0 },
    }),
    ...["alerts.example.com", "https://me:word@alerts.example.com"].map(
      (url, index) =>
        `observability.alertmanagers[${index}]: "${url}" is not the URL of an Alertmanager (write a URL without a user or a password, such as http://alertmanager.monitoring:9093)`,
    ),
    'observability.prometheus.resources.requests.memory: "much" is not a quantity of Kubernetes (write a quantity such as 500Mi)',
    'observability.prometheus.retention: "forever" is not a duration in hours, days or weeks (write a number with its unit (h, d or w), such as 7d)',
    'observability.prometheus.scrapeInterval: "1s" is not a duration from 5s to 5m (write a number with its unit (s or m), such as 30s)',
    'observability.prometheus.storage: "big" is not a size (write a size such as 20Gi)',
    'observability.prometheus.storageClass: "Fast" is not the name of a storage class (write the name of a StorageClass that each cluster has, such as standard)',
    "observability.tracing.maxTraces: 0 is not a number of traces, 1 to 10000000 (write a number such as 50000)",
  ],
]);
