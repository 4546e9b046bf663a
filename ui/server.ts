import { randomBytes, timingSafeEqual } from "node:crypto";
import http from "node:http";
import type { AddressInfo } from "node:net";
import type { Asset } from "./assets.ts";
import type { Listener } from "./live.ts";

export interface PageServer {
  /** Address with its token: who has it may look. */
  readonly url: string;
  /** Ends open pages, and frees the port. */
  close(): Promise<void>;
}

export interface PageServerOptions {
  /** Files of the page by name; `index.html` is the page itself. */
  readonly assets: ReadonlyMap<string, Asset>;
  /** Begins to tell a page what is known and what is new. @returns ends it */
  readonly listen: (listener: Listener) => () => void;
  /** @default one that is free */
  readonly port?: number;
}

/** Only this machine reaches it. */
const loopback = "127.0.0.1";

/** So many pages may be open at once. */
const mostPages = 16;

/** A line that says nothing, so that both ends notice where the other is gone, in milliseconds. */
const heartbeat = 15_000;

/** A page that doesn't read is let go, once so many bytes wait for it. */
const mostWaiting = 16 * 1024 * 1024;

/**
 * What a page may do, which is to run its own script and to read its own events. Nothing leads anywhere else,
 * and nobody may put it into a frame or keep what it was sent.
 */
const headers: Readonly<Record<string, string>> = {
  "content-security-policy": [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self'",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ].join("; "),
  "cache-control": "no-store",
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  "permissions-policy": "camera=(), geolocation=(), microphone=()",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
  "x-frame-options": "DENY",
};

/**
 * Serves the page on the loopback address. It answers `GET` and `HEAD` below a path that holds a random token, and
 * nothing else: other names of this machine, other sites' requests and other methods are refused.
 *
 * @throws Error where the port is taken
 */
export async function servePage(options: PageServerOptions): Promise<PageServer> {
  const token = randomBytes(24).toString("base64url");
  const pages = new Set<() => void>();
  const server = http.createServer((request, response) => {
    const refusal = refusalOf(request, portOf(server));
    if (refusal !== undefined) {
      answer(response, refusal, `${http.STATUS_CODES[refusal] ?? ""}\n`, plain);
      return;
    }
    const name = nameIn(request.url ?? "", token);
    if (name === "events") {
      openPage(request, response, options.listen, pages);
      return;
    }
    const asset = name === undefined ? undefined : options.assets.get(name || "index.html");
    if (asset === undefined) answer(response, 404, "Not Found\n", plain);
    else answer(response, 200, request.method === "HEAD" ? "" : asset.content, asset.type);
  });
  server.headersTimeout = 10_000;
  server.requestTimeout = 10_000;
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(options.port ?? 0, loopback, () => {
      server.off("error", reject);
      resolve();
    });
  });
  return {
    url: `http://${loopback}:${portOf(server)}/${token}/`,
    close: async () => {
      for (const end of pages) end();
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

const plain = "text/plain; charset=utf-8";

function answer(
  response: http.ServerResponse,
  status: number,
  content: string | Uint8Array,
  type: string,
): void {
  response.writeHead(status, {
    ...headers,
    "content-type": type,
    ...(status === 405 && { allow: "GET, HEAD" }),
  });
  response.end(content);
}

/** Why a request gets nothing, as a status. */
function refusalOf(
  { method, headers: told }: http.IncomingMessage,
  port: number,
): number | undefined {
  // A name that leads here by somebody's DNS would make another site's page one of ours.
  const hosts = [`${loopback}:${port}`, `localhost:${port}`];
  if (!hosts.includes(told.host ?? "")) return 421;
  if (told.origin !== undefined && told.origin !== `http://${told.host ?? ""}`) return 403;
  const from = told["sec-fetch-site"];
  if (from !== undefined && from !== "same-origin" && from !== "none") return 403;
  return method === "GET" || method === "HEAD" ? undefined : 405;
}

/** The name of a file below the token's path; undefined where the path has not the token. */
function nameIn(url: string, token: string): string | undefined {
  const [, given = "", name] = /^\/([^/?]*)\/([^/?]*)(?:\?.*)?$/.exec(url) ?? [];
  const [one, other] = [Buffer.from(given), Buffer.from(token)];
  return one.length === other.length && timingSafeEqual(one, other) ? name : undefined;
}

/** Sends server-sent events until one of the two ends it. */
function openPage(
  request: http.IncomingMessage,
  response: http.ServerResponse,
  listen: PageServerOptions["listen"],
  pages: Set<() => void>,
): void {
  if (request.method === "HEAD") {
    answer(response, 200, "", "text/event-stream");
    return;
  }
  if (pages.size >= mostPages) {
    answer(response, 503, `${mostPages} pages are open already: close one\n`, plain);
    return;
  }
  response.writeHead(200, { ...headers, "content-type": "text/event-stream" });
  const send = (text: string): void => {
    if (response.writableLength > mostWaiting) response.destroy();
    else response.write(text);
  };
  send("retry: 2000\n\n");
  const beat = setInterval(() => send(":\n\n"), heartbeat);
  let stopListening = (): void => undefined;
  const end = (): void => {
    clearInterval(beat);
    pages.delete(end);
    stopListening();
    response.end();
  };
  pages.add(end);
  response.once("close", end);
  // JSON has no line breaks of its own, which would end a field.
  stopListening = listen((name, data) => send(`event: ${name}\ndata: ${JSON.stringify(data)}\n\n`));
}

function portOf(server: http.Server): number {
  return (server.address() as AddressInfo | null)?.port ?? 0;
}
