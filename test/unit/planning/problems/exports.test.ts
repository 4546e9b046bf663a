import { checkProblems } from "./check-problems.ts";

const lab = ["west", "east", "north"].map((name) => ({ name, network: "lab" }));

const mesh = { between: ["west", "east", "north"] };

/** Exports of Services in the namespace shop, over Links between clusters on one network. */
const over = (links: readonly object[], ...exports: readonly object[]) => ({
  clusters: lab,
  links,
  exports: exports.map((one) => ({ service: "web", namespace: "shop", ...one })),
});

checkProblems("exports", [
  [
    "unknown clusters",
    over([mesh], { from: ["eats", "west"] }, { from: "nowhere" }),
    'exports[0].from[0]: "eats" is not a cluster of this topology (did you mean "east"?)',
    'exports[1].from: "nowhere" is not a cluster of this topology (its clusters are "west", "east", "north")',
  ],
  [
    "StatefulSets whose pods can't be told apart, or whose mirrors can't be named",
    over([mesh], {
      from: "east",
      headless: {
        replicas: 1,
        also: [
          { statefulSet: "web", replicas: 1 },
          { statefulSet: "0-db", replicas: 2 },
        ],
      },
    }),
    'exports[0].from: in "west", namespace "shop", the mirrors of a pod of "shop/web" of "east" and of a pod of "shop/web" of "east" would have the same name, "web-0-east" (leave one of them out, or give one another name)',
    'exports[0].headless.also[1].statefulSet: "0-db" is not a DNS-1035 label (lower-case letters, digits, hyphens between them, a letter first) of at most 63 characters (write a name such as "db")',
  ],
  [
    "headless Services of one name in two namespaces, where Linkerd deletes the mirrors of their pods",
    {
      ...over(
        [{ from: ["west", "north"], to: "east" }],
        { from: "east", headless: { replicas: 2 } },
        { from: "east", headless: { replicas: 1 }, namespace: "bank" },
        { from: "east", namespace: "depot" },
      ),
      linkerd: { version: "edge-26.1.1" },
    },
    'exports[0].from: "web" of "east" is headless in several namespaces ("bank", "shop"): with Linkerd edge-26.1.1 the service mirror of "west" deletes the mirrors of the pods of one whenever another changes (linkerd2#15200) (give all but one another name, or let the sources have edge-26.5.1 or later)',
  ],
  [
    "nothing of that where the sources have a release without the fault",
    {
      ...over(
        [{ from: "west", to: "east" }],
        { from: "east", headless: { replicas: 2 } },
        { from: "east", headless: { replicas: 1 }, namespace: "bank" },
      ),
      clusters: lab.map((one) =>
        one.name === "west" ? { ...one, linkerdVersion: "edge-26.5.1" } : one,
      ),
      linkerd: { version: "edge-26.1.1" },
    },
  ],
  [
    "no cluster",
    over([mesh], { from: [] }),
    "exports[0].from: names no cluster (name at least 1, or leave the export out)",
  ],
  [
    "an export given twice",
    over(
      [mesh],
      { from: ["east", "west", "east"] },
      { from: "west" },
      { from: "west", as: "federated" },
    ),
    'exports[0].from[2]: the gateway export of "shop/web" of "east" is given twice, here and in exports[0].from[0] (leave it out of one of the two)',
    'exports[1].from: the gateway export of "shop/web" of "west" is given twice, here and in exports[0].from[1] (leave it out of one of the two)',
  ],
  [
    "no Link to the cluster",
    over([{ from: "west", to: "east" }], { from: "west" }, { from: "north", as: "federated" }),
    'exports[0].from: no Link carries "shop/web" of "west" as gateway: none leads to "west" (write one, such as "- { from: east, to: west }")',
    'exports[1].from: no Link carries "shop/web" of "north" as federated: none leads to "north" (write one, such as "- { from: west, to: north }")',
  ],
  [
    "a gateway export over flat Links",
    over([{ ...mesh, mode: "flat" }], { from: "east" }),
    'exports[0].from: no Link carries "shop/web" of "east" as gateway: the Links lead from "west" (flat, links[0]), "north" (flat, links[0]) to "east", and a flat one leads past the gateway (write mode: mixed for links[0], or as: remote-discovery)',
  ],
  [
    "pods over gateway Links",
    {
      clusters: [{ name: "west" }, { name: "east" }],
      links: [{ from: "west", to: "east" }],
      exports: [{ service: "web", namespace: "shop", from: "east", as: "remote-discovery" }],
    },
    'exports[0].from: no Link carries "shop/web" of "east" as remote-discovery: the only Link leads from "west" (gateway, links[0]) to "east", and a gateway one does not lead to the pods (put both clusters on one network and write mode: mixed, or as: gateway)',
  ],
  [
    "a federated member behind gateway Links",
    over(
      [
        { from: "west", to: "east", mode: "gateway" },
        { from: "north", to: "east", mode: "gateway" },
      ],
      { from: "east", as: "federated" },
    ),
    'exports[0].from: no Link carries "shop/web" of "east" as federated: the Links lead from "west" (gateway, links[0]), "north" (gateway, links[1]) to "east", and a gateway one does not lead to the pods (write mode: mixed for links[0], or as: gateway)',
  ],
  [
    "a Link to nowhere, which explains it",
    over([{ from: "west", to: "eats" }], { from: "east" }),
    'links[0].to: "eats" is not a cluster of this topology (did you mean "east"?)',
  ],
  [
    "gateway and remote discovery at once",
    over([mesh], { from: "east" }, { from: "east", as: "remote-discovery" }),
    `exports[1].from: "shop/web" of "east" can't be a gateway and a remote-discovery export at once: no labels meet both "mirror.linkerd.io/exported=true" (links[0].selectors.gateway) and "mirror.linkerd.io/exported=remote-discovery" (links[0].selectors.remoteDiscovery) (leave out one of the two exports, or let one Link select by another label)`,
  ],
  [
    "Links that demand different labels",
    over(
      [
        { from: "west", to: "east", selectors: { gateway: { matchLabels: { team: "a" } } } },
        {
          from: "north",
          to: "east",
          selectors: {
            gateway: {
              matchLabels: { public: "yes" },
              matchExpressions: [{ key: "team", operator: "NotIn", values: ["a"] }],
            },
          },
        },
      ],
      { from: "east" },
    ),
    `exports[0].from: "shop/web" of "east" can't be a gateway export: no labels meet both "team=a" (links[0].selectors.gateway) and "team!=a" (links[1].selectors.gateway) (let both select by labels that one Service can have)`,
  ],
  [
    "a federated Service by another label than its cluster's",
    over(
      [
        {
          ...mesh,
          selectors: { federated: { matchLabels: { "mirror.linkerd.io/federated": "blue" } } },
        },
      ],
      { from: "east", as: "federated" },
    ),
    `exports[0].from: "shop/web" of "east" can't be a federated export: no labels meet both "mirror.linkerd.io/federated=blue" (links[0].selectors.federated) and "mirror.linkerd.io/federated=member" (the cluster's own service mirror) (let both select by labels that one Service can have)`,
  ],
  [
    "labels that suit two selectors of a Link",
    over(
      [
        {
          from: "west",
          to: "east",
          selectors: {
            gateway: { matchLabels: { team: "a" } },
            remoteDiscovery: { matchExpressions: [{ key: "team", operator: "Exists" }] },
          },
        },
      ],
      { from: "east" },
    ),
    'exports[0].from: the Link from "west" (links[0]) would carry "shop/web" by remote discovery: its labels suit selectors.remoteDiscovery too, which takes precedence over gateway (leave out one of the two exports, or make the selectors disjoint)',
  ],
  [
    "headless Services that Linkerd can't mirror",
    over(
      [mesh],
      { from: "east", as: "federated", headless: { replicas: 1 } },
      { service: "db", from: "east", as: "remote-discovery", headless: { replicas: 1 } },
      { service: "queue", from: "east", headless: { replicas: 1 } },
      { service: "queue", from: "east", as: "federated" },
    ),
    `exports[0].headless: a headless Service can't be a member of a federated one (write as: gateway, or leave out headless)`,
    "exports[1].headless: the pods of a headless Service are mirrored through the gateway only (write as: gateway, or leave out headless)",
    `exports[3].as: a headless Service can't be a member of a federated one (write as: gateway, or leave out headless)`,
  ],
  [
    "names that are too long",
    over(
      [mesh],
      { service: "a".repeat(59), from: "east" },
      { service: "b".repeat(54), from: ["east", "west"], as: "federated" },
      { service: "c", from: "north", headless: { statefulSet: "d".repeat(56), replicas: 12 } },
    ),
    'exports[0].from: the mirror "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa-east" would have a name of 64 characters; the limit is 63 (shorten the name of the Service or of the cluster by 1)',
    `exports[1].from[1]: the mirror "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb-federated" would have a name of 64 characters; the limit is 63 (shorten the Service's name by 1)`,
    'exports[2].from: the mirror "dddddddddddddddddddddddddddddddddddddddddddddddddddddddd-10-north" would have a name of 65 characters; the limit is 63 (shorten the name of the StatefulSet or of the cluster by 2)',
  ],
  [
    "a mirror with the name of an exported Service",
    over(
      [mesh],
      { from: "east" },
      { service: "web-east", from: "west" },
      { from: "east", as: "federated" },
      { service: "web-federated", from: "east" },
    ),
    'exports[0].from: in "west", namespace "shop", the mirror of "shop/web" of "east" would have the name of a Service that is exported there, "web-east" (leave one of them out, or give one another name)',
    'exports[2].from: in "east", namespace "shop", the mirror of the members "shop/web" would have the name of a Service that is exported there, "web-federated" (leave one of them out, or give one another name)',
  ],
  [
    "two mirrors of one name",
    over(
      [mesh],
      { service: "db", from: "east", headless: { replicas: 2 } },
      { service: "db-1", from: "east" },
    ),
    'exports[1].from: in "west", namespace "shop", the mirrors of a pod of "shop/db" of "east" and of "shop/db-1" of "east" would have the same name, "db-1-east" (leave one of them out, or give one another name)',
  ],
  [
    "a name that Kubernetes gives no Service",
    over([mesh], { service: "1web", from: "east" }),
    'exports[0].service: "1web" is not a DNS-1035 label (lower-case letters, digits, hyphens between them, a letter first) of at most 63 characters (write a name such as "web")',
  ],
  [
    "unreadable kinds and names",
    over([mesh], { from: "east", as: "flat" }, { service: "Web", from: 5 }),
    'exports[0].as: "flat" is not gateway, remote-discovery or federated (write gateway, remote-discovery or federated)',
    `exports[1].from: 5 is not a cluster's name, or a list of them (write a name, or a list such as [west, east])`,
    'exports[1].service: "Web" is not a DNS-1035 label (lower-case letters, digits, hyphens between them, a letter first) of at most 63 characters (write "web")',
  ],
]);
