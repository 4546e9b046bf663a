import { checkProblems } from "./check-problems.ts";

/** West and east on one network, far behind its gateway; `shop/web` is everywhere. */
const over = (...traffic: readonly object[]) => ({
  clusters: [{ name: "west", network: "lab" }, { name: "east", network: "lab" }, { name: "far" }],
  links: [{ between: ["west", "east"] }, { from: ["west", "east"], to: "far" }],
  exports: [
    { service: "web", namespace: "shop", from: ["west", "east", "far"] },
    { service: "db", namespace: "shop", from: "far", headless: { replicas: 1 } },
    { service: "pods", namespace: "shop", from: "east", as: "remote-discovery" },
  ],
  traffic: traffic.map((one) => ({ service: "web", namespace: "shop", ...one })),
});

checkProblems("traffic", [
  [
    "an entry that says nothing, and one that says two things",
    over({}, { failover: ["local", "east"], split: { local: 1, east: 1 } }),
    "traffic[0]: doesn't say where requests go (write one of failover, split, routes and alias)",
    "traffic[1].split: says twice where requests go: failover and split (write one of failover, split, routes and alias)",
  ],
  [
    "unknown places and clusters",
    over({ failover: ["lokal", "eats"] }, { in: "wets", failover: ["local", "east"] }),
    'traffic[0].failover[0]: "lokal" is neither local, federated nor a cluster of this topology (did you mean "local"?)',
    'traffic[0].failover[1]: "eats" is neither local, federated nor a cluster of this topology (did you mean "east"?)',
    'traffic[1].in: "wets" is not a cluster of this topology (did you mean "west"?)',
  ],
  [
    "too few and too many steps of a failover",
    over({ failover: ["local"] }, { failover: ["local", "a", "b", "c", "d", "e"] }),
    "traffic[0].failover: a list is not a list of 2 to 5 places where requests go (write a list such as [local, east])",
    "traffic[1].failover: has 6 entries; it must be a list of 2 to 5 places where requests go (write a list such as [local, east])",
  ],
  [
    "a place named twice",
    over({ in: "west", failover: ["local", "east", "local"] }),
    'traffic[0].failover[2]: "local" is named twice (leave it out of one of the two places)',
  ],
  [
    "weights that come to nothing",
    over(
      { split: { local: 0, east: 0 } },
      { split: { east: 1 } },
      { split: { local: -1, east: 1 } },
    ),
    "traffic[0].split: the weights come to 0, and Linkerd would answer every request with an error (give at least one place a weight above 0)",
    "traffic[1].split: names one place, and splits nothing (name at least 2 places with their weights, such as { local: 90, east: 10 })",
    "traffic[2].split.local: -1 is not a weight, 0 to 1000000 (write how many of the requests go there, compared with the others)",
  ],
  [
    "a backend that no Link reaches",
    over({ in: ["west", "far"], failover: ["local", "east"] }),
    'traffic[0].failover[1]: no Link leads from "far" to "east", so its "shop/web" can\'t be reached (add "- { from: far, to: east }" to links, or say with `in` whose clients are meant)',
  ],
  [
    "more backends without a Link than anybody likes to read of: all are told",
    {
      clusters: ["a", "b", "c", "d", "e", "f", "g"].map((name) => ({ name })),
      traffic: [
        {
          service: "web",
          namespace: "shop",
          in: ["a", "b", "c", "d", "e", "f"],
          split: { local: 1, g: 1 },
        },
      ],
    },
    ...["a", "b", "c", "d", "e", "f"].map(
      (name) =>
        `traffic[0].split.g: no Link leads from "${name}" to "g", so its "shop/web" can't be reached (add "- { from: ${name}, to: g }" to links, or say with \`in\` whose clients are meant)`,
    ),
  ],
  [
    "a backend that nobody exports",
    over(
      { service: "api", in: "west", failover: ["local", "east"] },
      { service: "api", failover: ["east", "far"] },
    ),
    'traffic[0].failover[1]: "east" doesn\'t export "shop/api" (add "- { service: api, namespace: shop, from: east }" to exports)',
    'traffic[1].failover[1]: "far" doesn\'t export "shop/api" (add "- { service: api, namespace: shop, from: far }" to exports)',
  ],
  [
    "a federated Service without members",
    over({ in: "west", split: { local: 1, federated: 1 } }),
    'traffic[0].split.federated: in "west" there is no federated Service of "shop/web" (export its members, such as "- { service: web, namespace: shop, from: [west], as: federated }")',
  ],
  [
    "an export that the Link to its cluster doesn't carry",
    {
      ...over({ service: "pods", in: "far", failover: ["local", "east"] }),
      links: [
        { between: ["west", "east"] },
        { between: ["east", "far"] },
        { from: "west", to: "far" },
      ],
    },
    'traffic[0].failover[1]: in "far" "shop/pods" of "east", exported as remote-discovery, has no mirror (let the Link from "far" carry it (mode: mixed), export it as gateway too, or end the revocation of its account)',
  ],
  [
    "a headless Service",
    over({ service: "db", in: "west", failover: ["local", "far"] }),
    'traffic[0].failover[1]: "shop/db" of "far" is headless, and Linkerd routes no requests to it (export a Service with a cluster address, or leave the cluster out)',
  ],
  [
    "a mirror as the Service that clients call",
    over({ service: "web-east", in: "west", alias: "far" }),
    'traffic[0].alias: "far" doesn\'t export "shop/web-east" (add "- { service: web-east, namespace: shop, from: far }" to exports)',
    'traffic[0].in: in "west" "shop/web-east" is a mirror, which leads to its target only (name the Service that clients call, and the mirror\'s cluster as a place where requests go)',
  ],
  [
    "clients that have one place only",
    over({ in: ["west", "east"], failover: ["local", "east"] }),
    'traffic[0].in[1]: in "east" all requests for "shop/web" go to one place (name another place as well, or leave the cluster out of `in`)',
  ],
  [
    "two entries for one Service of one cluster",
    over(
      { in: ["west", "east"], failover: ["local", "far"] },
      { in: "east", split: { local: 1, far: 1 } },
      { in: "west", port: 8080, split: { local: 1, far: 1 } },
    ),
    'traffic[1]: port 80 of "shop/web" in "east" has an entry already, traffic[0] (join the two entries, or say with `in` which clusters each is for)',
  ],
  [
    "an alias where the Service is",
    over({ in: ["west"], alias: "east" }, { service: "other", in: "west", alias: "local" }),
    'traffic[0].in[0]: "west" has a Service "shop/web" of its own, where no alias can be (leave the cluster out of `in`, or write failover or split in place of alias)',
    'traffic[1].in: "west" has a Service "shop/other" of its own, where no alias can be (leave the cluster out of `in`, or write failover or split in place of alias)',
  ],
  [
    "routes that leave requests out, or take them all too early",
    over({
      in: "west",
      routes: [{ to: "far" }, { match: { path: "/api" }, to: "local" }],
    }),
    "traffic[0].routes[0]: a route without a match takes all requests, and leaves none for those after it (give it a match, or write it last)",
    'traffic[0].routes[1]: the last route has a match, and Linkerd answers all requests that match none with 404 (end the list with a route for all others, such as "- { to: local }")',
  ],
  [
    "conditions of another protocol, and none",
    over(
      {
        in: "west",
        routes: [
          { match: { grpcService: "a.B", method: "get" }, to: "far" },
          { match: { headers: {} }, to: "east" },
          { to: "local" },
        ],
      },
      {
        in: "west",
        port: 90,
        protocol: "grpc",
        routes: [
          { match: { path: "/a" }, to: "far" },
          { match: { headers: { a: "b" } }, to: "far" },
          { match: { headers: { a: "b" }, method: "Get" }, to: "far" },
          { to: "local" },
        ],
      },
    ),
    "traffic[0].routes[0].match.grpcService: grpcService is no condition on requests of protocol http (write protocol: grpc, or leave it out)",
    'traffic[0].routes[0].match.method: "get" is not a method of HTTP (write GET)',
    "traffic[0].routes[1].match: has no condition, and matches all requests (write a condition, or leave match out)",
    "traffic[1].routes[0].match.path: path is no condition on requests of protocol grpc (leave it out, or write grpcService and method)",
    "traffic[1].routes[1].match.headers: Linkerd's proxy accepts no route of protocol grpc that asks for headers alone (add grpcService or method)",
  ],
  [
    "retries and times that Linkerd doesn't understand",
    over(
      {
        in: "west",
        failover: ["local", "far"],
        retry: { when: "5xx,unavailable", timeout: "1 s" },
      },
      {
        in: "west",
        failover: ["local", "far"],
        retry: { when: "5xx,unavailable" },
        timeout: "10s",
      },
    ),
    'traffic[0].retry.timeout: "1 s" is not a duration (write a number with its unit (ms, s, m or h), such as 1s)',
    'traffic[1].retry.when: "unavailable" is no condition on answers of protocol http (write 5xx, gateway-error, a status code or a range such as 502-504)',
  ],
  [
    "circuit breaking that contradicts itself, or another entry for the same Service",
    over(
      { in: "west", failover: ["local", "far"], circuitBreaking: { minPenalty: "2m" } },
      {
        in: "east",
        failover: ["local", "far"],
        circuitBreaking: { minPenalty: "5s", maxPenalty: "500ms" },
      },
    ),
    "traffic[0].circuitBreaking.minPenalty: the first penalty, 2m, is longer than the longest one, 10s (write a shorter minPenalty, or a longer maxPenalty)",
    "traffic[1].circuitBreaking.maxPenalty: the first penalty, 5s, is longer than the longest one, 500ms (write a shorter minPenalty, or a longer maxPenalty)",
  ],
  [
    "different circuit breaking for two ports of one Service",
    over(
      { in: "west", failover: ["local", "far"], circuitBreaking: {} },
      { in: "west", port: 81, failover: ["local", "far"] },
      { in: "west", port: 82, failover: ["local", "far"], circuitBreaking: { maxFailures: 3 } },
    ),
    'traffic[2].circuitBreaking: in "west" traffic[0] breaks the circuits of "shop/web" by other settings, and Linkerd has one for all ports of a Service (write the same circuitBreaking in both entries, or { enabled: false } in one of them)',
  ],
  [
    "circuit breaking that is none",
    over({
      in: "west",
      failover: ["local", "far"],
      circuitBreaking: { maxFailures: 0, jitterRatio: -1, maxPenalty: 60 },
    }),
    "traffic[0].circuitBreaking.jitterRatio: -1 is not a share, 0 to 100 (write a number such as 0.5)",
    "traffic[0].circuitBreaking.maxFailures: 0 is not a number of failures, 1 to 10000 (write how many requests in a row have to fail)",
    'traffic[0].circuitBreaking.maxPenalty: 60 is not a duration (write a number with its unit (ms, s, m or h), such as 1m; text that YAML takes for something else needs quotes: "60")',
  ],
  [
    "a port that a Service lacks, of the target, of the clients' cluster and of a member",
    {
      ...over(
        { service: "api", port: 8080, in: "west", failover: ["local", "far"] },
        { service: "api", port: 81, in: "far", split: { local: 1, west: 1 } },
        { service: "all", port: 81, in: "west", split: { local: 1, federated: 1 } },
        { service: "api", port: 80, in: "west", failover: ["local", "far"] },
      ),
      links: [{ between: ["west", "east"] }, { between: ["west", "far"], mode: "mixed" }],
      clusters: [
        { name: "west", network: "lab" },
        { name: "east", network: "lab" },
        { name: "far", network: "lab" },
      ],
      exports: [
        { service: "api", namespace: "shop", from: "far", ports: [80, 81] },
        { service: "api", namespace: "shop", from: "west", ports: [80] },
        { service: "all", namespace: "shop", from: "west", as: "federated" },
        { service: "all", namespace: "shop", from: "east", as: "federated", ports: [80] },
      ],
    },
    'traffic[0].failover[1]: "shop/api" of "far" has no port 8080, only 80, 81 (write the port of the Service that clients call, such as port: 80, or add 8080 to the export\'s ports)',
    'traffic[0].in: "shop/api" of "west" has no port 8080, only 80 (write the port of the Service that clients call, such as port: 80, or add 8080 to the export\'s ports)',
    'traffic[1].split.west: "shop/api" of "west" has no port 81, only 80 (write the port of the Service that clients call, such as port: 80, or add 81 to the export\'s ports)',
    'traffic[2].split.federated: "shop/all" of "east" has no port 81, only 80 (write the port of the Service that clients call, such as port: 80, or add 81 to the export\'s ports)',
  ],
  [
    "a headless Service that clients call",
    over({ service: "db", in: "far", split: { local: 1, west: 1 } }),
    'traffic[0].in: "shop/db" of "far" is headless, and Linkerd routes no requests to it (export a Service with a cluster address, or leave the cluster out)',
    'traffic[0].split.west: no Link leads from "far" to "west", so its "shop/db" can\'t be reached (add "- { from: far, to: west }" to links, or say with `in` whose clients are meant)',
  ],
  [
    "a port that Linkerd takes for opaque",
    {
      ...over(
        { in: "west", port: 3306, failover: ["local", "far"] },
        { in: "west", port: 8085, failover: ["local", "far"] },
      ),
    },
    "traffic[0].port: Linkerd takes port 3306 for opaque TCP, whose requests it doesn't route (let clients call another port, or leave it out of linkerd.values.controlPlane.proxy.opaquePorts)",
  ],
  [
    "a port that the chart's values make opaque, which leave out another",
    {
      ...over(
        { in: "west", port: 3306, failover: ["local", "far"] },
        { in: "west", port: 8085, failover: ["local", "far"] },
      ),
      linkerd: { values: { controlPlane: { proxy: { opaquePorts: "25, 8080-8090" } } } },
    },
    "traffic[1].port: Linkerd takes port 8085 for opaque TCP, whose requests it doesn't route (let clients call another port, or leave it out of linkerd.values.controlPlane.proxy.opaquePorts)",
  ],
  [
    "opaque TCP",
    over({ in: "west", protocol: "tcp", failover: ["local", "far"] }),
    'traffic[0].protocol: "tcp" is not http or grpc, whose requests Linkerd routes (write http or grpc; connections of other protocols stay with the Service that clients call)',
  ],
  [
    "a cluster with the name of a place",
    {
      ...over({ in: "west", failover: ["local", "far"] }),
      clusters: [
        { name: "west", network: "lab" },
        { name: "east", network: "lab" },
        { name: "far" },
        { name: "local" },
      ],
    },
    'traffic[0].failover[0]: "local" is the name of a cluster, and in traffic it means another thing (give the cluster another name)',
  ],
]);
