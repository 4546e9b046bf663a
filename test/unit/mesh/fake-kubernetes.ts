import { randomUUID } from "node:crypto";
import http from "node:http";
import type { AddressInfo } from "node:net";
import { isDeepStrictEqual } from "node:util";

type Stored = Record<string, unknown> & {
  metadata: {
    name: string;
    namespace?: string;
    uid?: string;
    generation?: number;
    resourceVersion?: string;
    labels?: Record<string, string>;
    annotations?: Record<string, string>;
    managedFields?: { manager: string }[];
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
  /** Headers of requests that say who asks. */
  readonly authorizations: string[] = [];
  /** Answers instead of the store, by path; a function is asked on every request. */
  readonly answers = new Map<string, Answer | ((body: string, query: URLSearchParams) => Answer)>();
  /** Before this an answer isn't given. */
  delay: (path: string) => Promise<void> = () => Promise.resolve();
  /** Who manages a label, an annotation or a field of the spec, by `path key`, besides those who applied it. */
  readonly owners = new Map<string, string>();
  readonly #applied = new Map<string, readonly string[]>();
  /** UID of the namespace kube-system, by which the cluster is known. */
  uid = randomUUID() as string;
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
        this.authorizations.push(request.headers.authorization ?? "");
        this.onRequest(method, url.pathname);
        const { status, body } = this.#answer(method, url, Buffer.concat(chunks).toString());
        void this.delay(url.pathname).then(() => {
          response.writeHead(status);
          response.end(typeof body === "string" ? body : JSON.stringify(body));
        });
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

  /** Of every object. */
  paths(): string[] {
    return [...this.#objects.keys()];
  }

  #answer(method: string, url: URL, body: string): Answer {
    const path = url.pathname;
    const canned = this.answers.get(path);
    if (canned !== undefined)
      return typeof canned === "function" ? canned(body, url.searchParams) : canned;
    if (path === "/api/v1/namespaces/kube-system" && !this.has(path)) {
      return { status: 200, body: { metadata: { name: "kube-system", uid: this.uid } } };
    }
    const object = this.#objects.get(path);
    if (method === "DELETE" && object !== undefined) {
      this.#objects.delete(path);
      return { status: 200, body: { kind: "Status", status: "Success" } };
    }
    if (method === "POST") {
      const posted = JSON.parse(body) as Stored;
      if (this.has(`${path}/${posted.metadata.name}`)) return alreadyExists(path);
      this.put(path, posted);
      return { status: 201, body: posted };
    }
    const manager = url.searchParams.get("fieldManager");
    if (url.searchParams.get("force") === "true") {
      for (const key of this.owners.keys()) if (key.startsWith(`${path} `)) this.owners.delete(key);
    }
    if (method === "PATCH" && object === undefined && manager !== null) {
      const applied = JSON.parse(body) as Stored;
      return this.#apply(
        path,
        { ...applied, metadata: { name: applied.metadata.name } },
        applied,
        manager,
      );
    }
    if (method === "PATCH" && object !== undefined) {
      const patch = JSON.parse(body) as Partial<Stored>;
      if (manager !== null) return this.#apply(path, object, patch as Stored, manager);
      const { resourceVersion } = object.metadata;
      const seen = patch.metadata?.resourceVersion ?? resourceVersion;
      if (seen !== resourceVersion)
        return { status: 409, body: { reason: "Conflict", message: "" } };
      const next = String(Number(resourceVersion ?? 0) + 1);
      const versioned = merge(patch, { metadata: { resourceVersion: next } });
      return this.#store(path, merge(object, versioned) as Stored);
    }
    if (method === "GET" && object !== undefined) return { status: 200, body: object };
    const items = method === "GET" ? this.#list(path, url.searchParams.get("labelSelector")) : [];
    if (items.length > 0 || (method === "GET" && isCollection(path))) {
      return { status: 200, body: { items } };
    }
    return notFound(path);
  }

  #store(path: string, object: Stored): Answer {
    this.#objects.set(path, object);
    return { status: 200, body: object };
  }

  /** Server-side apply of labels, annotations and the spec as a whole; without an object it makes one. */
  #apply(path: string, object: Stored, applied: Stored, manager: string): Answer {
    const metadata = { ...object.metadata };
    const mine = `${manager} ${path}`;
    for (const part of ["labels", "annotations"] as const) {
      const wanted = applied.metadata[part] ?? {};
      const values = { ...metadata[part] };
      for (const [key, value] of Object.entries(wanted)) {
        const owner = this.owners.get(`${path} ${key}`);
        if (owner !== undefined && owner !== manager && values[key] !== value) {
          const message = `Apply failed with 1 conflict: conflict with "${owner}" using v1: .metadata.${part}.${key}`;
          return { status: 409, body: { kind: "Status", reason: "Conflict", message } };
        }
      }
      for (const key of this.#applied.get(`${mine} ${part}`) ?? []) {
        if (!(key in wanted)) Reflect.deleteProperty(values, key);
      }
      this.#applied.set(`${mine} ${part}`, Object.keys(wanted));
      metadata[part] = { ...values, ...wanted };
    }
    const others = (metadata.managedFields ?? []).filter((one) => one.manager !== manager);
    const { labels = {}, annotations = {} } = applied.metadata;
    const isNothing = Object.keys({ ...labels, ...annotations }).length === 0;
    metadata.managedFields = isNothing ? others : [...others, { manager }];
    for (const [key, value] of Object.entries(applied["spec"] ?? {})) {
      const owner = this.owners.get(`${path} ${key}`);
      const present = (object["spec"] as Record<string, unknown> | undefined)?.[key];
      if (owner !== undefined && owner !== manager && !isDeepStrictEqual(present, value)) {
        const message = `Apply failed with 1 conflict: conflict with "${owner}" using v1: .spec.${key}`;
        return { status: 409, body: { kind: "Status", reason: "Conflict", message } };
      }
    }
    const { spec = object["spec"] } = applied;
    return this.#store(path, { ...object, metadata, ...(spec !== undefined && { spec }) });
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
            const found = metadata.labels?.[key];
            return value === undefined ? found !== undefined : found === value;
          }),
      );
  }
}

/** JSON merge patch. */
function merge(target: unknown, patch: unknown): unknown {
  if (typeof patch !== "object" || patch === null || Array.isArray(patch)) return patch;
  const merged: Record<string, unknown> = { ...(target as object) };
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) Reflect.deleteProperty(merged, key);
    else merged[key] = merge(merged[key], value);
  }
  return merged;
}

interface Answer {
  readonly status: number;
  readonly body: unknown;
}

const collections = [
  "services",
  "endpoints",
  "nodes",
  "pods",
  "deployments",
  "servicecidrs",
  "secrets",
  "namespaces",
  "serviceaccounts",
];

function isCollection(path: string): boolean {
  return collections.includes(path.split("/").at(-1) ?? "");
}

function alreadyExists(path: string): Answer {
  return { status: 409, body: { kind: "Status", reason: "AlreadyExists", message: path } };
}

function notFound(path: string): Answer {
  return {
    status: 404,
    body: { kind: "Status", reason: "NotFound", message: `${path} not found` },
  };
}
