import grpc from "@grpc/grpc-js";
import engineGrpc from "@pulumi/pulumi/proto/engine_grpc_pb.js";
import engineProto from "@pulumi/pulumi/proto/engine_pb.js";

export type Severity = "debug" | "info" | "warning" | "error";

/** The engine that started this plugin. It takes log lines and status messages. */
export class Engine {
  #client: engineGrpc.EngineClient | undefined;
  /** Log calls are sent one after the other, otherwise lines overtake each other. */
  #queue: Promise<void> = Promise.resolve();

  /** Empty as long as nobody has told it. */
  address = "";

  /** Called whenever an address becomes known: by argument, by handshake or by attach. */
  connect(address: string): void {
    this.address = address;
    this.#client?.close();
    this.#client = new engineGrpc.EngineClient(address, grpc.credentials.createInsecure());
  }

  /** @param ephemeral shown while the operation runs, not kept */
  log(severity: Severity, urn: string, message: string, ephemeral: boolean): void {
    const client = this.#client;
    if (client === undefined) return;
    const request = new engineProto.LogRequest();
    request.setSeverity(severities[severity]);
    request.setUrn(urn);
    request.setMessage(message);
    request.setEphemeral(ephemeral);
    this.#queue = this.#queue.then(
      () =>
        new Promise((resolve) => {
          // An engine that has ended can't be told.
          client.log(request, () => resolve());
        }),
    );
  }

  /** Resolves when everything logged so far has arrived. */
  async flush(): Promise<void> {
    await this.#queue;
  }

  close(): void {
    this.#client?.close();
    this.#client = undefined;
  }
}

const severities = {
  debug: engineProto.LogSeverity.DEBUG,
  info: engineProto.LogSeverity.INFO,
  warning: engineProto.LogSeverity.WARNING,
  error: engineProto.LogSeverity.ERROR,
} as const;
