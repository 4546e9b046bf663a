import grpc from "@grpc/grpc-js";
import providerProto from "@pulumi/pulumi/proto/provider_pb.js";
import statusProto from "@pulumi/pulumi/proto/status_pb.js";
import anyProto from "google-protobuf/google/protobuf/any_pb.js";
import type { PropertyMap } from "./values.ts";
import { marshal } from "./wire.ts";
import { messageOf } from "../../system/message-of.ts";

/**
 * The resource exists, but something about it failed. The engine keeps it in the state, reports the error,
 * and calls `update` the next time.
 */
export class PartialFailure extends Error {
  readonly id: string;
  readonly outputs: PropertyMap;

  constructor(id: string, outputs: PropertyMap, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "PartialFailure";
    this.id = id;
    this.outputs = outputs;
  }
}

export { messageOf };

/**
 * An error in grpc-js's form. The state of a {@link PartialFailure} goes into the trailer that the engine
 * reads.
 */
export function toServiceError(error: unknown, inputs?: PropertyMap): Partial<grpc.StatusObject> {
  const details = messageOf(error);
  if (!(error instanceof PartialFailure)) return { code: grpc.status.UNKNOWN, details };
  const failure = new providerProto.ErrorResourceInitFailed();
  failure.setId(error.id);
  failure.setProperties(marshal(error.outputs));
  if (inputs !== undefined) failure.setInputs(marshal(inputs));
  failure.setReasonsList([details]);
  const any = new anyProto.Any();
  any.pack(failure.serializeBinary(), "pulumirpc.ErrorResourceInitFailed");
  const status = new statusProto.Status();
  status.setCode(grpc.status.UNKNOWN);
  status.setMessage(details);
  status.addDetails(any);
  const metadata = new grpc.Metadata();
  metadata.add("grpc-status-details-bin", Buffer.from(status.serializeBinary()));
  return { code: grpc.status.UNKNOWN, details, metadata };
}
