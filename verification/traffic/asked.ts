import type { KubernetesApi } from "../../kubernetes/api.ts";

/** A request that the client sends. */
export interface Asked {
  readonly url: string;
  /** @default GET */
  readonly method?: string | undefined;
  /** A call of gRPC without a message. The answer's body is its status and message. */
  readonly grpc?: boolean;
  /** For example `authorization: Bearer ...`. */
  readonly headers?: readonly string[];
  /** File in the client's container with the authority of the server. */
  readonly authority?: string;
  /** The name in the server's certificate, if it isn't the one in the URL. */
  readonly serverName?: string | undefined;
}

/** The result of a request. */
export interface Answered {
  /** HTTP status. Undefined: there was no answer. */
  readonly status: number | undefined;
  /** The beginning of the answer. */
  readonly body: string;
  /** Why there was no answer, in curl's words. */
  readonly error: string | undefined;
}

/** Sends one request from the client of a cluster. */
export type Asker = (api: KubernetesApi, request: Asked) => Promise<Answered>;
