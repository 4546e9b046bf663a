import { createServer } from "node:https";
import type { Server } from "node:https";
import type { AddressInfo } from "node:net";
import { stringify } from "yaml";
import { selfSigned } from "./self-signed.ts";

/** As much of an API server as the provider asks; every cluster of a test shares it. */
export class FakeKubernetes {
  readonly requests: string[] = [];
  /** Nodes that report to be Ready. */
  readyNodes: string[] = [];
  version = "v1.34.2";
  corefile = ["    kubernetes cluster.local {", "       ttl 30", "    }", ""].join("\n");
  /** CoreDNS pods that a node has taken. */
  pods: { name: string; uid: string }[] = [];
  /** Whether requests about nodes are answered at all. */
  silent = false;
  readonly #identity = selfSigned();
  readonly #server: Server;

  constructor() {
    const { certificate: cert, key } = this.#identity;
    this.#server = createServer({ cert, key }, (request, response) => {
      const chunks: Buffer[] = [];
      request.on("data", (chunk: Buffer) => chunks.push(chunk));
      request.on("end", () => {
        const path = request.url ?? "";
        this.requests.push(`${request.method ?? ""} ${path}`);
        const answer = this.#answer(request.method ?? "", path, Buffer.concat(chunks).toString());
        response.statusCode = answer === undefined ? 404 : 200;
        response.end(JSON.stringify(answer ?? { message: "not found" }));
      });
    });
  }

  async start(): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(0, "127.0.0.1", resolve));
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  /** What kubeadm would have written into the node. */
  adminConf(): string {
    const base64 = (text: string) => Buffer.from(text).toString("base64");
    const { certificate, key } = this.#identity;
    return stringify({
      clusters: [{ cluster: { "certificate-authority-data": base64(certificate) } }],
      users: [
        {
          user: {
            "client-certificate-data": base64(certificate),
            "client-key-data": base64(key),
          },
        },
      ],
    });
  }

  /** The client's key, which nothing but the secret output may show. */
  get secretPart(): string {
    return Buffer.from(this.#identity.key).toString("base64").slice(0, 40);
  }

  #answer(method: string, path: string, body: string): unknown {
    const route = `${method} ${path.split("?")[0] ?? ""}`;
    switch (route) {
      case "GET /readyz":
        return this.silent ? undefined : "ok";
      case "GET /version":
        return { gitVersion: this.version };
      case "GET /api/v1/namespaces/kube-system":
        return { metadata: { uid: "uid-1" } };
      case "GET /api/v1/nodes":
        return this.silent ? undefined : { items: this.readyNodes.map((name) => node(name)) };
      case "GET /api/v1/namespaces/kube-system/configmaps/coredns":
        return { metadata: { resourceVersion: "1" }, data: { Corefile: this.corefile } };
      case "PATCH /api/v1/namespaces/kube-system/configmaps/coredns":
        this.corefile = (JSON.parse(body) as { data: { Corefile: string } }).data.Corefile;
        return {};
      case "GET /api/v1/namespaces/kube-system/pods":
        return {
          items: this.pods.map((metadata) => ({ metadata, spec: { nodeName: "some-node" } })),
        };
      case "PATCH /apis/apps/v1/namespaces/kube-system/deployments/coredns":
        this.pods = [{ name: "coredns-new", uid: "new" }];
        return {};
      default: {
        const pod = /^DELETE \/api\/v1\/namespaces\/kube-system\/pods\/(.+)$/.exec(route)?.[1];
        if (pod === undefined) return undefined;
        this.pods = this.pods.filter(({ name }) => name !== pod);
        return {};
      }
    }
  }
}

function node(name: string) {
  return {
    metadata: { name },
    spec: { podCIDR: "10.1.0.0/24" },
    status: { conditions: [{ type: "Ready", status: "True" }] },
  };
}
