import type { KubernetesApi } from "../../kubernetes/api.ts";

/** A request of the client's. */
export interface Asked {
  readonly url: string;
  /** Such as `authorization: Bearer ...`. */
  readonly headers?: readonly string[];
  /** File in the client's container with the authority of the server. */
  readonly authority?: string;
  /** The name that the server's certificate has, where it is not that of the URL. */
  readonly serverName?: string | undefined;
}

/** What came of it. */
export interface Answered {
  /** HTTP status; undefined: there was no answer. */
  readonly status: number | undefined;
  /** The beginning of the answer. */
  readonly body: string;
  /** Why there was no answer, in curl's words. */
  readonly error: string | undefined;
}

/** Lets the client of a cluster put one request. */
export type Asker = (api: KubernetesApi, request: Asked) => Promise<Answered>;
