import grpc from "@grpc/grpc-js";
import providerGrpc from "@pulumi/pulumi/proto/provider_grpc_pb.js";
import proto from "@pulumi/pulumi/proto/provider_pb.js";
import type * as messages from "@pulumi/pulumi/proto/provider_pb.js";
import emptyProto from "google-protobuf/google/protobuf/empty_pb.js";
import type { PropertyMap } from "../../../providers/server/index.ts";
import { marshal, unmarshal } from "../../../providers/server/wire.ts";

/** Speaks to a provider as the engine does: over gRPC, values marshalled. */
export class ProviderClient {
  readonly #client: providerGrpc.ResourceProviderClient;
  readonly #type: string;

  constructor(port: number, type: string) {
    this.#client = new providerGrpc.ResourceProviderClient(
      `127.0.0.1:${port}`,
      grpc.credentials.createInsecure(),
    );
    this.#type = type;
  }

  get #urn(): string {
    return `urn:pulumi:dev::project::${this.#type}::resource`;
  }

  async check(news: PropertyMap, olds: PropertyMap = {}) {
    const request = new proto.CheckRequest()
      .setUrn(this.#urn)
      .setNews(marshal(news))
      .setOlds(marshal(olds));
    const response = await call<messages.CheckResponse>((done) =>
      this.#client.check(request, done),
    );
    return {
      inputs: unmarshal(response.getInputs()),
      failures: response.getFailuresList().map((failure) => failure.toObject()),
    };
  }

  async diff(id: string, oldInputs: PropertyMap, olds: PropertyMap, news: PropertyMap) {
    const request = new proto.DiffRequest()
      .setId(id)
      .setUrn(this.#urn)
      .setOldInputs(marshal(oldInputs))
      .setOlds(marshal(olds))
      .setNews(marshal(news));
    return (
      await call<messages.DiffResponse>((done) => this.#client.diff(request, done))
    ).toObject();
  }

  async create(inputs: PropertyMap, options: { preview?: boolean } = {}) {
    const request = new proto.CreateRequest()
      .setUrn(this.#urn)
      .setProperties(marshal(inputs))
      .setPreview(options.preview ?? false);
    const response = await call<messages.CreateResponse>((done) =>
      this.#client.create(request, done),
    );
    return { id: response.getId(), outputs: unmarshal(response.getProperties()) };
  }

  async read(id: string, inputs: PropertyMap = {}, outputs: PropertyMap = {}) {
    const request = new proto.ReadRequest()
      .setId(id)
      .setUrn(this.#urn)
      .setInputs(marshal(inputs))
      .setProperties(marshal(outputs));
    const response = await call<messages.ReadResponse>((done) => this.#client.read(request, done));
    return {
      id: response.getId(),
      inputs: unmarshal(response.getInputs()),
      outputs: unmarshal(response.getProperties()),
    };
  }

  async update(id: string, oldInputs: PropertyMap, olds: PropertyMap, news: PropertyMap) {
    const request = new proto.UpdateRequest()
      .setId(id)
      .setUrn(this.#urn)
      .setOldInputs(marshal(oldInputs))
      .setOlds(marshal(olds))
      .setNews(marshal(news));
    const response = await call<messages.UpdateResponse>((done) =>
      this.#client.update(request, done),
    );
    return unmarshal(response.getProperties());
  }

  async delete(id: string, inputs: PropertyMap, outputs: PropertyMap): Promise<void> {
    const request = new proto.DeleteRequest()
      .setId(id)
      .setUrn(this.#urn)
      .setOldInputs(marshal(inputs))
      .setProperties(marshal(outputs));
    await call<emptyProto.Empty>((done) => this.#client.delete(request, done));
  }

  async cancel(): Promise<void> {
    await call<emptyProto.Empty>((done) => this.#client.cancel(new emptyProto.Empty(), done));
  }

  async schema(): Promise<string> {
    const request = new proto.GetSchemaRequest();
    const response = await call<messages.GetSchemaResponse>((done) =>
      this.#client.getSchema(request, done),
    );
    return response.getSchema();
  }

  close(): void {
    this.#client.close();
  }
}

async function call<T>(
  invoke: (done: (error: grpc.ServiceError | null, response?: T) => void) => unknown,
): Promise<T> {
  return new Promise((resolve, reject) => {
    invoke((error, response) => {
      if (error) reject(new Error(error.details, { cause: error }));
      else if (response === undefined) reject(new Error("an empty answer"));
      else resolve(response);
    });
  });
}
