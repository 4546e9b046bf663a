import type { Anchor } from "../../../../planning/trust/certificates/anchor.ts";
import type { ClusterTrust, WantedTrust } from "../../../../planning/trust/rotation/facts.ts";
import { planOrThrow } from "../../../../planning/plan.ts";
import { signersOf } from "../../../../planning/trust/rotation/wanted.ts";
import type { Topology } from "../../../../planning/topology.ts";

/** An anchor that is only a name. */
export function anchorNamed(generation: number): Anchor {
  return {
    id: `key-${generation}`,
    subject: `CN=root ${generation}`,
    fingerprint: `${generation}:${generation}`,
  };
}

/** What a topology wants. */
export function wantedBy(topology: Topology): WantedTrust {
  const plan = planOrThrow(topology, { name: "lab" });
  return {
    anchors: plan.trust.anchors.map(({ generation }) => ({
      generation,
      ...anchorNamed(generation),
    })),
    signers: signersOf(plan),
  };
}

interface SimulatedProxy {
  readonly namespace: string;
  anchors: readonly string[];
  /** Generation that its certificate comes from. */
  root: number;
  since: number;
}

interface SimulatedCluster {
  anchors: readonly Anchor[];
  signer: number;
  inUseSince: number;
  readonly proxies: SimulatedProxy[];
}

/**
 * Clusters as Linkerd behaves: proxies learn of anchors when they start, and of a new issuer then or when
 * their certificate is renewed.
 */
export class SimulatedMesh {
  readonly clusters = new Map<string, SimulatedCluster>();
  #clock = Date.UTC(2026, 0, 1);

  /**
   * What an `up` of the package does, opted-in namespaces included: one cluster after the other, which is
   * the worst order for those that are yet to come.
   *
   * @param look called after every change that others can notice
   */
  up(topology: Topology, look: () => void = () => undefined): void {
    const wanted = wantedBy(topology);
    const anchors = wanted.anchors.map(({ generation }) => anchorNamed(generation));
    for (const [name, signer = 1] of Object.entries(wanted.signers)) {
      const cluster = this.clusters.get(name) ?? this.#fresh(name, anchors, signer);
      cluster.anchors = anchors;
      if (cluster.signer !== signer) cluster.inUseSince = this.#later();
      cluster.signer = signer;
      const namespaces = ["linkerd", "linkerd-multicluster", ...(topology.trust?.restart ?? [])];
      look();
      for (const proxy of cluster.proxies) {
        if (!namespaces.includes(proxy.namespace)) continue;
        this.restart(name, (one) => one === proxy);
        look();
      }
    }
  }

  /** Pods are recreated. */
  restart(name: string, which: (proxy: SimulatedProxy) => boolean = () => true): void {
    const cluster = this.clusters.get(name);
    for (const proxy of cluster?.proxies.filter(which) ?? []) {
      proxy.anchors = cluster?.anchors.map(({ id }) => id) ?? [];
      this.#renew(cluster, proxy);
    }
  }

  /** A day passes: running proxies get new certificates, and nothing else. */
  day(): void {
    for (const cluster of this.clusters.values()) {
      for (const proxy of cluster.proxies) this.#renew(cluster, proxy);
    }
  }

  /** Whether any two proxies of the mesh accept each other. */
  get isWhole(): boolean {
    const all = [...this.clusters.values()].flatMap(({ proxies }) => proxies);
    return all.every((one) => all.every((other) => other.anchors.includes(`key-${one.root}`)));
  }

  /** What somebody who looks at the clusters sees; certificates themselves can't be seen. */
  get facts(): ClusterTrust[] {
    return [...this.clusters].map(([cluster, { anchors, signer, inUseSince, proxies }]) => ({
      cluster,
      problem: undefined,
      anchors,
      issuer: {
        fingerprint: `issuer of ${signer}`,
        expires: "2030-01-01T00:00:00Z",
        anchor: anchors.find(({ id }) => id === `key-${signer}`)?.id,
        inUseSince: new Date(inUseSince).toISOString(),
      },
      proxies: proxies.map(({ namespace, anchors: trusted, since }, index) => ({
        namespace,
        pod: `pod-${index}`,
        workload: `Deployment/${namespace}-${index}`,
        anchors: trusted,
        certificateSince: new Date(since).toISOString(),
      })),
    }));
  }

  #fresh(name: string, anchors: readonly Anchor[], signer: number): SimulatedCluster {
    const cluster: SimulatedCluster = {
      anchors,
      signer,
      inUseSince: this.#later(),
      proxies: ["linkerd", "linkerd-multicluster", "shop", "bank"].map((namespace) => ({
        namespace,
        anchors: anchors.map(({ id }) => id),
        root: signer,
        since: this.#later(),
      })),
    };
    this.clusters.set(name, cluster);
    return cluster;
  }

  #renew(cluster: SimulatedCluster | undefined, proxy: SimulatedProxy): void {
    proxy.root = cluster?.signer ?? proxy.root;
    proxy.since = this.#later();
  }

  #later(): number {
    this.#clock += 1000;
    return this.#clock;
  }
}
