import { linkerdNamespace } from "../../planning/names.ts";
import { once } from "node:events";
import { type ClientHttp2Session, connect, constants } from "node:http2";
import type { Duplex } from "node:stream";
import { corePath } from "../../linkerd/names.ts";
import type { KubernetesApi } from "../../kubernetes/api.ts";
import { KubernetesApiError } from "../../kubernetes/errors.ts";
import { listAll } from "../../kubernetes/list-all.ts";
import type { Pod } from "../../kubernetes/objects.ts";
import { isReady } from "../../kubernetes/pods.ts";
import type { Endpoint, Update } from "./destination-messages.ts";
import { endpointKey, readUpdate, writeRequest } from "./destination-messages.ts";
import { together } from "./together.ts";
import { timeLimits } from "../../system/time-limits.ts";

/** Port at which proxies ask linkerd-destination. It needs no service account token. */
const destinationPort = 8086;
const destinationCall = "/io.linkerd.proxy.destination.Destination/Get";
/** Length of gRPC's header of each message: a flag and the message's length. */
const frameHead = 5;
/** gRPC's default limit for a message, in bytes. */
const longestMessage = 4 * 1024 * 1024;
/**
 * linkerd-destination reports each cluster on its own and never ends the stream. After this silence it has
 * said everything, in milliseconds.
 */
const quiet = 1_000;

/** What a cluster's linkerd-destination knows about a Service. */
export interface DestinationView {
  readonly endpoints: readonly Endpoint[];
  /** Why it refused. Undefined: it answered. */
  readonly refusal: string | undefined;
}

/** A question for linkerd-destination. */
interface Question {
  readonly authority: string;
  /**
   * Called with the endpoints known so far. If it returns true, the look ends before the controller falls
   * silent.
   */
  readonly enough: (endpoints: readonly Endpoint[]) => boolean;
}

/** Most streams of one connection. */
const mostTogether = 50;

const asking = together(mostTogether, askTogether);

/**
 * Asks linkerd-destination for the endpoints of a Service, as a proxy does, through a port-forward to its
 * pod. No proxy has to carry traffic for this. Simultaneous questions share a port-forward.
 *
 * @param enough called with the endpoints known so far; if it returns true, the look ends before the
 *   controller falls silent
 * @throws KubernetesApiError if no pod of it can be reached
 */
export function askDestination(
  api: KubernetesApi,
  authority: string,
  enough: Question["enough"],
): Promise<DestinationView> {
  return asking(api, { authority, enough });
}

async function askTogether(
  api: KubernetesApi,
  questions: readonly Question[],
): Promise<readonly (DestinationView | Error)[]> {
  const items = await listAll<Pod>(api, corePath(linkerdNamespace, "pods"), {
    labelSelector: "linkerd.io/control-plane-component=destination",
  });
  const pod = items.find(isReady);
  if (pod === undefined) {
    const refusal = "no pod of linkerd-destination is Ready";
    return questions.map(() => ({ endpoints: [], refusal }));
  }
  const port = {
    namespace: linkerdNamespace,
    pod: pod.metadata.name,
    port: destinationPort,
  };
  return api.atPort(port, (connection, signal) => listenTo(connection, questions, signal));
}

async function listenTo(
  connection: Duplex,
  questions: readonly Question[],
  signal: AbortSignal,
): Promise<readonly (DestinationView | Error)[]> {
  const session = connect("http://linkerd-destination", { createConnection: () => connection });
  // The streams or the connection report its end.
  session.on("error", () => undefined);
  const end = (): void => session.destroy(signal.reason as Error);
  signal.addEventListener("abort", end, { once: true });
  try {
    const views = await Promise.allSettled(questions.map((question) => listen(session, question)));
    return views.map((view) => (view.status === "fulfilled" ? view.value : (view.reason as Error)));
  } finally {
    signal.removeEventListener("abort", end);
    session.destroy();
    if (!session.destroyed) await once(session, "close");
  }
}

async function listen(
  session: ClientHttp2Session,
  { authority, enough }: Question,
): Promise<DestinationView> {
  const known = new Map<string, Endpoint>();
  const stream = session.request({
    [constants.HTTP2_HEADER_METHOD]: "POST",
    [constants.HTTP2_HEADER_PATH]: destinationCall,
    [constants.HTTP2_HEADER_CONTENT_TYPE]: "application/grpc",
    te: "trailers",
  });
  const asked = "what linkerd-destination answers isn't understood";
  const messages = new Messages();
  let silence: NodeJS.Timeout | undefined;
  const refusal = await new Promise<string | undefined>((resolve, reject) => {
    // Nobody catches what a stream's listener throws: it would end the process.
    const listening =
      <T>(take: (told: T) => void) =>
      (told: T): void => {
        try {
          take(told);
        } catch (error) {
          const why = (error as Error).message;
          reject(new KubernetesApiError(asked, 502, "Error", why, { cause: error }));
        }
      };
    // Of a Service that never had pods it says nothing at all. A ping tells that from one that is away.
    const ping = listening(() => {
      session.ping((error) => {
        if (error === null) resolve(undefined);
        else reject(error);
      });
    });
    silence = setTimeout(ping, timeLimits.destinationSpeaks, undefined);
    const settle = listening((status: Readonly<Record<string, unknown>>) => {
      const refused = refusalIn(status);
      if (refused !== undefined) resolve(refused);
    });
    stream.on("response", settle);
    stream.on("trailers", settle);
    stream.on("error", reject);
    stream.on("end", () => resolve(undefined));
    const take = listening((chunk: Buffer) => {
      for (const message of messages.take(chunk)) apply(known, readUpdate(message));
      clearTimeout(silence);
      if (enough([...known.values()])) resolve(undefined);
      else silence = setTimeout(resolve, quiet, undefined);
    });
    stream.on("data", take);
    stream.end(frame(writeRequest(authority)));
  }).finally(() => clearTimeout(silence));
  return { endpoints: [...known.values()], refusal };
}

function apply(known: Map<string, Endpoint>, { added, removed, emptied }: Update): void {
  if (emptied) known.clear();
  for (const endpoint of added) known.set(endpointKey(endpoint), endpoint);
  for (const endpoint of removed) known.delete(endpointKey(endpoint));
}

/** @throws Error if the answer isn't gRPC at all, for example a proxy's page */
function refusalIn(headers: Readonly<Record<string, unknown>>): string | undefined {
  const http = headers[constants.HTTP2_HEADER_STATUS] as number | undefined;
  if (http !== undefined && http !== 200) throw new Error(`HTTP status ${http}`);
  const status = headers["grpc-status"];
  if (status === undefined || status === "0") return undefined;
  const message = headers["grpc-message"];
  if (typeof message !== "string" || message === "") return "no reason given";
  try {
    return decodeURIComponent(message);
  } catch {
    return message;
  }
}

function frame(message: Uint8Array): Buffer {
  const head = Buffer.alloc(frameHead);
  head.writeUInt32BE(message.length, 1);
  return Buffer.concat([head, message]);
}

/** Takes messages out of a stream, which may be cut anywhere. */
class Messages {
  #rest: Buffer = Buffer.alloc(0);

  take(chunk: Buffer): Buffer[] {
    this.#rest = Buffer.concat([this.#rest, chunk]);
    const taken: Buffer[] = [];
    while (this.#rest.length >= frameHead) {
      const length = this.#rest.readUInt32BE(1);
      if (this.#rest[0] !== 0) throw new Error("a message is compressed, or none of gRPC");
      if (length > longestMessage) throw new Error(`a message of ${length} bytes`);
      const end = frameHead + length;
      if (this.#rest.length < end) break;
      taken.push(this.#rest.subarray(frameHead, end));
      this.#rest = this.#rest.subarray(end);
    }
    return taken;
  }
}
