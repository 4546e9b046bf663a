import { checkProblems } from "./check-problems.ts";

const pair = [
  { name: "west", network: "lab" },
  { name: "east", network: "lab" },
];

const link = (spec: object) => ({ clusters: pair, links: [{ from: "west", to: "east", ...spec }] });

const selectors = (spec: object) => link({ selectors: spec });

checkProblems("selectors", [
  [
    "an empty selector",
    selectors({ gateway: {}, federated: { matchLabels: {}, matchExpressions: [] } }),
    `links[0].selectors.federated: is empty: an empty selector selects nothing (write matchLabels or matchExpressions, or leave it out for Linkerd's own label)`,
    `links[0].selectors.gateway: is empty: an empty selector selects nothing (write matchLabels or matchExpressions, or leave it out for Linkerd's own label)`,
  ],
  [
    "keys that are none",
    selectors({
      gateway: {
        matchLabels: { "bad key": "x", "example.org/team": "a" },
        matchExpressions: [{ key: "a/b/c", operator: "Exists" }],
      },
    }),
    'links[0].selectors.gateway.matchExpressions[0].key: "a/b/c" is not the key of a label (write a key such as "team" or "example.org/team")',
    'links[0].selectors.gateway.matchLabels["bad key"]: "bad key" is not the key of a label (write a key such as "team" or "example.org/team")',
  ],
  [
    "values that are none",
    selectors({ gateway: { matchLabels: { team: "a b" } } }),
    'links[0].selectors.gateway.matchLabels.team: "a b" is not the value of a label (write a value such as "true")',
  ],
  [
    "a selector with an unreadable part",
    selectors({ gateway: { matchLabels: 5 }, federated: { matchExpression: [] } }),
    'links[0].selectors.federated.matchExpression: "matchExpression" is not a key of a label selector (did you mean "matchExpressions"?)',
    'links[0].selectors.gateway.matchLabels: 5 is not a map of labels (write a map such as { mirror.linkerd.io/exported: "true" })',
  ],
  [
    "values where none are needed, and none where they are",
    selectors({
      gateway: {
        matchExpressions: [
          { key: "a", operator: "In" },
          { key: "b", operator: "NotIn", values: [] },
          { key: "c", operator: "Exists", values: ["x"] },
          { key: "d", operator: "DoesNotExist", values: ["x"] },
        ],
      },
    }),
    "links[0].selectors.gateway.matchExpressions[0].values: is missing: In compares with values (write a list such as [a, b], or operator: Exists)",
    "links[0].selectors.gateway.matchExpressions[1].values: is empty: NotIn compares with values (write a list such as [a, b], or operator: DoesNotExist)",
    "links[0].selectors.gateway.matchExpressions[2].values: Exists checks only whether the label exists, not its value (leave out values, or write operator: In)",
    "links[0].selectors.gateway.matchExpressions[3].values: DoesNotExist checks only whether the label exists, not its value (leave out values, or write operator: NotIn)",
  ],
  [
    "only labels that a Service must not have",
    selectors({
      gateway: {
        matchExpressions: [
          { key: "internal", operator: "DoesNotExist" },
          { key: "team", operator: "NotIn", values: ["ops"] },
        ],
      },
      federated: { matchExpressions: [{ key: "team", operator: "Exists" }] },
    }),
    'links[0].selectors.gateway: only says which labels a Service must not have: that selects nearly every Service of the target, kubernetes and kube-dns among them (add a label that the Services must have, such as matchLabels: { example.org/exported: "true" })',
  ],
  [
    "what the mode does not carry",
    {
      clusters: pair,
      links: [
        {
          from: "west",
          to: "east",
          mode: "gateway",
          selectors: { remoteDiscovery: { matchLabels: { a: "b" } } },
        },
        {
          from: "east",
          to: "west",
          mode: "flat",
          selectors: { gateway: { matchLabels: { a: "b" } } },
        },
      ],
    },
    "links[0].selectors.remoteDiscovery: selects what a gateway Link does not carry (leave it out, or write mode: mixed, which needs pod routes)",
    "links[1].selectors.gateway: selects what a flat Link does not carry (leave it out, or write mode: mixed)",
  ],
  [
    "excluded keys that are none",
    link({
      excludedLabels: ["team", "example.org/*", "*", "a b"],
      excludedAnnotations: ["-", "example.org/team"],
    }),
    'links[0].excludedAnnotations[0]: "-" is neither a key nor a prefix (write a key such as "example.org/team", or "example.org/*" for all with that prefix)',
    'links[0].excludedLabels[2]: "*" is neither a key nor a prefix (write a key such as "example.org/team", or "example.org/*" for all with that prefix)',
    'links[0].excludedLabels[3]: "a b" is neither a key nor a prefix (write a key such as "example.org/team", or "example.org/*" for all with that prefix)',
  ],
]);
