import type { LinkPlan, Plan } from "../../../planning/plan-types.ts";
import type { Mesh } from "../../../verification/index.ts";
import type { FakeKubernetes } from "../mesh/fake-kubernetes.ts";
import { ok, proxy } from "../mesh/linked-cluster.ts";
import { twoClusters } from "./planned.ts";
import { core, runningCluster } from "./running.ts";

const labelled = (key: string, value: string) => ({ matchLabels: { [key]: value } });

const mixed = (link: LinkPlan): LinkPlan => ({
  ...link,
  mode: "mixed",
  selectors: {
    gateway: labelled("mirror.linkerd.io/exported", "true"),
    remoteDiscovery: labelled("mirror.linkerd.io/exported", "remote-discovery"),
    federated: labelled("mirror.linkerd.io/federated", "member"),
  },
});

/** `twoClusters` on one network. */
export const mixedClusters: Plan = { ...twoClusters, links: twoClusters.links.map(mixed) };

export const services = `${core}/demo/services`;
export const destination = "linkerd-destination-5d8f-abcde";
export const destinationMetrics = `${core}/linkerd/pods/${destination}:9996/proxy/metrics`;
export const member = { "mirror.linkerd.io/federated": "member" };

/** Two running clusters on one network, both of whose discovery watches the other. */
export class MixedPair {
  readonly west: FakeKubernetes;
  readonly east: FakeKubernetes;

  private constructor(west: FakeKubernetes, east: FakeKubernetes) {
    this.west = west;
    this.east = east;
  }

  static async start(): Promise<MixedPair> {
    const west = await runningCluster({ name: "west", target: "east", octet: 10 });
    const east = await runningCluster({ name: "east", target: "west", octet: 20 });
    for (const [fake, target] of [
      [west, "east"],
      [east, "west"],
    ] as const) {
      fake.put(`${core}/linkerd/pods`, {
        metadata: {
          name: destination,
          labels: { "linkerd.io/control-plane-component": "destination" },
        },
        spec: { containers: [proxy()] },
        status: { phase: "Running", conditions: [{ type: "Ready", status: "True" }] },
      });
      fake.answers.set(destinationMetrics, ok(`service_cache_size{cluster="${target}"} 4\n`));
    }
    return new MixedPair(west, east);
  }

  async stop(): Promise<void> {
    await Promise.all([this.west.stop(), this.east.stop()]);
  }

  mesh(plan: Plan = mixedClusters): Mesh {
    return {
      plan,
      clusters: [
        { name: "west", kubeconfig: this.west.kubeconfig },
        { name: "east", kubeconfig: this.east.kubeconfig },
      ],
    };
  }

  /** A federated Service `web` with members in both clusters, and these remote ones in west's view. */
  federate(remote: string): void {
    for (const fake of [this.west, this.east]) {
      fake.put(services, { metadata: { name: "web", labels: member } });
    }
    this.view(this.west, "web", remote);
    this.view(this.east, "web", "web@west");
  }

  view(fake: FakeKubernetes, local: string, remote: string): void {
    fake.put(services, {
      metadata: {
        name: "web-federated",
        labels: { "mirror.linkerd.io/mirrored-service": "true" },
        annotations: {
          ...(local !== "" && { "multicluster.linkerd.io/local-discovery": local }),
          "multicluster.linkerd.io/remote-discovery": remote,
        },
      },
    });
  }
}
