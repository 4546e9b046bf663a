import { checkProblems } from "./check-problems.ts";

const pair = [{ name: "west" }, { name: "east" }];

const links = (...links: object[]) => ({ clusters: [...pair, { name: "north" }], links });

const apiServer = "https://203.0.113.7:6443";

const onLab = (...links: object[]) => ({
  clusters: [
    { name: "west", network: "lab" },
    { name: "east", network: "lab" },
  ],
  links,
});

checkProblems("Links", [
  [
    "unknown clusters",
    links({ from: "west", to: ["eats", "nowhere"] }, { between: ["west", "nrth"] }),
    'links[0].to[0]: "eats" is not a cluster of this topology (did you mean "east"?)',
    'links[0].to[1]: "nowhere" is not a cluster of this topology (its clusters are "west", "east", "north")',
    'links[1].between[1]: "nrth" is not a cluster of this topology (did you mean "north"?)',
  ],
  [
    "a cluster linked to itself",
    links({ from: "west", to: "west" }, { from: ["east", "north"], to: ["west", "north"] }),
    'links[0].to: "west" would be linked to itself: it is in links[0].from too (take it out of one of the two, or write between for Links from each to each)',
    'links[1].to[1]: "north" would be linked to itself: it is in links[1].from[1] too (take it out of one of the two, or write between for Links from each to each)',
  ],
  [
    "a name given twice in a list",
    links({ between: ["west", "east", "west"] }, { from: ["north", "north"], to: "west" }),
    'links[0].between[2]: "west" is named twice (leave out one of the two)',
    'links[1].from[1]: "north" is named twice (leave out one of the two)',
  ],
  [
    "the same Link twice",
    links({ between: ["west", "east"] }, { from: "west", to: ["east", "north"] }),
    'links[1]: the Link from "west" to "east" is given twice, here and in links[0] (leave it out of one of the two: one Link carries every kind of export)',
  ],
  [
    "overlapping groups",
    links(
      { between: ["west", "east", "north"] },
      { between: ["east", "north"] },
      { from: "north", to: "west" },
    ),
    'links[1]: the Link from "east" to "north" (and 1 more) is given twice, here and in links[0] (leave it out of one of the two: one Link carries every kind of export)',
    'links[2]: the Link from "north" to "west" is given twice, here and in links[0] (leave it out of one of the two: one Link carries every kind of export)',
  ],
  [
    "both forms, of the same clusters",
    links({ from: "west", to: "east", between: ["west", "east"] }),
    "links[0]: has both forms, from and to as well as between (write from and to, or between; two entries for both)",
  ],
  [
    "both forms",
    links({ from: "west", to: "east", between: ["west", "north"] }),
    "links[0]: has both forms, from and to as well as between (write from and to, or between; two entries for both)",
  ],
  [
    "half a form",
    links({ from: "west" }, { to: "west" }, {}, { mode: "gateway" }),
    'links[0]: does not say which clusters to link: to is missing (write "between: [west, east]" or "from: west" and "to: east")',
    'links[1]: does not say which clusters to link: from is missing (write "between: [west, east]" or "from: west" and "to: east")',
    'links[2]: does not say which clusters to link: from and to, or between, are missing (write "between: [west, east]" or "from: west" and "to: east")',
    'links[3]: does not say which clusters to link: from and to, or between, are missing (write "between: [west, east]" or "from: west" and "to: east")',
  ],
  [
    "lists that are too short",
    links({ between: ["west"] }, { between: [] }, { from: [], to: "west" }),
    "links[0].between: names a single cluster (name at least 2, or leave the Link out)",
    "links[1].between: names no cluster (name at least 2, or leave the Link out)",
    "links[2].from: names no cluster (name at least 1, or leave the Link out)",
  ],
  [
    "pod routes between networks",
    links({ between: ["west", "east", "north"], mode: "flat" }),
    'links[0].mode: a flat Link needs pod routes, and "west" (a network to itself) and "east" (a network to itself) have none between them (6 Links in all) (put the clusters on the same network, or write mode: gateway)',
  ],
  [
    "pod routes between named networks",
    {
      clusters: [
        { name: "west", network: "a" },
        { name: "east", network: "b" },
      ],
      links: [{ from: "west", to: "east", mode: "mixed" }],
    },
    'links[0].mode: a mixed Link needs pod routes, and "west" (network "a") and "east" (network "b") have none between them (put the clusters on the same network, or write mode: gateway)',
  ],
  [
    "headless Services on a flat Link",
    onLab({ between: ["west", "east"], mode: "flat", headless: true }),
    "links[0].headless: a flat Link does not mirror headless Services pod by pod: that needs the gateway (leave out headless, or write mode: mixed)",
  ],
  [
    "pod routes to a cluster whose pods are unknown",
    {
      clusters: [
        { name: "prod", network: "lab", kubeconfig: "p", apiServer, podSubnet: "10.2.0.0/16" },
        { name: "staging", network: "lab", kubeconfig: "k" },
      ],
      links: [{ from: "staging", to: "prod", mode: "flat" }],
    },
    'links[0].mode: a flat Link needs pod routes, and the pod subnet of "staging" is not known (write podSubnet for that cluster, or write mode: gateway)',
  ],
  [
    "pod routes into a cluster that exists",
    {
      clusters: [
        { name: "west", network: "lab" },
        { name: "east", network: "lab" },
        { name: "staging", network: "lab", kubeconfig: "k", podSubnet: "10.2.0.0/16" },
      ],
      links: [{ from: "staging", to: ["west", "east"], mode: "flat" }],
    },
    'links[0].mode: a flat Link needs pod routes, and the package can\'t add any between "west" and "staging", a cluster that it didn\'t create (2 Links in all) (write mode: gateway)',
  ],
  [
    "names that only certain Services make ambiguous",
    {
      clusters: [{ name: "hub" }, { name: "east" }, { name: "north-east" }],
      links: [{ from: "hub", to: ["east", "north-east"] }],
      exports: [
        { service: "web", namespace: "shop", from: ["east", "north-east"] },
        { service: "db", namespace: "shop", from: "north-east" },
      ],
    },
  ],
  [
    "mirrors of one name",
    {
      clusters: [{ name: "hub" }, { name: "east" }, { name: "north-east" }],
      links: [{ from: "hub", to: ["east", "north-east"] }],
      exports: [
        { service: "web-north", namespace: "shop", from: "east" },
        { service: "web", namespace: "shop", from: "north-east" },
      ],
    },
    'exports[1].from: in "hub", namespace "shop", the mirrors of "shop/web-north" of "east" and of "shop/web" of "north-east" would have the same name, "web-north-east" (leave one of them out, or give one another name)',
  ],
]);
