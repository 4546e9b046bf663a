import http from "node:http";
import { Duplex, PassThrough } from "node:stream";
import type { KubeConfig } from "@kubernetes/client-node/dist/config.js";

/** An HTTP port of a pod, and what is asked there. */
export interface PodRequest {
  readonly namespace: string;
  readonly pod: string;
  readonly port: number;
  readonly path: string;
}

/** The part of a WebSocket that is used; the library's type of it comes from a package without types. */
interface Closable {
  onclose: (() => void) | null;
  close(): void;
}

/** Asks a pod from within its own network, as `kubectl port-forward` does; for GET alone. */
export async function getThroughPortForward(
  config: KubeConfig,
  { namespace, pod, port, path }: PodRequest,
  signal: AbortSignal,
): Promise<string> {
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
  try {
    return await new Promise((resolve, reject) => {
      // Nothing else tells the HTTP client that the connection is no more.
      socket.onclose = () => fromPod.destroy(new Error("the port-forward was closed"));
      errors.on("data", (text: string) => {
        if (text !== "") reject(new Error(text.trim()));
      });
      const call = http.get(
        {
          host: pod,
          path,
          headers: { connection: "close" },
          signal,
          createConnection: () => Duplex.from({ readable: fromPod, writable: toPod }),
        },
        (response) => {
          const chunks: Buffer[] = [];
          response.on("data", (chunk: Buffer) => chunks.push(chunk));
          response.on("error", reject);
          response.on("end", () => {
            const text = Buffer.concat(chunks).toString("utf8");
            if (response.statusCode === 200) resolve(text);
            else
              reject(new Error(`port ${port} of pod ${pod} answered ${response.statusCode ?? 0}`));
          });
        },
      );
      call.on("error", reject);
    });
  } finally {
    socket.close();
  }
}
