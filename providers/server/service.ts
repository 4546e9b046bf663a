import grpc from "@grpc/grpc-js";
import type { sendUnaryData, ServerUnaryCall, UntypedServiceImplementation } from "@grpc/grpc-js";
import pluginProto from "@pulumi/pulumi/proto/plugin_pb.js";
import type { PluginAttach } from "@pulumi/pulumi/proto/plugin_pb.js";
import proto from "@pulumi/pulumi/proto/provider_pb.js";
import type * as messages from "@pulumi/pulumi/proto/provider_pb.js";
import emptyProto from "google-protobuf/google/protobuf/empty_pb.js";
import { ComponentService } from "./component-service.ts";
import type { Engine } from "./engine.ts";
import { toServiceError } from "./errors.ts";
import type { Operations } from "./operations.ts";
import { packageSchema } from "./package-schema.ts";
import type { Provider } from "./provider.ts";
import { ResourceService } from "./resource-service.ts";

/** The methods of Pulumi's ResourceProvider service. Missing ones answer "unimplemented". */
export function providerService(
  provider: Provider,
  engine: Engine,
  operations: Operations,
): UntypedServiceImplementation {
  const resources = new ResourceService(provider, engine, operations);
  const components = new ComponentService(provider);
  return {
    handshake: unary((request: messages.ProviderHandshakeRequest) => {
      if (request.getEngineAddress() !== "") engine.connect(request.getEngineAddress());
      return new proto.ProviderHandshakeResponse()
        .setAcceptSecrets(true)
        .setAcceptResources(true)
        .setAcceptOutputs(true);
    }),
    attach: unary((request: PluginAttach) => {
      engine.connect(request.getAddress());
      return new emptyProto.Empty();
    }),
    getPluginInfo: unary(() => new pluginProto.PluginInfo().setVersion(provider.version)),
    getSchema: unary((request: messages.GetSchemaRequest) => {
      if (request.getVersion() !== 0) {
        throw new Error(`schema version ${request.getVersion()} is not known here, only 0`);
      }
      return new proto.GetSchemaResponse().setSchema(JSON.stringify(packageSchema(provider)));
    }),
    // No provider of this package has configuration, so any is accepted.
    checkConfig: unary((request: messages.CheckRequest) =>
      new proto.CheckResponse().setInputs(request.getNews()),
    ),
    diffConfig: unary(() =>
      new proto.DiffResponse().setChanges(proto.DiffResponse.DiffChanges.DIFF_NONE),
    ),
    configure: unary(() => {
      operations.renew();
      return new proto.ConfigureResponse()
        .setAcceptsecrets(true)
        .setAcceptresources(true)
        .setAcceptoutputs(true)
        .setSupportspreview(true);
    }),
    check: unary((request: messages.CheckRequest) => resources.check(request)),
    diff: unary((request: messages.DiffRequest) => resources.diff(request)),
    create: unary((request: messages.CreateRequest) => resources.create(request)),
    read: unary((request: messages.ReadRequest) => resources.read(request)),
    update: unary((request: messages.UpdateRequest) => resources.update(request)),
    delete: unary(async (request: messages.DeleteRequest) => {
      await resources.delete(request);
      return new emptyProto.Empty();
    }),
    construct: unary((request: messages.ConstructRequest) =>
      components.construct(request, engine.address),
    ),
    cancel: unary(() => {
      operations.cancel();
      return new emptyProto.Empty();
    }),
  };
}

function unary<Request, Response>(
  handler: (request: Request) => Response | Promise<Response>,
): (call: ServerUnaryCall<Request, Response>, callback: sendUnaryData<Response>) => void {
  return (call, callback) => {
    void (async () => {
      try {
        callback(null, await handler(call.request));
      } catch (error) {
        callback(isStatus(error) ? error : toServiceError(error));
      }
    })();
  };
}

function isStatus(error: unknown): error is Partial<grpc.StatusObject> {
  return (
    !(error instanceof Error) && typeof error === "object" && error !== null && "code" in error
  );
}
