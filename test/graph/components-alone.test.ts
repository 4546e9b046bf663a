// Components without `Topology`, on clusters of others and with outputs as inputs.
import assert from "node:assert/strict";
import { rmSync } from "node:fs";
import { after, describe, it } from "node:test";
import * as pulumi from "@pulumi/pulumi";
import { AccessAccount } from "../../components/access-account.ts";
import { ControlPlane } from "../../components/control-plane.ts";
import { ExistingCluster } from "../../components/existing-cluster.ts";
import { Issuer } from "../../components/issuer.ts";
import { KindCluster } from "../../components/kind-cluster.ts";
import { Link } from "../../components/link.ts";
import { Multicluster } from "../../components/multicluster.ts";
import { PodRoutes } from "../../components/pod-routes.ts";
import { TrustAnchor } from "../../components/trust-anchor.ts";
import * as library from "../../library.ts";
import { served } from "../../plugin/component-schemas.ts";
import { takingOutputs } from "../../scripts/outputs-table.ts";
import { sources, temporaryDirectory } from "./fixtures.ts";
import { find, isSecret, register } from "./monitor.ts";

after(() => rmSync(temporaryDirectory, { recursive: true }));

const kubeconfig = (name: string) =>
  JSON.stringify({
    "current-context": name,
    contexts: [{ name, context: { cluster: name, user: name } }],
    clusters: [{ name, cluster: { server: `https://${name}.example` } }],
    users: [{ name, user: { token: `token of ${name}` } }],
  });
const charts = { directory: "/charts", version: "2026.1.1" };

void describe("components on clusters that another program made", async () => {
  const all = await register(() => {
    // As an output of a resource, and as one of a stack reference.
    const east = new ExistingCluster("east", { kubeconfigText: pulumi.output(kubeconfig("east")) });
    const west = new ExistingCluster("west", {
      kubeconfigText: pulumi.secret(kubeconfig("west")),
      context: "west",
      others: [east.uid],
    });
    const anchor = new TrustAnchor("mesh");
    const inMesh = (name: string, cluster: ExistingCluster) => {
      const controlPlane = new ControlPlane(name, {
        cluster,
        trustAnchorsPem: anchor.certificatePem,
        issuer: new Issuer(name, { trustAnchor: anchor, rotation: pulumi.output("1") }),
        charts,
        gatewayApi: String(sources.gatewayApi),
        values: { proxy: { logLevel: pulumi.output("warn") } },
      });
      const targets =
        name === "west" ? [{ name: "east", probePort: undefined, headless: true }] : [];
      return new Multicluster(name, { cluster, controlPlane, charts, targets });
    };
    const account = new AccessAccount("west-east", {
      cluster: east,
      extension: inMesh("east", east),
      source: "west",
      mode: "flat",
    });
    new Link("west-east", {
      source: west,
      extension: inMesh("west", west),
      target: "east",
      apiServer: pulumi.output("https://10.0.0.1:6443"),
      access: account.credentials,
      mode: "mixed",
      gateway: {
        addresses: pulumi.output([pulumi.output("lb.east.example"), "10.0.0.2"]),
        ...{ port: 4143, probePort: 4191, identity: "linkerd-gateway.identity" },
      },
    });
  });

  void it("know each cluster by its identity, and keep its kubeconfig as a secret", () => {
    const gates = all.filter(
      ({ type, inputs }) =>
        type.startsWith("linkerd-topology:index:") && inputs["kubeconfig"] !== undefined,
    );
    assert.ok(gates.length > 8, String(gates.length));
    for (const { key, inputs } of gates) {
      assert.ok(isSecret(inputs["kubeconfig"]), key);
      assert.equal(inputs["kubeconfigPath"], undefined, key);
      if (key.includes("ClusterIdentity")) continue;
      assert.match(String(inputs["clusterUid"]), /^uid of (east|west)$/, key);
    }
    const provider = find(all, "pulumi:providers:kubernetes", "west");
    assert.equal(provider.inputs["clusterIdentifier"], "uid of west");
  });

  void it("pass on a chart's value that is an output", () => {
    const values = all.map(({ inputs }) => JSON.stringify(inputs["values"] ?? {}));
    assert.equal(values.filter((text) => text.includes('"logLevel":"warn"')).length, 2);
  });

  void it("make the Link, with the address that was an output", () => {
    find(all, "linkerd-topology:index:Link", "west-east");
    assert.ok(JSON.stringify(all).includes("https://10.0.0.1:6443"));
    const { spec } = find(
      all,
      "kubernetes:multicluster.linkerd.io/v1alpha3:Link",
      "west-east",
    ).inputs;
    assert.equal((spec as { gatewayAddress?: string }).gatewayAddress, "lb.east.example,10.0.0.2");
  });
});

void describe("a component that is given an output where it needs a plain value", () => {
  const output = pulumi.output("later") as unknown as string;
  const nothing = undefined as never;

  for (const [what, make, places] of [
    [
      "KindCluster",
      () =>
        new KindCluster("west", {
          kindName: output,
          network: pulumi.output("lab"),
          generation: "1",
          podSubnet: output,
          serviceSubnet: "10.1.0.0/21",
          portMappings: [
            {
              node: 0,
              hostPort: Promise.resolve(80) as unknown as number,
              containerPort: 80,
              listenAddress: "127.0.0.1",
              protocol: "TCP",
            },
          ],
        }),
      /^KindCluster "west": kindName, podSubnet, portMappings\[0\]\.hostPort are outputs or a promise, but must be/,
    ],
    [
      "ControlPlane",
      () =>
        new ControlPlane("west", {
          cluster: nothing,
          trustAnchorsPem: output,
          issuer: nothing,
          charts: { version: output },
        }),
      /^ControlPlane "west": charts\.version is an output or a promise, but must be a plain value/,
    ],
    [
      "Multicluster",
      () =>
        new Multicluster("west", {
          cluster: nothing,
          controlPlane: nothing,
          charts,
          targets: [{ name: output, probePort: undefined, headless: true }],
        }),
      /^Multicluster "west": targets\[0\]\.name is/,
    ],
    [
      "Link",
      () =>
        new Link("west-east", {
          source: nothing,
          extension: nothing,
          target: output,
          apiServer: output,
          access: undefined,
          mode: "mixed",
          gateway: {
            ...{ addresses: [output], probePort: 4191, identity: "linkerd-gateway.identity" },
            port: pulumi.output(4143) as unknown as number,
          },
        }),
      /^Link "west-east": target, gateway\.port are/,
    ],
    [
      "TrustAnchor",
      () => new TrustAnchor("mesh", { trustDomain: output }),
      /^TrustAnchor "mesh": trustDomain is/,
    ],
    [
      "Issuer",
      () => new Issuer("west", { trustAnchor: nothing, trustDomain: output, rotation: output }),
      /^Issuer "west": trustDomain is/,
    ],
    [
      "PodRoutes",
      () => new PodRoutes("west", { cluster: nothing, peers: [], image: output }),
      /^PodRoutes "west": image is/,
    ],
    [
      "AccessAccount",
      () =>
        new AccessAccount("west-east", {
          cluster: nothing,
          extension: nothing,
          source: output,
          mode: "flat",
        }),
      /^AccessAccount "west-east": source is/,
    ],
    [
      "ExistingCluster",
      () => new ExistingCluster("west", { kubeconfig: output }),
      /^ExistingCluster "west": kubeconfig is/,
    ],
  ] as const) {
    void it(`names each place, before anything is registered: ${what}`, async () => {
      const registered = await register(() => {
        assert.throws(make, (error) => {
          assert.ok(pulumi.RunError.isInstance(error));
          assert.match(error.message, places);
          return true;
        });
      });
      assert.deepEqual(registered, []);
    });
  }

  // The plan tells of outputs in a topology. In place of key pairs TypeScript takes what has these parts as outputs.
  const notHere = ["topology", "trustAnchorKeyPair", "issuerKeyPair"];
  for (const [name, { inputs }] of Object.entries(served)) {
    // A resource, every input of which may be an output.
    if (name === "Network") continue;
    void it(`refuses them where programs in other languages may give none: ${name}`, () => {
      const Class = library[name as keyof typeof served] as new (
        name: string,
        args: object,
      ) => unknown;
      const keys = Object.keys(inputs).filter((key) => !notHere.includes(key));
      const args = Object.fromEntries(keys.map((key) => [key, output]));
      const { whole, members, components } = takingOutputs(inputs);
      const taking = [...whole, ...members, ...components];
      const plain = keys.filter((key) => !taking.includes(key)).sort();
      assert.throws(
        () => new Class("one", args),
        ({ message }: Error) => {
          const [, places = ""] =
            /^\w+ "one": (.*) (?:is an output|are outputs) or a promise/.exec(message) ?? [];
          assert.deepEqual(places.split(", ").sort(), plain, message);
          return true;
        },
      );
    });
  }

  void it("says so too where there are two kubeconfigs, or none", () => {
    assert.throws(() => new ExistingCluster("west", {}), /"west" has no kubeconfig/);
    const both = { kubeconfig: "a", kubeconfigText: "b" };
    assert.throws(() => new ExistingCluster("west", both), /"west" has two kubeconfigs/);
  });
});
