// What the plugin makes for a program in another language: the same as the class does, with the outputs that its
// package schema promises.
import assert from "node:assert/strict";
import { rmSync } from "node:fs";
import { after, describe, it } from "node:test";
import * as pulumi from "@pulumi/pulumi";
import { readSources } from "../../components/sources.ts";
import { Topology } from "../../components/topology.ts";
import { Network } from "@pulumi/kind";
import { AccessAccount } from "../../components/access-account.ts";
import { ControlPlane } from "../../components/control-plane.ts";
import { Issuer } from "../../components/issuer.ts";
import { KindCluster } from "../../components/kind-cluster.ts";
import { Link } from "../../components/link.ts";
import { Multicluster } from "../../components/multicluster.ts";
import { PodRoutes } from "../../components/pod-routes.ts";
import { DefaultDeny } from "../../components/policy/default-deny.ts";
import { GatewayAdmission } from "../../components/policy/gateway-admission.ts";
import { Alias, Failover, RouteTo, Split } from "../../components/traffic-entries.ts";
import { TrustAnchor } from "../../components/trust-anchor.ts";
import { packageSchema } from "../../providers/server/index.ts";
import { linkerdTopology } from "../../plugin/provider.ts";
import { ExistingCluster } from "../../components/existing-cluster.ts";
import { LoadBalancer } from "../../components/load-balancer.ts";
import { componentSchemas, served } from "../../plugin/component-schemas.ts";
import { makeComponent } from "../../plugin/make-component.ts";
import { makeAuthority } from "../unit/authority.ts";
import { makeSources } from "../engine/stack-files.ts";
import { pair, temporaryDirectory } from "./fixtures.ts";
import { register, type Registration } from "./monitor.ts";

const sourcesFile = await makeSources(temporaryDirectory);
const sources = readSources(sourcesFile);
after(() => rmSync(temporaryDirectory, { recursive: true }));

void describe("the component Topology of the plugin", async () => {
  const type = "linkerd-topology:index:Topology";
  let outputs: pulumi.Inputs = {};
  const labels = { "example.com/run": "1" };
  let topology: Topology | undefined;
  const byClass = await register(() => {
    topology = new Topology("lab", { topology: pair, labels, sources });
  });
  const all = await register(() => {
    const inputs = { topology: pair, labels, sourcesFile };
    const made = makeComponent({ type, name: "lab", inputs, options: {} });
    outputs = made.outputs;
  });

  void it("has the resources of the class, with the same inputs", () => {
    const told = (registrations: readonly Registration[]) =>
      registrations.map(({ key, parent, inputs }) => ({ key, parent, inputs }));
    assert.ok(all.length > 30);
    assert.deepEqual(told(all), told(byClass));
  });

  void it("has no output that the class has not", () => {
    assert.ok(topology);
    for (const output of Object.keys(outputs)) assert.ok(output in topology, output);
    assert.deepEqual(topology.links, outputs["links"]);
    assert.equal(topology.links.length, 2);
  });

  void it("has the outputs of its schema, the kubeconfigs as a secret", async () => {
    const promised = Object.keys(componentSchemas[type]?.outputs ?? {});
    assert.deepEqual(Object.keys(outputs).sort(), promised.sort());
    assert.ok(pulumi.Output.isInstance(outputs["kubeconfigs"]));
    assert.equal(await (outputs["kubeconfigs"] as { isSecret?: Promise<boolean> }).isSecret, true);
  });
});

/** What an SDK for another language makes: the class of a name, with inputs as they arrive. */
function make(name: keyof typeof served, called: string, inputs: Record<string, unknown> = {}) {
  const type = `linkerd-topology:index:${name}`;
  const { component, outputs } = makeComponent({ type, name: called, inputs, options: {} });
  const promised = Object.keys(served[name].outputs).sort();
  assert.deepEqual(Object.keys(outputs).sort(), promised, name);
  return { component, outputs };
}

const told = (registrations: readonly Registration[]) =>
  registrations.map(({ key, parent, inputs, dependencies }) => ({
    key,
    parent,
    inputs,
    dependencies,
  }));

const cluster = (name: string, index: number) => ({
  kindName: `lab-${name}`,
  network: "lab",
  generation: "1",
  podSubnet: `10.${index}.0.0/21`,
  serviceSubnet: `10.${128 + index}.0.0/21`,
});

void describe("components alone of the plugin", async () => {
  const charts = { directory: sources.charts, version: "2026.1.1" };
  const version = "edge-26.1.1";
  let secrets: readonly unknown[] = [];

  const byClass = await register(() => {
    new Network("lab", { name: "lab" });
    const anchor = new TrustAnchor("lab", {});
    const kind = (name: string, index: number) =>
      new KindCluster(name, { ...cluster(name, index), imageArchives: [], portMappings: [] });
    const west = kind("west", 1);
    const east = kind("east", 2);
    const extension = (name: string, into: KindCluster, other: string) => {
      const controlPlane = new ControlPlane(name, {
        cluster: into,
        trustAnchorsPem: anchor.certificatePem,
        issuer: new Issuer(name, { trustAnchor: anchor }),
        charts,
        version,
        gatewayApi: sources.gatewayApi,
        values: { proxy: { logLevel: pulumi.output("warn") } },
      });
      return new Multicluster(name, {
        cluster: into,
        controlPlane,
        charts,
        gateway: { serviceType: "NodePort", port: 30143, probePort: 30191 },
        targets: [{ name: other, probePort: 30191, headless: false }],
      });
    };
    const inWest = extension("west", west, "east");
    const inEast = extension("east", east, "west");
    const access = new AccessAccount("access", {
      ...{ cluster: east, extension: inEast, source: "west", mode: "mixed" },
    });
    const routes = [
      new PodRoutes("west", { cluster: west, peers: [east] }),
      new PodRoutes("east", { cluster: east, peers: [west] }),
    ];
    const link = new Link("link", {
      source: west,
      extension: inWest,
      target: "east",
      apiServer: "https://lab-east-control-plane:6443",
      access: access.credentials,
      rights: access.rights,
      mode: "mixed",
      routes,
      gateway: {
        addresses: ["lab-east-control-plane"],
        port: 30143,
        probePort: 30191,
        identity:
          "linkerd-gateway.linkerd-multicluster.serviceaccount.identity.linkerd.cluster.local",
      },
    });
    assert.ok(link.controllerPod);
    new GatewayAdmission("admission", {
      ...{ cluster: east, extension: inEast, dockerSubnet: "172.18.0.0/16" },
      admission: {
        identities: ["*.cluster.local"],
        from: { docker: true, podSubnet: "10.2.0.0/21" },
      },
    });
    new Failover("web", {
      ...{ cluster: west, namespace: "shop", service: "web", failover: ["local", "east"] },
    });
  });

  const all = await register(() => {
    make("Network", "lab", { name: "lab" });
    const { component: anchor, outputs: ofAnchor } = make("TrustAnchor", "lab");
    const kind = (name: string, index: number) =>
      make("KindCluster", name, { ...cluster(name, index), sourcesFile });
    const { component: west, outputs: ofCluster } = kind("west", 1);
    const { component: east } = kind("east", 2);
    const extension = (name: string, into: unknown, other: string) => {
      const { component: issuer, outputs: ofIssuer } = make("Issuer", name, {
        trustAnchor: anchor,
      });
      secrets = [ofAnchor["privateKeyPem"], ofIssuer["privateKeyPem"], ofCluster["kubeconfig"]];
      const { component: controlPlane } = make("ControlPlane", name, {
        cluster: into,
        trustAnchorsPem: ofAnchor["certificatePem"],
        issuer,
        values: { proxy: { logLevel: pulumi.output("warn") } },
        sourcesFile,
      });
      return make("Multicluster", name, {
        ...{ cluster: into, controlPlane, gateway: {}, sourcesFile },
        targets: [{ name: other, probePort: 30191 }],
      }).component;
    };
    const inWest = extension("west", west, "east");
    const inEast = extension("east", east, "west");
    const { component: access, outputs } = make("AccessAccount", "access", {
      ...{ cluster: east, extension: inEast, source: "west", mode: "mixed" },
    });
    secrets = [...secrets, outputs["token"], outputs["caCertificate"]];
    const routes = [
      make("PodRoutes", "west", { cluster: west, peers: [east], sourcesFile }).component,
      make("PodRoutes", "east", { cluster: east, peers: [west], sourcesFile }).component,
    ];
    make("Link", "link", {
      ...{ source: west, extension: inWest, target: "east", access, mode: "mixed", routes },
      apiServer: "https://lab-east-control-plane:6443",
      gateway: { addresses: pulumi.output([pulumi.output("lab-east-control-plane")]) },
    });
    make("GatewayAdmission", "admission", {
      ...{ cluster: east, extension: inEast, dockerSubnet: "172.18.0.0/16" },
      ...{ identities: ["*.cluster.local"], podSubnet: "10.2.0.0/21" },
    });
    make("Failover", "web", {
      ...{ cluster: west, namespace: "shop", service: "web", failover: ["local", "east"] },
    });
  });

  void it("have the resources of the classes, with the same inputs and dependencies", () => {
    assert.ok(all.length > 50, String(all.length));
    assert.deepEqual(told(all), told(byClass));
  });

  void it("have keys, tokens and kubeconfigs as secret outputs", async () => {
    assert.equal(secrets.length, 5);
    for (const one of secrets) {
      assert.ok(pulumi.Output.isInstance(one));
      assert.equal(await (one as { isSecret?: Promise<boolean> }).isSecret, true);
    }
  });

  void it("have the resources of the classes in a cluster that exists, too", async () => {
    const kubeconfigText = pulumi.secret(
      '{"current-context":"east","contexts":[{"name":"east","context":{"cluster":"east","user":"me"}}],' +
        '"clusters":[{"name":"east","cluster":{"server":"https://east:6443"}}],"users":[{"name":"me","user":{}}]}',
    );
    const deny = { namespace: "shop", create: false };
    const balancer = { range: "172.30.128.0/30" };
    const split = { namespace: "shop", service: "web", split: { local: 9, west: 1 } };
    const routes = {
      ...{ namespace: "shop", service: "api" },
      routes: [{ match: { headers: { "x-tenant": "acme" } }, to: "west" }, { to: "local" }],
    };
    const alias = { namespace: "shop", service: "reports", alias: "west" };
    const ofClasses = await register(() => {
      const east = new ExistingCluster("east", { kubeconfigText });
      new DefaultDeny("deny", { cluster: east, ...deny });
      new LoadBalancer("balancer", { cluster: east, ...balancer });
      new Split("split", { cluster: east, ...split });
      new RouteTo("routes", { cluster: east, ...routes });
      new Alias("alias", { cluster: east, ...alias });
    });
    const ofPlugin = await register(() => {
      const { component: east } = make("ExistingCluster", "east", { kubeconfigText });
      make("DefaultDeny", "deny", { cluster: east, ...deny });
      make("LoadBalancer", "balancer", { cluster: east, ...balancer });
      make("Split", "split", { cluster: east, ...split });
      make("RouteTo", "routes", { cluster: east, ...routes });
      make("Alias", "alias", { cluster: east, ...alias });
    });
    assert.ok(ofPlugin.length > 10, String(ofPlugin.length));
    assert.deepEqual(told(ofPlugin), told(ofClasses));
  });

  void it("take a key pair of one's own, and a topology with a policy", async () => {
    const { certificate: certificatePem, key: privateKeyPem } = makeAuthority();
    const types = await register(() => {
      const { component: west } = make("KindCluster", "west", cluster("west", 1));
      const trustAnchorKeyPair = { certificatePem, privateKeyPem: pulumi.secret(privateKeyPem) };
      make("Issuer", "own", { trustAnchorKeyPair });
      make("ControlPlane", "west", {
        ...{ cluster: west, trustAnchorsPem: certificatePem, sourcesFile },
        certManager: { name: "mesh-root" },
      });
      const { component: topology } = make("Topology", "lab", { topology: pair, sourcesFile });
      const policy = {
        ...{ cluster: "east", namespace: "shop", service: "web", pods: { app: "web" } },
        throughGateway: true,
      };
      make("ServicePolicy", "web", { topology, ...policy, port: "8080" });
    });
    const find = (type: string, name: string) =>
      types.find((one) => one.type.endsWith(type) && one.name === name);
    assert.ok(find(":Certificate", "west-issuer")?.inputs["spec"]);
    assert.equal((find(":Server", "web")?.inputs["spec"] as { port: unknown }).port, 8080);
  });

  for (const [what, name, inputs, message] of [
    [
      "no issuer",
      "ControlPlane",
      { sourcesFile },
      /^ControlPlane "x" has none of issuer, issuerKeyPair, certManager/,
    ],
    [
      "two signers",
      "Issuer",
      { trustAnchor: {}, trustAnchorKeyPair: {} },
      /^Issuer "x" has several of trustAnchor, trustAnchorKeyPair/,
    ],
    [
      "a release that the sources don't hold",
      "Multicluster",
      { version: "edge-26.8.3", sourcesFile },
      /^the Multicluster x can't be planned:\n {2}version: "edge-26\.8\.3" can't be had/,
    ],
    [
      "something that is no release",
      "KindCluster",
      { linkerdVersion: "latest", sourcesFile },
      /linkerdVersion: "latest" is neither an edge release of Linkerd/,
    ],
  ] as const) {
    void it(`are refused for ${what}, before anything is registered`, async () => {
      const registered = await register(() => {
        assert.throws(
          () => make(name, "x", inputs),
          (error) => {
            assert.ok(pulumi.RunError.isInstance(error));
            assert.match(error.message, message);
            return true;
          },
        );
      });
      assert.deepEqual(registered, []);
    });
  }
});

void describe("what the schema of a component says of outputs", () => {
  const { resources } = packageSchema(linkerdTopology);
  const classes = {
    ...{ TrustAnchor, Issuer, KindCluster, ExistingCluster, ControlPlane, Multicluster },
    ...{ AccessAccount, Link, PodRoutes, LoadBalancer },
  };
  /** The plugin makes what the class takes of what these hold. */
  const keyPairs = ["trustAnchorKeyPair", "issuerKeyPair"];

  for (const [name, Class] of Object.entries(classes)) {
    void it(`is what its class refuses, and nothing else: ${name}`, () => {
      const { inputProperties = {} } = resources[`linkerd-topology:index:${name}`] ?? {};
      const keys = Object.keys(inputProperties).filter((key) => !keyPairs.includes(key));
      const plain = keys.filter((key) => {
        const one = inputProperties[key];
        return one?.plain === true && !JSON.stringify(one).includes("#/resources/");
      });
      assert.ok(plain.length > 0);
      const args = Object.fromEntries(keys.map((key) => [key, pulumi.output("later")]));
      const Any = Class as unknown as new (name: string, args: object) => pulumi.Resource;
      assert.throws(
        () => new Any("x", args),
        ({ message }: Error) => {
          const [, places = ""] =
            /^\w+ "x": (.*?) (?:is an output|are outputs) /.exec(message) ?? [];
          assert.deepEqual(places.split(", ").sort(), plain.sort());
          return true;
        },
      );
    });
  }
});
