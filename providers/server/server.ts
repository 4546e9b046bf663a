import grpc from "@grpc/grpc-js";
import providerGrpc from "@pulumi/pulumi/proto/provider_grpc_pb.js";
import { Engine } from "./engine.ts";
import { Operations } from "./operations.ts";
import type { Provider } from "./provider.ts";
import { providerService } from "./service.ts";

export interface RunningServer {
  /** Port on 127.0.0.1. */
  readonly port: number;
  /** Aborts what runs, waits until it has cleaned up, and stops serving. */
  close(): Promise<void>;
}

/**
 * Serves a provider on a free port of 127.0.0.1. {@link servePlugin} is what a plugin's executable
 * calls; this is the part of it that works inside any process, such as a test's.
 *
 * @param engineAddress where to log to, as long as the engine doesn't say it by handshake or attach
 */
export async function startServer(
  provider: Provider,
  engineAddress?: string,
): Promise<RunningServer> {
  const engine = new Engine();
  if (engineAddress !== undefined) engine.connect(engineAddress);
  const operations = new Operations();
  // Kubeconfigs and charts' values pass gRPC's default limit of 4 MiB sooner than one thinks.
  const server = new grpc.Server({ "grpc.max_receive_message_length": -1 });
  server.addService(
    providerGrpc.ResourceProviderService,
    providerService(provider, engine, operations),
  );
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, bound) => {
      if (error) reject(error);
      else resolve(bound);
    });
  });
  return {
    port,
    async close() {
      operations.cancel();
      await operations.settled();
      await engine.flush();
      engine.close();
      server.forceShutdown();
    },
  };
}
