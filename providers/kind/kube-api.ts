import { Agent, request } from "node:https";
import type { KubeCredentials } from "./kubeconfig.ts";
import { timeLimits } from "./constants.ts";

/** An answer of the API server other than 2xx. */
export class KubeApiError extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.name = "KubeApiError";
    this.status = status;
  }
}

/**
 * As much of a Kubernetes client as this provider needs. The official one takes a second and more to
 * load, which a plugin would pay at every start.
 */
export class KubeApi {
  readonly #credentials: KubeCredentials;
  readonly #agent: Agent;

  constructor(credentials: KubeCredentials) {
    this.#credentials = credentials;
    this.#agent = new Agent({
      keepAlive: true,
      ca: credentials.caCertificate,
      cert: credentials.clientCertificate,
      key: credentials.clientKey,
    });
  }

  async get(path: string, signal: AbortSignal): Promise<unknown> {
    return this.#request("GET", path, signal);
  }

  /** Merge patch. */
  async patch(path: string, body: unknown, signal: AbortSignal): Promise<unknown> {
    return this.#request("PATCH", path, signal, body);
  }

  /** Gone already is no error. */
  async delete(path: string, signal: AbortSignal): Promise<void> {
    try {
      await this.#request("DELETE", path, signal);
    } catch (error) {
      if (!(error instanceof KubeApiError) || error.status !== 404) throw error;
    }
  }

  close(): void {
    this.#agent.destroy();
  }

  #request(method: string, path: string, signal: AbortSignal, body?: unknown): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const call = request(
        new URL(path, this.#credentials.server),
        {
          method,
          agent: this.#agent,
          signal,
          timeout: timeLimits.apiRequest,
          ...(body !== undefined && {
            headers: { "content-type": "application/merge-patch+json" },
          }),
        },
        (response) => {
          const chunks: Buffer[] = [];
          response.on("data", (chunk: Buffer) => chunks.push(chunk));
          response.on("error", reject);
          response.on("end", () => {
            const text = Buffer.concat(chunks).toString("utf8");
            const status = response.statusCode ?? 0;
            if (status >= 200 && status < 300) resolve(parse(text));
            else reject(new KubeApiError(status, `${method} ${path}: ${status} ${reason(text)}`));
          });
        },
      );
      call.on("timeout", () => {
        call.destroy(new Error(`${method} ${path}: no answer`));
      });
      call.on("error", reject);
      call.end(body === undefined ? undefined : JSON.stringify(body));
    });
  }
}

/** `/readyz` and its like answer with plain text. */
function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function reason(text: string): string {
  const body = parse(text);
  return typeof body === "object" && body !== null && "message" in body
    ? String(body.message)
    : text.slice(0, 200);
}
