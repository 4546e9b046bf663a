import { createHash } from "node:crypto";
import { makeAuthority, type Authority } from "../authority.ts";
import { FakeKubernetes } from "./fake-kubernetes.ts";

const linkerd = "/api/v1/namespaces/linkerd";
const deployments = (namespace: string) => `/apis/apps/v1/namespaces/${namespace}/deployments`;

/** A generation of the trust anchor, and an issuer that it signed. */
export interface Generation {
  readonly root: Authority;
  readonly issuer: Authority;
}

export function makeGeneration(name: string): Generation {
  const root = makeAuthority({ subject: `root ${name}`, pathLength: 1 });
  return { root, issuer: makeAuthority({ subject: `issuer ${name}`, signedBy: root }) };
}

/** A pod of a Deployment, with a proxy. */
export interface MeshedPod {
  readonly namespace: string;
  readonly deployment: string;
  /** PEM of what it was started with. */
  readonly bundle: string;
  /** ISO 8601. */
  readonly started: string;
}

/**
 * A cluster with a control plane, whose Deployments recreate their pods when they are asked to: at the
 * cluster's present time, with what it trusts then.
 */
export class TrustingCluster {
  readonly fake: FakeKubernetes;
  #bundle = "";
  #restarts = 0;
  #clock = Date.UTC(2026, 0, 1);
  /** What the injector adds to a new pod; undefined: nothing. */
  injected: { readonly image: string; readonly log?: string } | undefined = { image: "proxy" };
  /** Bodies of pods that were sent as dry runs, by namespace. */
  readonly tried: { readonly namespace: string; readonly body: unknown }[] = [];

  private constructor(fake: FakeKubernetes) {
    this.fake = fake;
    fake.answers.set(`${linkerd}/configmaps`, () => ({
      status: 201,
      body: { metadata: { name: "time", creationTimestamp: this.now } },
    }));
    fake.answers.set("/api/v1/namespaces/default/pods", () => ({
      status: 201,
      body: { metadata: { name: "test" }, spec: { containers: this.#proxies(this.#bundle) } },
    }));
    for (const namespace of ["linkerd-multicluster", "shop", "bank"]) {
      fake.answers.set(`/api/v1/namespaces/${namespace}/pods`, (body) => {
        if (body === "") return { status: 200, body: { items: this.#podsIn(namespace) } };
        this.tried.push({ namespace, body: JSON.parse(body) });
        const spec = { containers: this.#proxies(this.#bundle) };
        return { status: 201, body: { metadata: { name: "test" }, spec } };
      });
    }
    fake.onRequest = () => {
      this.#rollOut();
    };
  }

  static async start(generation: Generation): Promise<TrustingCluster> {
    const cluster = new TrustingCluster(await FakeKubernetes.start());
    cluster.trust(generation.root);
    cluster.install(generation.issuer);
    cluster.tick();
    for (const [namespace, deployment] of [
      ["linkerd", "linkerd-identity"],
      ["linkerd", "linkerd-destination"],
      ["linkerd-multicluster", "linkerd-gateway"],
      ["shop", "web"],
      ["bank", "web"],
    ] as const) {
      cluster.deploy(namespace, deployment);
    }
    return cluster;
  }

  /** The cluster's time. */
  get now(): string {
    return new Date(this.#clock).toISOString();
  }

  tick(seconds = 60): void {
    this.#clock += seconds * 1000;
  }

  /** Other anchors, as an upgrade of the control plane brings them; its pods are recreated with it. */
  trust(...roots: readonly Authority[]): void {
    this.#bundle = roots.map(({ certificate }) => certificate).join("");
    this.fake.put(`${linkerd}/configmaps`, {
      metadata: { name: "linkerd-identity-trust-roots" },
      data: { "ca-bundle.crt": this.#bundle },
    });
    this.tick();
    for (const { namespace, deployment } of this.pods) {
      if (namespace === "linkerd") this.#putPod(namespace, deployment);
    }
  }

  /** Another issuer, in its Secret; linkerd-identity is not restarted for it. */
  install(issuer: Authority): void {
    this.tick();
    this.fake.put(`${linkerd}/secrets`, {
      metadata: {
        name: "linkerd-identity-issuer",
        creationTimestamp: "2026-01-01T00:00:00Z",
        managedFields: [{ time: this.now }],
      } as never,
      data: {
        "tls.crt": Buffer.from(issuer.certificate).toString("base64"),
        "tls.key": Buffer.from(issuer.key).toString("base64"),
      },
    });
  }

  deploy(namespace: string, name: string): void {
    this.fake.put(deployments(namespace), {
      metadata: { name, creationTimestamp: this.now, generation: 1 } as never,
      spec: { replicas: 1, template: { metadata: { annotations: {} } } },
      status: { observedGeneration: 1, replicas: 1, updatedReplicas: 1 },
    });
    this.#putPod(namespace, name);
  }

  /** The end of a restart that somebody else began. */
  finishRollout(namespace: string, deployment: string): void {
    this.tick();
    this.#putPod(namespace, deployment);
  }

  /** A pod that nothing keeps. */
  putBarePod(namespace: string, name: string): void {
    this.#put(namespace, { metadata: { name } }, this.#bundle);
  }

  /** A pod of something else than a Deployment. */
  putOwnedPod(namespace: string, name: string, owner: { kind: string; name: string }): void {
    const ownerReferences = [{ ...owner, controller: true }];
    this.#put(namespace, { metadata: { name, ownerReferences } }, this.#bundle);
  }

  get pods(): readonly MeshedPod[] {
    return this.#podObjects.flatMap((pod) => {
      const deployment = pod.metadata.labels?.["app"];
      const [container] = pod.spec.containers;
      if (deployment === undefined) return [];
      return [
        {
          namespace: pod.metadata.namespace ?? "",
          deployment,
          bundle: container?.env[0]?.value ?? "",
          started: pod.status.startTime,
        },
      ];
    });
  }

  /** Deployments that were restarted, in their order. */
  readonly restarted: string[] = [];

  get #podObjects(): PodObject[] {
    const answer = this.fake.answers.get("/api/v1/pods");
    const { body } = (typeof answer === "function"
      ? answer("", new URLSearchParams())
      : answer) ?? {
      body: { items: [] },
    };
    return (body as { items: PodObject[] }).items;
  }

  #podsIn(namespace: string): PodObject[] {
    return this.#podObjects.filter(({ metadata }) => metadata.namespace === namespace);
  }

  #proxies(bundle: string) {
    if (this.injected === undefined) return [];
    const { image, log = "warn" } = this.injected;
    return [
      {
        name: "linkerd-proxy",
        image,
        env: [
          { name: "LINKERD2_PROXY_IDENTITY_TRUST_ANCHORS", value: bundle },
          { name: "LINKERD2_PROXY_LOG", value: log },
        ],
      },
    ];
  }

  #putPod(namespace: string, deployment: string): void {
    this.#restarts += 1;
    const others = this.#podObjects.filter(
      ({ metadata }) => metadata.namespace !== namespace || metadata.labels?.["app"] !== deployment,
    );
    const removed = this.#podObjects.filter((pod) => !others.includes(pod));
    for (const { metadata } of removed) {
      this.fake.remove(`/api/v1/namespaces/${namespace}/pods/${metadata.name}`);
    }
    this.fake.answers.set("/api/v1/pods", { status: 200, body: { items: others } });
    const hash = `hash${this.#restarts}`;
    this.#put(
      namespace,
      {
        metadata: {
          name: `${deployment}-${hash}-x`,
          labels: {
            app: deployment,
            "pod-template-hash": hash,
            ...(deployment === "linkerd-identity" && {
              "linkerd.io/control-plane-component": "identity",
            }),
          },
          annotations: {
            "linkerd.io/trust-root-sha256": createHash("sha256").update(this.#bundle).digest("hex"),
          },
          ownerReferences: [
            { kind: "ReplicaSet", name: `${deployment}-${hash}`, controller: true },
          ],
        },
      },
      // Those of the control plane take it from the ConfigMap.
      namespace === "linkerd" ? "" : this.#bundle,
    );
  }

  #put(namespace: string, pod: Pick<PodObject, "metadata">, bundle: string): void {
    const whole: PodObject = {
      metadata: { ...pod.metadata, namespace, creationTimestamp: this.now } as never,
      spec: { containers: this.#proxies(bundle) },
      status: { phase: "Running", startTime: this.now },
    };
    this.fake.put(`/api/v1/namespaces/${namespace}/pods`, whole as never);
    const items = [...this.#podObjects, whole];
    this.fake.answers.set("/api/v1/pods", { status: 200, body: { items } });
  }

  /** Deployments whose template was changed get new pods. */
  #rollOut(): void {
    for (const { namespace, deployment } of this.pods) {
      const path = `${deployments(namespace)}/${deployment}`;
      const spec = this.fake.get(path)?.["spec"] as {
        template: { metadata: { annotations: Record<string, string> } };
      };
      const { annotations } = spec.template.metadata;
      if (annotations["kubectl.kubernetes.io/restartedAt"] === undefined) continue;
      delete annotations["kubectl.kubernetes.io/restartedAt"];
      this.restarted.push(`${namespace}/${deployment}`);
      this.tick();
      this.#putPod(namespace, deployment);
    }
  }
}

interface PodObject {
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
    readonly ownerReferences?: readonly object[];
  };
  readonly spec: {
    readonly containers: readonly { readonly env: readonly { readonly value: string }[] }[];
  };
  readonly status: { readonly phase: string; readonly startTime: string };
}
