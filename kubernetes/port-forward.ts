import http from "node:http";
import { Duplex, PassThrough } from "node:stream";
import { text } from "node:stream/consumers";
import type { KubeConfig } from "@kubernetes/client-node/dist/config.js";
import { Deferred } from "./deferred.ts";
import type { PodPort, PodRequest } from "./pod-requests.ts";

/** The used part of a WebSocket. The library takes its type from a package without types. */
interface Closable {
  onclose: (() => void) | null;
  close(): void;
}

/** Asks a pod from within its own network, as `kubectl port-forward` does. Only GET. */
export async function getThroughPortForward(
  config: KubeConfig,
  { path, ...target }: PodRequest,
  signal: AbortSignal,
): Promise<string> {
  const { pod, port } = target;
  return withPodPort(config, target, (connection) => {
    return new Promise((resolve, reject) => {
      connection.on("error", reject);
      const call = http.get(
        {
          host: pod,
          path,
          headers: { connection: "close" },
          signal,
          createConnection: () => connection,
        },
        (response) => {
          const { statusCode = 0 } = response;
          if (statusCode === 200) text(response).then(resolve, reject);
          else reject(new Error(`port ${port} of pod ${pod} answered ${statusCode}`));
        },
      );
      call.on("error", reject);
    });
  });
}

/**
 * A connection to a port of a pod within its own network, past its proxy. It closes when `use` is done.
 *
 * @throws Error with the message of the pod's node if nothing listens there
 */
export async function withPodPort<T>(
  config: KubeConfig,
  { namespace, pod, port }: PodPort,
  use: (connection: Duplex) => Promise<T>,
): Promise<T> {
  const { PortForward } = await import("@kubernetes/client-node/dist/portforward.js");
  const toPod = new PassThrough();
  const fromPod = new PassThrough();
  const errors = new PassThrough({ encoding: "utf8" });
  const forwarder = new PortForward(config);
  const socket = (await forwarder.portForward(
    namespace,
    pod,
    [port],
    fromPod,
    errors,
    toPod,
  )) as unknown as Closable;
  const connection = Duplex.from({ readable: fromPod, writable: toPod });
  const refused = new Deferred<never>();
  // Nothing else reports that the connection has ended.
  connection.on("error", refused.reject);
  socket.onclose = () => fromPod.destroy(new Error("the port-forward was closed"));
  errors.on("data", (text: string) => {
    if (text !== "") refused.reject(new Error(text.trim()));
  });
  try {
    return await Promise.race([use(connection), refused.promise]);
  } finally {
    socket.onclose = null;
    socket.close();
    connection.destroy();
  }
}
