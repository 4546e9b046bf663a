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
  post<T>(path: string, body: unknown, query?: Query): Promise<T>;
  /** JSON merge patch. */
  patch<T>(path: string, body: unknown, query?: Query): Promise<T>;
  delete(path: string): Promise<void>;
}

/** Where a cluster's kubeconfig is: its text, or a file. */
export type ClusterAccess = (
  { readonly kubeconfig: string } | { readonly kubeconfigPath: string }
) & {
  /** @default the current context of the kubeconfig */
  readonly context?: string | undefined;
};
