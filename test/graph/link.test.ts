import assert from "node:assert/strict";
import { rmSync } from "node:fs";
import { after, describe, it } from "node:test";
import { RunError } from "@pulumi/pulumi";
import { linkObjectSpec } from "../../components/link-object-spec.ts";
import { planSelectors } from "../../planning/links/selectors.ts";
import type { LinkMode } from "../../planning/topology.ts";
import { memberName, pair, registerTopology, temporaryDirectory } from "./fixtures.ts";
import { find } from "./monitor.ts";

after(() => rmSync(temporaryDirectory, { recursive: true }));

void describe("a Link's specification", () => {
  const gateway = { addresses: ["a", "b"], port: 30143, probePort: 30191, identity: "gw.id" };
  const base = {
    target: "east",
    clusterDomain: "cluster.local",
    linkerdNamespace: "linkerd",
    credentialsRevision: "7",
    excludedLabels: [],
    excludedAnnotations: [],
  };
  const selecting = (mode: LinkMode) => ({ selectors: planSelectors(mode) });

  void it("of mode gateway selects gateway exports only", () => {
    const spec = linkObjectSpec({ ...base, ...selecting("gateway"), gateway });
    assert.equal(spec["gatewayAddress"], "a,b");
    assert.equal(spec["gatewayPort"], "30143");
    assert.deepEqual(spec["probeSpec"], { path: "/ready", port: "30191", period: "3s" });
    assert.ok("selector" in spec);
    assert.ok(!("remoteDiscoverySelector" in spec) && !("federatedServiceSelector" in spec));
  });

  void it("of mode flat has no trace of a gateway", () => {
    const spec = linkObjectSpec({ ...base, ...selecting("flat"), gateway: undefined });
    assert.deepEqual(
      Object.keys(spec).filter((key) => /gateway|probe|^selector/.test(key)),
      [],
    );
    assert.ok("remoteDiscoverySelector" in spec && "federatedServiceSelector" in spec);
  });

  void it("of mode mixed has both, and every scalar is a text, as the definition wants it", () => {
    const spec = linkObjectSpec({ ...base, ...selecting("mixed"), gateway });
    assert.ok("selector" in spec && "remoteDiscoverySelector" in spec);
    for (const value of Object.values(spec)) assert.ok(["string", "object"].includes(typeof value));
  });

  for (const [addresses, what] of [
    [[], "is empty"],
    [["a", ""], "has an empty address"],
  ] as const) {
    void it(`is refused where the gateway's addresses, perhaps an output, turn out so: ${what}`, () => {
      assert.throws(
        () =>
          linkObjectSpec({
            ...{ ...base, ...selecting("gateway") },
            gateway: { ...gateway, addresses },
          }),
        (error: Error) =>
          RunError.isInstance(error) &&
          error.message.startsWith(`the Link to "east": gateway.addresses ${what}, but`),
      );
    });
  }

  void it("changes with the credentials, so that the service mirror reads them again", () => {
    const settings = { ...base, ...selecting("flat"), gateway: undefined };
    assert.notDeepEqual(
      linkObjectSpec(settings),
      linkObjectSpec({ ...settings, credentialsRevision: "8" }),
    );
  });

  void it("selects and excludes what it is told to, and keeps the package's own exclusions", () => {
    const selectors = {
      gateway: { matchLabels: { team: "blue" } },
      remoteDiscovery: { matchExpressions: [{ key: "flat", operator: "Exists" as const }] },
      federated: undefined,
    };
    const spec = linkObjectSpec({
      ...base,
      gateway,
      selectors,
      excludedLabels: ["tier"],
      excludedAnnotations: ["example.com/*"],
    });
    assert.deepEqual(spec["selector"], selectors.gateway);
    assert.deepEqual(spec["remoteDiscoverySelector"], selectors.remoteDiscovery);
    assert.ok(!("federatedServiceSelector" in spec));
    assert.deepEqual(spec["excludedLabels"], ["tier"]);
    assert.deepEqual(spec["excludedAnnotations"], [
      "example.com/*",
      "kubectl.kubernetes.io/last-applied-configuration",
      "linkerd-topology.dev/credentials-7",
      "linkerd-topology.dev/nudged",
    ]);
  });
});

void describe("a Link of a topology", async () => {
  const all = await registerTopology({
    clusters: [
      { name: "west", network: "lab" },
      { name: "east", network: "lab" },
    ],
    links: [{ from: "west", to: "east", excludedLabels: ["tier"] }],
  });
  const west = memberName(all, "west");

  void it("passes on what the topology says of selectors and exclusions", () => {
    const { inputs } = find(
      all,
      "kubernetes:multicluster.linkerd.io/v1alpha3:Link",
      `${west}-to-east`,
    );
    const spec = inputs["spec"] as Record<string, unknown>;
    assert.deepEqual(spec["excludedLabels"], ["tier"]);
    assert.deepEqual(spec["remoteDiscoverySelector"], {
      matchLabels: { "mirror.linkerd.io/exported": "remote-discovery" },
    });
  });

  void it("has its gates go by the kubeconfig's file, without a copy of what is in it", () => {
    for (const type of ["LinkReady", "MirrorCleanup"]) {
      const { inputs } = find(all, `linkerd-topology:index:${type}`, `${west}-to-east`);
      assert.equal(inputs["kubeconfigPath"], `/state/${west}.kubeconfig`);
      assert.ok(!("kubeconfig" in inputs));
    }
  });

  void it("has linkerd-destination proved where traffic goes from pod to pod", async () => {
    const ready = (registrations: typeof all) =>
      registrations.find(({ type }) => type === "linkerd-topology:index:LinkReady")?.inputs;
    assert.equal(ready(all)?.["discovery"], true);
    assert.equal(ready(await registerTopology(pair))?.["discovery"], false);
  });
});
