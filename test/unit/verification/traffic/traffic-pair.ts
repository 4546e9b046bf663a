import http2 from "node:http2";
import { duplexPair } from "node:stream";
import type { Plan } from "../../../../planning/plan-types.ts";
import type { ExecRequest, ExecResult } from "../../../../kubernetes/pod-requests.ts";
import type { PodAccess } from "../../../../kubernetes/http-api.ts";
import { HttpApi } from "../../../../kubernetes/http-api.ts";
import type { CheckResult, Mesh } from "../../../../verification/index.ts";
import { observe } from "../../../../verification/observe.ts";
import { verifyTraffic } from "../../../../verification/traffic/verify-traffic.ts";
import type { TrafficOptions } from "../../../../verification/traffic/options.ts";
import type { Endpoint } from "../../../../verification/traffic/destination-messages.ts";
import { FakeKubernetes } from "../../mesh/fake-kubernetes.ts";
import { ok, proxy } from "../../mesh/linked-cluster.ts";
import { twoClusters } from "../planned.ts";
import { core, runningCluster } from "../running.ts";
import { frame, updateOf } from "./destination-server.ts";

type Cluster = "west" | "east";

/** The answer to a client's request, in curl's form. */
export interface FakeAnswer {
  readonly status: number;
  readonly body?: string;
  readonly error?: string;
}

const gatewayIdentity = "gateway.identity";
const addresses = { west: "10.10.0.7", east: "10.20.0.7" } as const;
const nodes = { west: "172.19.0.10", east: "172.19.0.20" } as const;
const unresolved: FakeAnswer = { status: 0, error: "Could not resolve host" };

/** `twoClusters`, whose west alone has a Link, through east's gateway. */
export const oneWay: Plan = {
  ...twoClusters,
  links: twoClusters.links.slice(0, 1).map((link) => ({ ...link, headless: false })),
};

/**
 * Two clusters whose pods run as soon as they are made, and whose service mirror mirrors what is exported.
 * Everything that a verification asks of pods is answered here.
 */
export class TrafficPair {
  readonly west: FakeKubernetes;
  readonly east: FakeKubernetes;
  readonly commands: ExecRequest[] = [];
  /** The answer that a client gets. */
  answer: (cluster: Cluster, url: URL, exported: boolean) => FakeAnswer;
  /** What linkerd-destination of a cluster says, asked for an authority. */
  destination: (cluster: Cluster, authority: string) => readonly Endpoint[];
  /** Whether new pods get a proxy. */
  injects = true;
  /** Image of new pods' proxies; undefined: the stand-in. */
  readonly proxyImage: string | undefined;
  /** Port of a mirror's Endpoints. */
  mirrorPort = 30143;
  mirrors = true;
  /** Whether a headless Service's mirror has lost its pods' names when it is exported. */
  losesNames = false;
  /** Calls of gRPC that the proxies of the servers have counted. */
  readonly grpcCalls = { west: 0, east: 0 };
  /** Whether east's API can be reached. */
  reachable = true;

  private constructor(west: FakeKubernetes, east: FakeKubernetes, proxyImage: string | undefined) {
    this.west = west;
    this.east = east;
    this.proxyImage = proxyImage;
    this.answer = (_, { hostname, pathname }, exported) => {
      if (pathname === "/api/v1/services") return { status: 200, body: "{}" };
      if (!exported || !hostname.startsWith("gateway-east.")) return unresolved;
      return { status: 200, body: pathname === "/hostname" ? "server-1" : gatewayIdentity };
    };
    this.destination = () => [{ address: nodes.east, port: 30143, identity: gatewayIdentity }];
  }

  static async start(dataPlane: "real" | "none"): Promise<TrafficPair> {
    const proxyImage = dataPlane === "real" ? "cr.l5d.io/linkerd/proxy:edge-26.1.1" : undefined;
    const cluster = async (name: Cluster, target: Cluster, octet: number) =>
      runningCluster({ name, target, octet, ...(proxyImage !== undefined && { proxyImage }) });
    const west = await cluster("west", "east", 10);
    const east = await cluster("east", "west", 20);
    const pair = new TrafficPair(west, east, proxyImage);
    for (const name of ["west", "east"] as const) pair.#prepare(name);
    return pair;
  }

  async stop(): Promise<void> {
    await Promise.all([this.west.stop(), this.east.stop()]);
  }

  mesh(plan: Plan): Mesh {
    return {
      plan,
      clusters: [
        { name: "west", kubeconfig: this.west.kubeconfig },
        {
          name: "east",
          kubeconfig: this.reachable
            ? this.east.kubeconfig
            : this.east.kubeconfig.replace(this.east.address, "http://127.0.0.1:1"),
        },
      ],
    };
  }

  async verify(options: TrafficOptions = {}, plan = oneWay): Promise<readonly CheckResult[]> {
    const mesh = this.mesh(plan);
    const status = await observe(mesh);
    return verifyTraffic(mesh, status, { limit: 150, ...options }, (access, { signal } = {}) => {
      const cluster =
        "kubeconfig" in access && access.kubeconfig === this.west.kubeconfig ? "west" : "east";
      const forward = () => Promise.reject(new Error("not to be asked"));
      const connection = { options: {}, headers: {} };
      return Promise.resolve(
        new HttpApi(this[cluster].address, connection, signal, forward, this.#pods(cluster)),
      );
    });
  }

  /** Existing namespaces of verifications. */
  left(): string[] {
    return [this.west, this.east].flatMap((fake) =>
      fake
        .paths()
        .filter((path) => /^\/api\/v1\/namespaces\/linkerd-topology-verify-[^/]+$/.test(path)),
    );
  }

  #prepare(name: Cluster): void {
    const fake = this[name];
    fake.put(`${core}/linkerd-multicluster/secrets`, {
      metadata: { name: `cluster-credentials-${name === "west" ? "east" : "west"}` },
      data: { kubeconfig: Buffer.from(credentials).toString("base64") },
    });
    fake.put(`${core}/linkerd/pods`, {
      metadata: {
        name: "linkerd-destination-5d8f-abcde",
        labels: { "linkerd.io/control-plane-component": "destination" },
      },
      spec: { containers: [proxy(this.proxyImage)] },
      status: { phase: "Running", conditions: [{ type: "Ready", status: "True" }] },
    });
    fake.onRequest = (method, path) => {
      const namespace = /\/namespaces\/(linkerd-topology-verify-[^/]+)\//.exec(path)?.[1];
      if (namespace === undefined || method !== "GET") return;
      if (path.endsWith("/pods"))
        fake.answers.set(path, () => ok({ items: this.#running(name, path) }));
      if (path.endsWith(":4191/proxy/metrics")) {
        fake.answers.set(path, () => ok(this.#metrics(name)));
      }
      if (name === "west" && this.mirrors) this.#mirror(namespace);
    };
  }

  /** Those of other ports and directions don't count. */
  #metrics(cluster: Cluster): string {
    const line = (direction: string, port: number, value: number, tls = "true"): string =>
      `request_total{direction="${direction}",target_addr="${addresses[cluster]}:${port}",tls="${tls}"} ${value}`;
    return [
      line("inbound", 8091, this.grpcCalls[cluster]),
      line("inbound", 8080, 1_000),
      line("inbound", 8091, Math.round(performance.now()), "no_identity"),
      line("outbound", 8091, 1_000),
    ].join("\n");
  }

  #running(cluster: Cluster, path: string): object[] {
    return this[cluster]
      .paths()
      .filter((one) => one.startsWith(`${path}/`))
      .map((one) => ({
        metadata: this[cluster].get(one)?.metadata,
        spec: {
          containers: [{ name: "agnhost" }, ...(this.injects ? [proxy(this.proxyImage)] : [])],
        },
        status: {
          phase: "Running",
          podIP: addresses[cluster],
          conditions: [{ type: "Ready", status: "True" }],
        },
      }));
  }

  #exported(namespace: string): boolean {
    const service = this.east.get(`${core}/${namespace}/services/gateway`);
    return service?.metadata.labels?.["mirror.linkerd.io/exported"] === "true";
  }

  /** A headless Service is mirrored with its pods, and their names come with a change of its Endpoints. */
  #mirrorHeadless(namespace: string): void {
    const path = `${core}/${namespace}/services`;
    const exported = this.east.get(`${path}/headless`);
    if (exported?.metadata.labels?.["mirror.linkerd.io/exported"] !== "true") return;
    const labels = {
      "mirror.linkerd.io/mirrored-service": "true",
      "mirror.linkerd.io/cluster-name": "east",
    };
    const endpoints = `${core}/${namespace}/endpoints`;
    if (!this.east.has(`${endpoints}/headless`)) {
      this.east.put(endpoints, { metadata: { name: "headless" } });
    }
    const isTouched = this.east.requests.includes(`PATCH ${endpoints}/headless`);
    const names = this.losesNames && !isTouched ? [] : [{ ip: "10.10.9.9", hostname: "server-1" }];
    this.west.put(path, {
      metadata: { name: "headless-east", labels },
      spec: { clusterIP: "None" },
    });
    this.west.put(endpoints, {
      metadata: { name: "headless-east", labels },
      subsets: [{ addresses: names, ports: [{ port: 8080 }] }],
    });
    const pod = {
      name: "server-1-east",
      labels: { ...labels, "mirror.linkerd.io/headless-mirror-svc-name": "headless-east" },
    };
    this.west.put(path, { metadata: pod });
    const subset = { addresses: [{ ip: nodes.east }], ports: [{ port: this.mirrorPort }] };
    this.west.put(endpoints, { metadata: pod, subsets: [subset] });
  }

  #mirror(namespace: string): void {
    this.#mirrorHeadless(namespace);
    if (!this.#exported(namespace)) return;
    const metadata = {
      name: "gateway-east",
      labels: {
        "mirror.linkerd.io/mirrored-service": "true",
        "mirror.linkerd.io/cluster-name": "east",
      },
    };
    this.west.put(`${core}/${namespace}/services`, { metadata });
    const subset = { addresses: [{ ip: nodes.east }], ports: [{ port: this.mirrorPort }] };
    this.west.put(`${core}/${namespace}/endpoints`, { metadata, subsets: [subset] });
  }

  #pods(cluster: Cluster): PodAccess {
    return {
      exec: (request) => Promise.resolve(this.#exec(cluster, request)),
      atPort: async (_, use) => {
        const [here, there] = duplexPair();
        const server = http2.createServer();
        server.on("stream", (stream) => {
          stream.respond({ ":status": 200 });
          stream.once("data", (asked: Buffer) => {
            const [authority = ""] = /[a-z0-9.-]+:\d+/.exec(asked.toString("latin1")) ?? [];
            stream.write(frame(updateOf(this.destination(cluster, authority))));
          });
        });
        server.emit("connection", there);
        return use(here);
      },
    };
  }

  #exec(cluster: Cluster, request: ExecRequest): ExecResult {
    this.commands.push(request);
    const urls = (request.stdin ?? "").split("\nnext\n").map(urlOf);
    const stdout = urls
      .map((url) => this.answer(cluster, new URL(url), this.#exported(request.namespace)))
      .map(
        ({ status, body = "", error = "" }) =>
          `${body}\n=== answered ${String(status).padStart(3, "0")} ${error}\n`,
      )
      .join("");
    return { stdout, stderr: "", exitCode: 0 };
  }
}

/** The host of a call of gRPC is in its header, and another name in the URL. */
function urlOf(config: string): string {
  const [, url = ""] = /^url = "(.*)"$/m.exec(config) ?? [];
  const [, host] = /^header = "host: (.*)"$/m.exec(config) ?? [];
  return host === undefined ? url : url.replace(/\/\/[^/]+/, `//${host}`);
}

const credentials = JSON.stringify({
  clusters: [
    {
      cluster: {
        server: "https://two-east-control-plane:6443",
        "certificate-authority-data": Buffer.from("the authority").toString("base64"),
      },
    },
  ],
  users: [{ user: { token: "hunter2" } }],
});
