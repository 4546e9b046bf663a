import { isUnknownAuthority } from "../system/authorities.ts";

/** A request to a Kubernetes API server failed. */
export class KubernetesApiError extends Error {
  /** HTTP status. Undefined if there was no answer at all. */
  readonly status: number | undefined;
  /** Kubernetes' one-word reason (`NotFound`), or the code of the network error (`ECONNREFUSED`). */
  readonly reason: string;
  /** The content of the answer, or the message of the network error. */
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

/** There is no file at the path of a kubeconfig. */
export class NoKubeconfig extends Error {}

/**
 * A kubeconfig leads to another cluster than before, or to one that doesn't say which it is. No other request
 * was sent to it. The error has a status, because something answered: silence may mean that a cluster is
 * gone, this never does.
 */
export class AnotherCluster extends KubernetesApiError {
  constructor(message: string, options?: ErrorOptions) {
    super("", 421, "AnotherCluster", message, options);
    this.name = "AnotherCluster";
    this.message = message;
  }
}

/** The object, or what serves it, doesn't exist. */
export function isNotFound(error: unknown): boolean {
  return error instanceof KubernetesApiError && error.status === 404;
}

/** There was no answer in time. That says nothing about the object. */
export function isTimeout(error: unknown): boolean {
  return isUnreachable(error) && (error as KubernetesApiError).reason === "ETIMEDOUT";
}

/** An aggregated API has no backend behind the API server. */
export function isUnavailable(error: unknown): boolean {
  return error instanceof KubernetesApiError && error.status === 503;
}

/** The API server doesn't take the credentials: they have ended, or are somebody else's. */
export function isUnauthorized(error: unknown): boolean {
  return error instanceof KubernetesApiError && error.status === 401;
}

/** The API server did nothing yet, and asks to repeat the request. */
export function isBusy(error: unknown): boolean {
  return error instanceof KubernetesApiError && error.status === 429;
}

/** The API server no longer keeps the list that a page continues. */
export function isExpired(error: unknown): boolean {
  return error instanceof KubernetesApiError && error.status === 410;
}

/** An object of that name already exists. */
export function isAlreadyThere(error: unknown): boolean {
  return error instanceof KubernetesApiError && error.reason === "AlreadyExists";
}

/** Somebody else changed the object after it was read, or manages the field. */
export function isConflict(error: unknown): error is KubernetesApiError {
  return error instanceof KubernetesApiError && error.status === 409;
}

/** Nothing answers at the address: the cluster is stopped, gone, or out of reach. */
export function isUnreachable(error: unknown): boolean {
  return error instanceof KubernetesApiError && error.status === undefined;
}

/**
 * Another cluster than the kubeconfig's answers: another authority signed its certificate. Docker gives a
 * freed port of the host to the next cluster.
 */
export function isAnotherCluster(error: unknown): boolean {
  return error instanceof KubernetesApiError && isUnknownAuthority(error.reason);
}
