import { mkdirSync, writeFileSync } from "node:fs";
import http from "node:http";
import type { AddressInfo } from "node:net";
import path from "node:path";
import type { PropertyMap } from "../../providers/server/index.ts";
import { text } from "./recipes.ts";
import { helmStatus } from "./strictness.ts";
import type { World } from "./world.ts";

/**
 * What of the clusters' APIs the commands use to tidy up after a killed engine: Helm's records of the
 * releases in a {@link World}, which can be listed and deleted, and the objects in clusters that no stack makes.
 */
export class HelmRecords {
  readonly #server: http.Server;
  readonly #world: World;
  readonly #directory: string;

  private constructor(world: World, directory: string) {
    this.#world = world;
    this.#directory = directory;
    this.#server = http.createServer((request, response) => {
      const cluster = /^Bearer (.*)$/.exec(request.headers.authorization ?? "")?.[1] ?? "";
      const url = new URL(request.url ?? "", "http://cluster");
      const answer = this.#answer(cluster, request.method ?? "", url);
      response.writeHead(answer === undefined ? 404 : 200);
      response.end(JSON.stringify(answer ?? {}));
    });
    // A connection that is kept would keep the process.
    this.#server.unref();
  }

  /** @param directory where the kubeconfigs are written */
  static async serve(world: World, directory: string): Promise<HelmRecords> {
    const records = new HelmRecords(world, directory);
    mkdirSync(directory, { recursive: true });
    await new Promise<void>((resolve) => records.#server.listen(0, "127.0.0.1", resolve));
    world.kubeconfigPath = (cluster) => records.#kubeconfig(cluster);
    return records;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  /** Kubeconfig of a cluster that no stack makes. @param cluster logical name */
  outside(cluster: string): string {
    this.#world.outside.add(cluster);
    return this.#kubeconfig(cluster, "current");
  }

  #kubeconfig(cluster: string, context = cluster): string {
    const file = path.join(this.#directory, `${cluster}.kubeconfig`);
    const server = `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
    writeFileSync(
      file,
      JSON.stringify({
        clusters: [{ name: cluster, cluster: { server, "insecure-skip-tls-verify": true } }],
        users: [{ name: cluster, user: { token: cluster } }],
        contexts: [{ name: context, context: { cluster, user: cluster } }],
        "current-context": context,
      }),
      { mode: 0o600 },
    );
    return file;
  }

  #answer(cluster: string, method: string, { pathname, searchParams }: URL): unknown {
    const [, namespace = "", name] =
      /^\/api\/v1\/namespaces\/([^/]+)\/secrets(?:\/(.*))?$/.exec(pathname) ?? [];
    const uid = this.#world.outside.has(cluster)
      ? `uid-of-${cluster}`
      : this.#world.objects.get(`kind:index:Cluster ${cluster}`)?.["uid"];
    if (uid === undefined) return undefined;
    if (pathname === "/api/v1/namespaces/kube-system") return { metadata: { uid } };
    if (namespace === "" || name?.startsWith(record) === false) {
      return served(pathname) ?? this.#object(cluster, method, pathname);
    }
    const found = this.#releases(cluster).filter((release) => release.namespace === namespace);
    if (method === "GET" && name === undefined) {
      const selector = searchParams.get("labelSelector") ?? "";
      const wanted = /(?:^|,)name=([^,]+)/.exec(selector)?.[1];
      const states = /status in \(([^)]*)\)/.exec(selector)?.[1]?.split(",");
      const items = found
        .filter((release) => wanted === undefined || release.name === wanted)
        .filter((release) => states === undefined || states.includes(release.status))
        .map((release) => ({ metadata: { name: recordOf(release.name), namespace } }));
      return { items };
    }
    const release = found.find((one) => recordOf(one.name) === name);
    if (method !== "DELETE" || release === undefined) return undefined;
    this.#forget(release.key, release.status);
    return {};
  }

  /** An object that the Kubernetes provider made in a cluster. */
  #object(cluster: string, method: string, pathname: string): unknown {
    const [, collection, name] = /\/([^/]+)\/([^/]+)$/.exec(pathname) ?? [];
    const kind = Object.values(kinds)
      .flat()
      .find((one) => pluralOf(one) === collection);
    const [key, object] =
      [...this.#world.objects].find(
        ([one, { metadata }]) =>
          one.startsWith("kubernetes:") &&
          one.includes(`:${kind ?? ""} in ${cluster}-`) &&
          (metadata as PropertyMap | undefined)?.["name"] === name,
      ) ?? [];
    if (key === undefined || object === undefined) return undefined;
    if (method === "DELETE") this.#world.objects.delete(key);
    const metadata = object["metadata"] as PropertyMap;
    return { metadata: { ...metadata, managedFields: [{ manager: "pulumi-kubernetes-double" }] } };
  }

  #releases(cluster: string): { key: string; name: string; namespace: string; status: string }[] {
    const beginning = `kubernetes:helm.sh/v3:Release in ${cluster}-`;
    return [...this.#world.objects]
      .filter(([key]) => key.startsWith(beginning))
      .map(([key, release]) => ({
        key,
        name: text(release["name"]),
        namespace: text(release["namespace"]),
        status: helmStatus(release),
      }));
  }

  /** Without the record of an upgrade, the one of the revision before it is the latest. */
  #forget(key: string, status: string): void {
    const { objects } = this.#world;
    const release = objects.get(key);
    if (status === "pending-upgrade" && release !== undefined) {
      const before = release["status"] as Record<string, string>;
      objects.set(key, { ...release, status: { ...before, status: "deployed" } });
    } else {
      objects.delete(key);
    }
  }
}

const record = "sh.helm.release.v1.";

function recordOf(release: string): string {
  return `${record}${release}.v1`;
}

/** Kinds of the objects that components make, by where they are served. */
const kinds: Readonly<Record<string, readonly string[]>> = {
  "/api/v1": ["Namespace", "Secret", "ServiceAccount"],
  "/apis/rbac.authorization.k8s.io/v1": ["ClusterRole", "ClusterRoleBinding"],
  "/apis/multicluster.linkerd.io/v1alpha3": ["Link"],
};

function pluralOf(kind: string): string {
  return `${kind.toLowerCase()}s`;
}

function served(pathname: string): unknown {
  const resources = kinds[pathname]?.map((kind) => ({
    kind,
    name: pluralOf(kind),
    namespaced: !/^(Namespace|Cluster.*)$/.test(kind),
  }));
  return resources && { resources };
}
