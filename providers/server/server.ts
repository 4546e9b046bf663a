import grpc from "@grpc/grpc-js";
import providerGrpc from "@pulumi/pulumi/proto/provider_grpc_pb.js";
import { Engine } from "./engine.ts";
import { Operations } from "./operations.ts";
import type { Provider } from "./provider.ts";
import { providerService } from "./service.ts";

export interface RunningServer {
  /** Port on 127.0.0.1. */
  readonly port: number;
  /** Aborts running operations, waits until they have cleaned up, and stops serving. */
  close(): Promise<void>;
}

/**
 * Serves a provider on a free port of 127.0.0.1. It works inside any process, such as a test's; {@link
 * servePlugin} uses it for a plugin's executable.
 *
 * @param engineAddress where to log until the engine gives an address by handshake or attach
 */
export async function startServer(
  provider: Provider,
  engineAddress?: string,
): Promise<RunningServer> {
  const engine = new Engine();
  if (engineAddress !== undefined) engine.connect(engineAddress);
  const operations = new Operations();
  // Kubeconfigs and charts' values easily exceed gRPC's default limit of 4 MiB.
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
