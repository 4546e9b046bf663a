import http from "node:http";
import type { AddressInfo } from "node:net";

type Stored = Record<string, unknown> & {
  metadata: {
    name: string;
    namespace?: string;
    labels?: Record<string, string>;
    annotations?: Record<string, string>;
  };
};

/**
 * A Kubernetes API server in this process: it stores objects by path, lists them by label, patches and
 * deletes them, and gives canned answers where a test sets some.
 */
export class FakeKubernetes {
  readonly #server: http.Server;
  readonly #objects = new Map<string, Stored>();
  /** Requests that came, such as `DELETE /api/v1/namespaces/demo/services/web-east`. */
  readonly requests: string[] = [];
  /** Answers instead of the store, by path; a function is asked on every request. */
  readonly answers = new Map<string, Answer | (() => Answer)>();
  /** Called before every request is answered: a test lets the cluster change with time. */
  onRequest: (method: string, path: string) => void = () => undefined;

  private constructor() {
    this.#server = http.createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on("data", (chunk: Buffer) => chunks.push(chunk));
      request.on("end", () => {
        const url = new URL(request.url ?? "", "http://fake");
        const method = request.method ?? "";
        this.requests.push(`${method} ${url.pathname}`);
        this.onRequest(method, url.pathname);
        const { status, body } = this.#answer(method, url, Buffer.concat(chunks).toString());
        response.writeHead(status);
        response.end(typeof body === "string" ? body : JSON.stringify(body));
      });
    });
  }

  static async start(): Promise<FakeKubernetes> {
    const fake = new FakeKubernetes();
    await new Promise<void>((resolve) => fake.#server.listen(0, "127.0.0.1", resolve));
    fake.answers.set("/version", { status: 200, body: { gitVersion: "v1.34.2" } });
    return fake;
  }

  get address(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** A kubeconfig that leads here; it holds the word `hunter2` as a token. */
  get kubeconfig(): string {
    return JSON.stringify({
      clusters: [
        { name: "fake", cluster: { server: this.address, "insecure-skip-tls-verify": true } },
      ],
      users: [{ name: "fake", user: { token: "hunter2" } }],
      contexts: [{ name: "fake", context: { cluster: "fake", user: "fake" } }],
      "current-context": "fake",
    });
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  /** @param collection path of the collection, such as `/api/v1/namespaces/demo/services` */
  put(collection: string, object: Stored): void {
    const namespace = /\/namespaces\/([^/]+)/.exec(collection)?.[1];
    const metadata = { ...object.metadata, ...(namespace === undefined ? {} : { namespace }) };
    this.#objects.set(`${collection}/${object.metadata.name}`, { ...object, metadata });
  }

  remove(path: string): void {
    this.#objects.delete(path);
  }

  has(path: string): boolean {
    return this.#objects.has(path);
  }

  get(path: string): Stored | undefined {
    return this.#objects.get(path);
  }

  #answer(method: string, url: URL, body: string): Answer {
    const path = url.pathname;
    const canned = this.answers.get(path);
    if (canned !== undefined) return typeof canned === "function" ? canned() : canned;
    const object = this.#objects.get(path);
    if (method === "DELETE" && object !== undefined) {
      this.#objects.delete(path);
      return { status: 200, body: { kind: "Status", status: "Success" } };
    }
    if (method === "PATCH" && object !== undefined) {
      const patch = JSON.parse(body) as { metadata: { annotations: Record<string, string> } };
      const annotations = { ...object.metadata.annotations, ...patch.metadata.annotations };
      this.#objects.set(path, { ...object, metadata: { ...object.metadata, annotations } });
      return { status: 200, body: this.#objects.get(path) };
    }
    if (method === "GET" && object !== undefined) return { status: 200, body: object };
    const items = method === "GET" ? this.#list(path, url.searchParams.get("labelSelector")) : [];
    if (items.length > 0 || (method === "GET" && isCollection(path))) {
      return { status: 200, body: { items } };
    }
    return notFound(path);
  }

  #list(path: string, selector: string | null): readonly Stored[] {
    const kind = path.split("/").at(-1) ?? "";
    const everywhere = !path.includes("/namespaces/");
    return [...this.#objects]
      .filter(([key]) => {
        const collection = key.slice(0, key.lastIndexOf("/"));
        if (collection === path) return true;
        const all = collection.replace(/\/namespaces\/[^/]+/, "");
        return everywhere && all === path && collection.endsWith(`/${kind}`);
      })
      .map(([, object]) => object)
      .filter(({ metadata }) =>
        (selector ?? "")
          .split(",")
          .filter(Boolean)
          .every((term) => {
            const [key = "", value] = term.split("=");
            return metadata.labels?.[key] === value;
          }),
      );
  }
}

interface Answer {
  readonly status: number;
  readonly body: unknown;
}

const collections = ["services", "endpoints", "nodes", "pods", "deployments", "servicecidrs"];

function isCollection(path: string): boolean {
  return collections.includes(path.split("/").at(-1) ?? "");
}

function notFound(path: string): Answer {
  return {
    status: 404,
    body: { kind: "Status", reason: "NotFound", message: `${path} not found` },
  };
}
