import { Readable, Writable } from "node:stream";
import type { V1Status } from "@kubernetes/client-node/dist/gen/models/V1Status.js";
import type { KubeConfig } from "@kubernetes/client-node/dist/config.js";
import type { WebSocketInterface } from "@kubernetes/client-node/dist/web-socket-handler.js";
import { Deferred } from "./deferred.ts";
import type { ExecRequest, ExecResult } from "./pod-requests.ts";

/**
 * Runs a command in a pod, through the API server.
 *
 * @throws Error if it could not start, or its end wasn't reported
 */
export async function execInPod(
  config: KubeConfig,
  { namespace, pod, container, command, stdin }: ExecRequest,
  signal: AbortSignal,
): Promise<ExecResult> {
  const [{ Exec }, { WebSocketHandler }] = await Promise.all([
    import("@kubernetes/client-node/dist/exec.js"),
    import("@kubernetes/client-node/dist/web-socket-handler.js"),
  ]);
  const [out, err] = [new Collected(), new Collected()];
  const input = stdin === undefined ? null : Readable.from([Buffer.from(stdin)]);
  const streams = { stdin: input ?? Readable.from([]), stdout: out, stderr: err };
  const handler = withoutCloses(new WebSocketHandler(config, undefined, streams));
  const done = new Deferred<V1Status>();
  signal.throwIfAborted();
  const onAbort = (): void => done.reject(signal.reason as Error);
  signal.addEventListener("abort", onAbort, { once: true });
  const connecting = new Exec(config, handler)
    .exec(namespace, pod, container, [...command], out, err, input, false, done.resolve)
    .then((socket) => socket as unknown as Closable);
  try {
    const socket = await Promise.race([connecting, done.promise.then(() => connecting)]);
    socket.onclose = () => {
      done.reject(
        new Error(
          stdin === undefined
            ? "the connection was closed before the command ended"
            : "the connection was closed before the command ended; input for commands needs Kubernetes 1.30 or later",
        ),
      );
    };
    const exitCode = exitCodeOf(await done.promise);
    return { stdout: out.text, stderr: err.text, exitCode };
  } finally {
    signal.removeEventListener("abort", onAbort);
    void connecting.then((socket) => socket.close()).catch(() => undefined);
  }
}

/** The used part of a WebSocket. The library takes its type from a package without types. */
interface Closable {
  onclose: (() => void) | null;
  close(): void;
}

class Collected extends Writable {
  readonly #chunks: Buffer[] = [];

  override _write(chunk: Buffer, _: BufferEncoding, done: () => void): void {
    this.#chunks.push(chunk);
    done();
  }

  get text(): string {
    return Buffer.concat(this.#chunks).toString("utf8");
  }
}

/** API servers may send a message that closes a stream; the library takes it for an unknown stream. */
function withoutCloses(handler: WebSocketInterface): WebSocketInterface {
  const closing = 255;
  return {
    connect: (path, onText, onBinary) =>
      handler.connect(
        path,
        onText,
        onBinary && ((stream, data) => stream === closing || onBinary(stream, data)),
      ),
  };
}

/** @throws Error if the command could not run */
function exitCodeOf({ status, reason, message, details }: V1Status): number {
  if (status === "Success") return 0;
  const code = details?.causes?.find((cause) => cause.reason === "ExitCode")?.message;
  if (reason === "NonZeroExitCode" && code !== undefined) return Number(code);
  throw new Error(message ?? reason ?? "the command could not be run");
}
