import type { Duplex } from "node:stream";
import type { ExecRequest, ExecResult, PodPort } from "./pod-requests.ts";

/** Parameters of a request's query. */
export type Query = Readonly<Record<string, string>>;

/**
 * The few requests to a Kubernetes API server that the gates and the verification need: paths in, JSON out.
 * Every call ends within `timeLimits.apiRequest`.
 * @throws KubernetesApiError from every call
 */
export interface KubernetesApi {
  /** Address, for messages. */
  readonly server: string;
  get<T>(path: string, query?: Query): Promise<T>;
  /** The response as text: logs, metrics. */
  text(path: string, query?: Query): Promise<string>;
  /** `GET` of a path at an HTTP port of a pod. */
  podText(namespace: string, pod: string, port: number, path: string): Promise<string>;
  /**
   * Runs a command in a container of a pod. An exit code other than 0 is a result, not an error. Pass secrets
   * through `stdin`: the command appears in the URL and in the pod's process list.
   */
  exec(request: ExecRequest): Promise<ExecResult>;
  /**
   * A connection to a port of a pod, past its proxy. It closes when `use` is done, or after
   * `timeLimits.apiRequest`.
   */
  atPort<T>(
    port: PodPort,
    use: (connection: Duplex, signal: AbortSignal) => Promise<T>,
  ): Promise<T>;
  post<T>(path: string, body: unknown, query?: Query): Promise<T>;
  /** JSON merge patch. */
  patch<T>(path: string, body: unknown, query?: Query): Promise<T>;
  /**
   * Server-side apply of an existing object. It sets the fields that it names, and removes those that the
   * manager set earlier and no longer names. Everything else stays.
   * @param options `force` takes over fields that somebody else manages: for objects of the package's own
   * @throws KubernetesApiError 409 if somebody else manages one of the fields with another value
   */
  apply<T>(
    path: string,
    body: unknown,
    fieldManager: string,
    options?: { readonly force: boolean },
  ): Promise<T>;
  delete(path: string): Promise<void>;
}

/** Access to a cluster that has a name in a mesh. */
export type NamedAccess = ClusterAccess & { readonly name: string };

/** The kubeconfig of a cluster: its text, or a file. */
export type ClusterAccess = (
  | { readonly kubeconfig: string }
  | { readonly kubeconfigPath: string }
) & {
  /** @default the current context of the kubeconfig */
  readonly context?: string | undefined;
  /**
   * UID of the namespace kube-system, which identifies the cluster. If another cluster answers, every request
   * fails with `AnotherCluster` before it is sent. @default any cluster is accepted
   */
  readonly uid?: string | undefined;
};
