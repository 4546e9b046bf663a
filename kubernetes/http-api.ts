import http from "node:http";
import https from "node:https";
import type { Duplex } from "node:stream";
import { text } from "node:stream/consumers";
import pRetry from "p-retry";
import { timeLimits } from "../system/time-limits.ts";
import type { KubernetesApi, Query } from "./api.ts";
import { Deferred } from "./deferred.ts";
import { isBusy, isUnauthorized, KubernetesApiError } from "./errors.ts";
import { type Lanes, ownLanes } from "./lanes.ts";
import type { ExecRequest, ExecResult, PodPort, PodRequest } from "./pod-requests.ts";

interface Request {
  readonly method: string;
  readonly path: string;
  readonly query?: Query | undefined;
  readonly body?: unknown;
  readonly contentType?: string;
}

/** What all requests to one API server share. */
export interface Connection {
  readonly options: https.RequestOptions;
  readonly headers: http.OutgoingHttpHeaders;
}

/** Asks a pod past its proxy. */
export type Forward = (request: PodRequest, signal: AbortSignal) => Promise<string>;

/** Requests to pods through WebSockets. */
export interface PodAccess {
  readonly exec: (request: ExecRequest, signal: AbortSignal) => Promise<ExecResult>;
  readonly atPort: <T>(port: PodPort, use: (connection: Duplex) => Promise<T>) => Promise<T>;
}

/** A Kubernetes API over node:https. */
export class HttpApi implements KubernetesApi {
  readonly server: string;
  #connection: Connection;
  readonly #renew: (() => Promise<Connection>) | undefined;
  #renewing: Promise<Connection> | undefined;
  readonly #signal: AbortSignal | undefined;
  readonly #forward: Forward;
  readonly #pods: PodAccess | undefined;
  readonly #lanes: Lanes;
  /** Ports of pods whose policies refuse the API server. They aren't asked this way again. */
  readonly #closed = new Set<string>();

  /** @param renew new credentials, if the former ones may end */
  constructor(
    server: string,
    connection: Connection,
    signal: AbortSignal | undefined,
    forward: Forward,
    pods?: PodAccess,
    lanes: Lanes = ownLanes(),
    renew?: () => Promise<Connection>,
  ) {
    this.server = server;
    this.#connection = connection;
    this.#signal = signal;
    this.#forward = forward;
    this.#pods = pods;
    this.#lanes = lanes;
    this.#renew = renew;
  }

  async get<T>(path: string, query?: Query): Promise<T> {
    return JSON.parse(await this.#send({ method: "GET", path, query })) as T;
  }

  text(path: string, query?: Query): Promise<string> {
    return this.#send({ method: "GET", path, query });
  }

  async podText(namespace: string, pod: string, port: number, path: string): Promise<string> {
    const at = `/api/v1/namespaces/${namespace}/pods/${pod}:${port}`;
    try {
      if (!this.#closed.has(at)) return await this.text(`${at}/proxy${path}`);
    } catch (error) {
      if (!isPolicyRefusal(error)) throw error;
      this.#closed.add(at);
    }
    const shown = `GET ${path} by port-forward to pod ${pod} at ${this.server}`;
    return this.#session(shown, undefined, (signal) =>
      this.#forward({ namespace, pod, port, path }, signal),
    );
  }

  async exec(request: ExecRequest): Promise<ExecResult> {
    const { namespace, pod, container, limit } = request;
    const shown = `exec in container ${container} of pod ${namespace}/${pod} at ${this.server}`;
    return this.#session(shown, limit, (signal) => this.#intoPods(shown).exec(request, signal));
  }

  async atPort<T>(
    port: PodPort,
    use: (connection: Duplex, signal: AbortSignal) => Promise<T>,
  ): Promise<T> {
    const shown = `port-forward to port ${port.port} of pod ${port.namespace}/${port.pod} at ${this.server}`;
    return this.#session(shown, undefined, (signal) =>
      this.#intoPods(shown).atPort(port, (connection) => use(connection, signal)),
    );
  }

  #intoPods(shown: string): PodAccess {
    if (this.#pods === undefined) throw new Error(`${shown}: no connection to pods`);
    return this.#pods;
  }

  /** The time limit begins when it is its turn. */
  #session<T>(
    shown: string,
    milliseconds: number | undefined,
    ask: (signal: AbortSignal) => Promise<T>,
  ): Promise<T> {
    return this.#lanes.sessions(() => this.#sessionNow(shown, milliseconds, ask));
  }

  async #sessionNow<T>(
    shown: string,
    milliseconds: number | undefined,
    ask: (signal: AbortSignal) => Promise<T>,
  ): Promise<T> {
    this.#signal?.throwIfAborted();
    const { limit, signal } = this.#limits(milliseconds);
    const ended = new Deferred<never>();
    const end = (): void => ended.reject(signal.reason as Error);
    signal.addEventListener("abort", end, { once: true });
    try {
      return await Promise.race([ask(signal), ended.promise]);
    } catch (error) {
      this.#signal?.throwIfAborted();
      if (limit.aborted) throw timedOut(shown, milliseconds ?? timeLimits.apiRequest);
      throw new KubernetesApiError(shown, 502, "Error", wordsOf(error), { cause: error });
    } finally {
      signal.removeEventListener("abort", end);
    }
  }

  async post<T>(path: string, body: unknown, query?: Query): Promise<T> {
    return JSON.parse(await this.#send({ method: "POST", path, query, body })) as T;
  }

  async patch<T>(path: string, body: unknown, query?: Query): Promise<T> {
    const contentType = "application/merge-patch+json";
    return JSON.parse(await this.#send({ method: "PATCH", path, query, body, contentType })) as T;
  }

  async apply<T>(
    path: string,
    body: unknown,
    fieldManager: string,
    { force } = { force: false },
  ): Promise<T> {
    const contentType = "application/apply-patch+yaml";
    const query = { fieldManager, ...(force && { force: "true" }) };
    return JSON.parse(await this.#send({ method: "PATCH", path, query, body, contentType })) as T;
  }

  async delete(path: string): Promise<void> {
    await this.#send({ method: "DELETE", path });
  }

  #limits(milliseconds: number = timeLimits.apiRequest): {
    readonly limit: AbortSignal;
    readonly signal: AbortSignal;
  } {
    const limit = AbortSignal.timeout(milliseconds);
    return {
      limit,
      signal: this.#signal === undefined ? limit : AbortSignal.any([this.#signal, limit]),
    };
  }

  /** An API server that is busy, for example with the storage of a new CRD, asks to repeat the request. */
  #send(request: Request): Promise<string> {
    const inTurn = (): Promise<string> =>
      this.#lanes.requests(() => {
        this.#signal?.throwIfAborted();
        return this.#sendAsUser(request);
      });
    return pRetry(inTurn, {
      shouldRetry: ({ error }) => isBusy(error),
      retries: Number.POSITIVE_INFINITY,
      minTimeout: 200,
      maxTimeout: 2_000,
      maxRetryTime: timeLimits.apiRequest,
      ...(this.#signal && { signal: this.#signal }),
    });
  }

  /** The credentials may have ended since the last request. */
  async #sendAsUser(request: Request): Promise<string> {
    const used = this.#connection;
    try {
      return await this.#sendOnce(request);
    } catch (error) {
      if (this.#renew === undefined || !isUnauthorized(error)) throw error;
      if (this.#connection === used) {
        // All requests that fail at once wait for one renewal.
        this.#renewing ??= this.#renew().finally(() => (this.#renewing = undefined));
        this.#connection = await this.#renewing;
      }
      return this.#sendOnce(request);
    }
  }

  #sendOnce(request: Request): Promise<string> {
    // Without the query: a selector of many labels hides what the message is about.
    const shown = `${request.method} ${this.server}${request.path}`;
    const url = new URL(this.server.replace(/\/$/, "") + request.path);
    for (const [key, value] of Object.entries(request.query ?? {})) {
      url.searchParams.set(key, value);
    }
    const body = request.body === undefined ? undefined : JSON.stringify(request.body);
    const headers: http.OutgoingHttpHeaders = { ...this.#connection.headers };
    if (body !== undefined) {
      headers["content-type"] = request.contentType ?? "application/json";
      headers["content-length"] = Buffer.byteLength(body);
    }
    const { limit, signal } = this.#limits();
    return new Promise((resolve, reject) => {
      const fail = (error: Error): void => {
        if (this.#signal?.aborted === true) {
          reject(this.#signal.reason as Error);
        } else if (limit.aborted) {
          reject(timedOut(shown, timeLimits.apiRequest));
        } else {
          const code = (error as NodeJS.ErrnoException).code ?? error.name;
          // The server closed a kept connection just before its next use; a new one may work.
          if (code === "ECONNRESET" && call.reusedSocket && request.method === "GET") {
            resolve(this.#sendOnce(request));
            return;
          }
          reject(
            new KubernetesApiError(shown, undefined, code, networkWords(error), { cause: error }),
          );
        }
      };
      const transport = url.protocol === "http:" ? http : https;
      const call = transport.request(
        url,
        { ...this.#connection.options, method: request.method, headers, signal },
        (response) => {
          const status = response.statusCode ?? 0;
          text(response).then((body) => {
            if (status >= 200 && status < 300) resolve(body);
            else reject(errorOf(shown, status, body));
          }, fail);
        },
      );
      call.on("error", fail);
      call.end(body);
    });
  }
}

function timedOut(shown: string, milliseconds: number): KubernetesApiError {
  const words = `nothing within ${milliseconds / 1000} s`;
  return new KubernetesApiError(shown, undefined, "ETIMEDOUT", words);
}

/**
 * The pod's own proxy refused, not the API server (which gives a reason). Linkerd's policies let only its own
 * Prometheus read the metrics (those of the service mirrors since edge-26.4.1), and only at the pod's
 * address.
 */
function isPolicyRefusal(error: unknown): boolean {
  return (
    error instanceof KubernetesApiError && error.status === 403 && error.reason !== "Forbidden"
  );
}

/** The library's WebSocket fails with events, which aren't errors. */
function wordsOf(error: unknown): string {
  const message = (error as { readonly message?: unknown }).message;
  return typeof message === "string" && message !== "" ? message : "the connection failed";
}

function networkWords(error: Error): string {
  // "localhost" has two addresses, and the error about both has an empty message.
  const first = error instanceof AggregateError ? (error.errors[0] as Error) : error;
  return first.message;
}

function errorOf(shown: string, status: number, text: string): KubernetesApiError {
  try {
    const answer = JSON.parse(text) as { reason?: unknown; message?: unknown };
    if (typeof answer.message === "string") {
      const reason = typeof answer.reason === "string" ? answer.reason : "";
      return new KubernetesApiError(shown, status, reason || "Error", answer.message);
    }
  } catch {
    // A proxy or a pod between this process and the API server answers in its own words.
  }
  return new KubernetesApiError(shown, status, "Error", text.trim().slice(0, 500));
}
