import type { Duplex } from "node:stream";
import type { ExecRequest, ExecResult } from "./exec.ts";
import type { PodPort } from "./port-forward.ts";

/** Parameters of a request, as they stand in its query. */
export type Query = Readonly<Record<string, string>>;

/**
 * The little of a Kubernetes API server that the gates and the verification need: paths in, JSON out.
 * Every call ends by itself within `timeLimits.apiRequest`.
 * @throws KubernetesApiError from every call
 */
export interface KubernetesApi {
  /** Address, for messages. */
  readonly server: string;
  get<T>(path: string, query?: Query): Promise<T>;
  /** The answer's text: logs, metrics. */
  text(path: string, query?: Query): Promise<string>;
  /** Text that a pod serves by HTTP: `GET` of a path at one of its ports. */
  podText(namespace: string, pod: string, port: number, path: string): Promise<string>;
  /**
   * Runs a command in a container of a pod. An exit code other than 0 is an answer, not an error.
   * Everything secret goes through `stdin`: the command stands in the URL and in the pod's process list.
   */
  exec(request: ExecRequest): Promise<ExecResult>;
  /**
   * A connection to a port of a pod, past its proxy; it is closed when `use` is done, or after
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
   * Server-side apply of an object that exists: sets the fields that it names, and takes away those that
   * the manager set before and no longer names. Everything else stays.
   * @param options `force` takes over fields that somebody else manages: for objects of the package's own
   * @throws KubernetesApiError 409, where somebody else manages one of the fields with another value
   */
  apply<T>(
    path: string,
    body: unknown,
    fieldManager: string,
    options?: { readonly force: boolean },
  ): Promise<T>;
  delete(path: string): Promise<void>;
}

/** Where a cluster's kubeconfig is: its text, or a file. */
export type ClusterAccess = (
  { readonly kubeconfig: string } | { readonly kubeconfigPath: string }
) & {
  /** @default the current context of the kubeconfig */
  readonly context?: string | undefined;
  /**
   * UID of the namespace kube-system, by which a cluster is known. Where another cluster answers, every
   * request fails with `AnotherCluster` and none is sent. @default whatever answers is taken
   */
  readonly uid?: string | undefined;
};
