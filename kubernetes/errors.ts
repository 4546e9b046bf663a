/** What stood between us and an answer of a Kubernetes API server. */
export class KubernetesApiError extends Error {
  /** HTTP status; undefined where there was no answer at all. */
  readonly status: number | undefined;
  /** Kubernetes' one-word reason (`NotFound`), or the code of the network error (`ECONNREFUSED`). */
  readonly reason: string;
  /** What came in the answer, or what the network said. */
  readonly detail: string;

  constructor(
    request: string,
    status: number | undefined,
    reason: string,
    detail: string,
    options?: ErrorOptions,
  ) {
    super(
      status === undefined
        ? `no answer to ${request}: ${detail}`
        : `${request}: ${status} ${reason}: ${detail}`,
      options,
    );
    this.name = "KubernetesApiError";
    this.status = status;
    this.reason = reason;
    this.detail = detail;
  }
}

/** The file that a kubeconfig should be in isn't there. */
export class NoKubeconfig extends Error {}

/**
 * A kubeconfig leads to another cluster than it did before, or it can't be told to which one. Nothing was
 * asked of the cluster but which one it is. It has a status, since something did answer: silence may mean
 * that a cluster is gone, this never does.
 */
export class AnotherCluster extends KubernetesApiError {
  constructor(message: string, options?: ErrorOptions) {
    super("", 421, "AnotherCluster", message, options);
    this.name = "AnotherCluster";
    this.message = message;
  }
}

/** The object, or what serves it, isn't there. */
export function isNotFound(error: unknown): boolean {
  return error instanceof KubernetesApiError && error.status === 404;
}

/** There was no answer in time: it says nothing about what was asked. */
export function isTimeout(error: unknown): boolean {
  return isUnreachable(error) && (error as KubernetesApiError).reason === "ETIMEDOUT";
}

/** What would answer stands behind the API server, and isn't there: an aggregated API without a backend. */
export function isUnavailable(error: unknown): boolean {
  return error instanceof KubernetesApiError && error.status === 503;
}

/** The API server did nothing yet, and asks for the same request again. */
export function isBusy(error: unknown): boolean {
  return error instanceof KubernetesApiError && error.status === 429;
}

/** What a page of a list goes on from is no longer kept. */
export function isExpired(error: unknown): boolean {
  return error instanceof KubernetesApiError && error.status === 410;
}

/** An object of that name is there already. */
export function isAlreadyThere(error: unknown): boolean {
  return error instanceof KubernetesApiError && error.reason === "AlreadyExists";
}

/** Somebody else changed the object since it was read, or manages the field. */
export function isConflict(error: unknown): error is KubernetesApiError {
  return error instanceof KubernetesApiError && error.status === 409;
}

/** Nothing answers at the address: the cluster is stopped, gone, or on the other side of a network. */
export function isUnreachable(error: unknown): boolean {
  return error instanceof KubernetesApiError && error.status === undefined;
}

/**
 * What answers is not the cluster of the kubeconfig: its certificate was signed by another authority.
 * Docker gives a freed port of the host to the next cluster.
 */
export function isAnotherCluster(error: unknown): boolean {
  return error instanceof KubernetesApiError && foreignCertificate.has(error.reason);
}

const foreignCertificate: ReadonlySet<string> = new Set([
  "DEPTH_ZERO_SELF_SIGNED_CERT",
  "SELF_SIGNED_CERT_IN_CHAIN",
  "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
  "UNABLE_TO_GET_ISSUER_CERT",
  "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
  "CERT_SIGNATURE_FAILURE",
]);
