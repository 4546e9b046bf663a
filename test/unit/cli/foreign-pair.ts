import { mkdtemp, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { stringify } from "yaml";
import { rootCertificate } from "../verification/certificates.ts";
import type { FakeKubernetes } from "../mesh/fake-kubernetes.ts";
import { ok } from "../mesh/linked-cluster.ts";
import { core, deployments } from "../verification/running.ts";
import { thoroughCluster } from "../verification/thorough-cluster.ts";

const accounts: Readonly<Record<string, string>> = { west: "uid-west", east: "uid-east" };
const identity =
  "linkerd-gateway.linkerd-multicluster.serviceaccount.identity.linkerd.cluster.local";
const account = "linkerd-service-mirror-remote-access-default";

/**
 * Two clusters that Linkerd's own CLI linked, each to the other; the contexts that lead there are called
 * otherwise than the clusters are in the Links.
 */
export class ForeignPair {
  readonly directory: string;
  readonly west: FakeKubernetes;
  readonly east: FakeKubernetes;

  private constructor(directory: string, west: FakeKubernetes, east: FakeKubernetes) {
    this.directory = directory;
    this.west = west;
    this.east = east;
  }

  static async start(): Promise<ForeignPair> {
    const directory = await mkdtemp(path.join(os.tmpdir(), "linkerd-topology-test-"));
    const west = await thoroughCluster({ name: "west", target: "east", octet: 10 });
    const east = await thoroughCluster({ name: "east", target: "west", octet: 20 });
    foreign(west, "west", "east");
    foreign(east, "east", "west");
    const pair = new ForeignPair(directory, west, east);
    await writeFile(pair.kubeconfig, pair.#kubeconfig(), { mode: 0o600 });
    return pair;
  }

  get kubeconfig(): string {
    return path.join(this.directory, "config");
  }

  /** What a command line needs to find them. */
  get env(): Record<string, string> {
    return {
      KUBECONFIG: this.kubeconfig,
      XDG_STATE_HOME: this.directory,
      NO_COLOR: "1",
      COLUMNS: "100",
    };
  }

  async stop(): Promise<void> {
    await Promise.all([this.west.stop(), this.east.stop()]);
    await rm(this.directory, { recursive: true, force: true });
  }

  #kubeconfig(): string {
    const clusters = Object.entries({ "prod-1": this.west, "prod-2": this.east });
    return stringify({
      clusters: clusters.map(([name, { address }]) => ({
        name,
        cluster: { server: address, "insecure-skip-tls-verify": true },
      })),
      users: [{ name: "me", user: { token: "hunter2" } }],
      contexts: clusters.map(([name]) => ({ name, context: { cluster: name, user: "me" } })),
    });
  }
}

function foreign(fake: FakeKubernetes, name: string, target: string): void {
  const extension = `${core}/linkerd-multicluster`;
  fake.put("/api/v1/namespaces", {
    metadata: { name: "linkerd-multicluster", labels: { "linkerd.io/extension": "multicluster" } },
  });
  const linkerd = deployments("linkerd");
  const destination = fake.get(`${linkerd}/linkerd-destination`);
  if (destination === undefined) throw new Error("there is no linkerd-destination");
  fake.put(linkerd, {
    ...destination,
    metadata: {
      ...destination.metadata,
      labels: { "linkerd.io/control-plane-component": "destination" },
    },
  });
  fake.put(`${core}/linkerd/configmaps`, {
    metadata: { name: "linkerd-config" },
    data: {
      values: stringify({
        linkerdVersion: "edge-26.1.1",
        clusterDomain: "cluster.local",
        identityTrustDomain: "cluster.local",
        clusterNetworks: "10.0.0.0/8,172.16.0.0/12",
      }),
    },
  });
  fake.answers.set(
    "/apis/multicluster.linkerd.io",
    ok({ versions: [{ version: "v1alpha3" }, { version: "v1alpha2" }] }),
  );
  const links = "/apis/multicluster.linkerd.io/v1alpha3/namespaces/linkerd-multicluster/links";
  const link = fake.get(`${links}/${target}`);
  if (link === undefined) throw new Error(`there is no Link ${target}`);
  fake.put(links, {
    ...link,
    metadata: { ...link.metadata, annotations: { "linkerd.io/created-by": "linkerd/cli edge" } },
    spec: {
      targetClusterName: target,
      clusterCredentialsSecret: `cluster-credentials-${target}`,
      gatewayAddress: `172.19.0.${target === "west" ? "10" : "20"}`,
      gatewayPort: "30143",
      gatewayIdentity: identity,
      probeSpec: { path: "/ready", port: "30191", period: "3s" },
      selector: { matchLabels: { "mirror.linkerd.io/exported": "true" } },
      remoteDiscoverySelector: {
        matchLabels: { "mirror.linkerd.io/exported": "remote-discovery" },
      },
      federatedServiceSelector: { matchLabels: { "mirror.linkerd.io/federated": "member" } },
    },
  });
  const claims = {
    "kubernetes.io/serviceaccount/service-account.name": account,
    "kubernetes.io/serviceaccount/service-account.uid": accounts[target],
  };
  const token = `e30.${Buffer.from(JSON.stringify(claims)).toString("base64url")}.hunter2`;
  fake.put(`${extension}/secrets`, {
    metadata: { name: `cluster-credentials-${target}` },
    data: {
      kubeconfig: Buffer.from(
        stringify({
          clusters: [
            {
              cluster: {
                server: `https://172.19.0.${target === "west" ? "10" : "20"}:6443`,
                "certificate-authority-data": Buffer.from(rootCertificate).toString("base64"),
              },
            },
          ],
          users: [{ name: account, user: { token } }],
        }),
      ).toString("base64"),
    },
  });
  fake.put(`${extension}/serviceaccounts`, {
    metadata: { name: account, uid: accounts[name] ?? "" },
  });
  const labels = { "mirror.linkerd.io/cluster-name": target, component: "controller" };
  const controller = fake.get(`${deployments("linkerd-multicluster")}/controller-${target}`);
  if (controller === undefined) throw new Error(`there is no controller of ${target}`);
  fake.put(deployments("linkerd-multicluster"), {
    ...controller,
    metadata: { ...controller.metadata, labels },
    spec: {
      replicas: 1,
      template: {
        spec: {
          containers: [
            {
              name: "controller",
              args: ["service-mirror", `-probe-service=probe-${target}`, target],
            },
          ],
        },
      },
    },
  });
  const pod = fake.get(`${extension}/pods/controller-${target}-5d8f-abcde`);
  if (pod !== undefined) {
    fake.put(`${extension}/pods`, { ...pod, metadata: { ...pod.metadata, labels } });
  }
  fake.put(`${extension}/endpoints`, {
    metadata: {
      name: `probe-${target}`,
      annotations: { "mirror.linkerd.io/remote-gateway-identity": identity },
    },
    subsets: [{ addresses: [{ ip: "172.19.0.9" }], ports: [{ port: 30191 }] }],
  });
  fake.put(`${extension}/services`, {
    metadata: {
      name: "linkerd-gateway",
      annotations: {
        "mirror.linkerd.io/multicluster-gateway": "true",
        "mirror.linkerd.io/gateway-identity": identity,
      },
    },
    spec: {
      type: "NodePort",
      clusterIP: "10.96.0.9",
      ports: [
        { name: "mc-gateway", port: 4143, nodePort: 30143 },
        { name: "mc-probe", port: 4191, nodePort: 30191 },
      ],
    },
  });
  if (name === "east") {
    fake.put(`${core}/shop/services`, {
      metadata: { name: "web", labels: { "mirror.linkerd.io/exported": "true" } },
      spec: { clusterIP: "10.96.0.10", ports: [{ port: 80 }] },
    });
  } else {
    fake.put(`${core}/shop/services`, {
      metadata: {
        name: "web-east",
        labels: {
          "mirror.linkerd.io/mirrored-service": "true",
          "mirror.linkerd.io/cluster-name": "east",
        },
        annotations: {
          "mirror.linkerd.io/remote-svc-fq-name": "web.shop.svc.cluster.local",
        },
      },
      spec: { clusterIP: "10.96.0.11", ports: [{ port: 80 }] },
    });
  }
}
