import grpc from "@grpc/grpc-js";
import proto from "@pulumi/pulumi/proto/provider_pb.js";
import type * as messages from "@pulumi/pulumi/proto/provider_pb.js";
import type { Engine } from "./engine.ts";
import { PartialFailure, toServiceError } from "./errors.ts";
import type { Operations } from "./operations.ts";
import type { Provider } from "./provider.ts";
import type { Context, PropertyChange, Resource } from "./resource.ts";
import { keepSecrets, type PropertyMap, revealAll, unknown } from "./values.ts";
import { marshal, unmarshal } from "./wire.ts";

interface Addressed {
  getUrn(): string;
  getTimeout(): number;
}

/** Check to delete, between the protocol and a {@link Resource}. */
export class ResourceService {
  readonly #provider: Provider;
  readonly #engine: Engine;
  readonly #operations: Operations;

  constructor(provider: Provider, engine: Engine, operations: Operations) {
    this.#provider = provider;
    this.#engine = engine;
    this.#operations = operations;
  }

  async check(request: messages.CheckRequest): Promise<messages.CheckResponse> {
    const news = unmarshal(request.getNews());
    const { inputs, failures } = await this.#resource(request.getUrn()).check({
      urn: request.getUrn(),
      news: revealAll(news),
      olds: revealAll(unmarshal(request.getOlds())),
    });
    return new proto.CheckResponse()
      .setInputs(marshal(keepSecrets(inputs, news)))
      .setFailuresList(
        (failures ?? []).map(({ property, reason }) =>
          new proto.CheckFailure().setProperty(property).setReason(reason),
        ),
      );
  }

  async diff(request: messages.DiffRequest): Promise<messages.DiffResponse> {
    const { changes, deleteBeforeReplace } = await this.#resource(request.getUrn()).diff({
      id: request.getId(),
      urn: request.getUrn(),
      oldInputs: revealAll(unmarshal(request.getOldInputs())),
      oldOutputs: revealAll(unmarshal(request.getOlds())),
      newInputs: revealAll(unmarshal(request.getNews())),
    });
    const entries = Object.entries(changes);
    const { DIFF_NONE, DIFF_SOME } = proto.DiffResponse.DiffChanges;
    const response = new proto.DiffResponse()
      .setChanges(entries.length === 0 ? DIFF_NONE : DIFF_SOME)
      .setHasdetaileddiff(true)
      .setDeletebeforereplace(deleteBeforeReplace ?? false)
      .setDiffsList([...new Set(entries.map(([path]) => topLevel(path)))])
      .setReplacesList([
        ...new Set(entries.filter(([, { replace }]) => replace).map(([path]) => topLevel(path))),
      ]);
    for (const [path, change] of entries) {
      response
        .getDetaileddiffMap()
        .set(path, new proto.PropertyDiff().setKind(diffKind(change)).setInputdiff(true));
    }
    return response;
  }

  async create(request: messages.CreateRequest): Promise<messages.CreateResponse> {
    const resource = this.#resource(request.getUrn());
    const inputs = unmarshal(request.getProperties());
    const plain = revealAll(inputs);
    if (request.getPreview()) {
      await this.#warn(request, plain, undefined);
      return new proto.CreateResponse().setProperties(
        marshal(keepSecrets(await previewOutputs(resource, plain, undefined), inputs)),
      );
    }
    const { id, outputs } = await this.#run(request, inputs, (context) =>
      resource.create({ urn: request.getUrn(), inputs: plain }, context),
    );
    return new proto.CreateResponse()
      .setId(id)
      .setProperties(marshal(keepSecrets(outputs, inputs)));
  }

  async read(request: messages.ReadRequest): Promise<messages.ReadResponse> {
    const inputs = unmarshal(request.getInputs());
    const result = await this.#run(request, inputs, (context) =>
      this.#resource(request.getUrn()).read(
        {
          id: request.getId(),
          urn: request.getUrn(),
          inputs: revealAll(inputs),
          outputs: revealAll(unmarshal(request.getProperties())),
        },
        context,
      ),
    );
    // An empty id tells the engine that the resource is gone.
    if (result === undefined) return new proto.ReadResponse();
    return new proto.ReadResponse()
      .setId(result.id)
      .setInputs(marshal(keepSecrets(result.inputs, inputs)))
      .setProperties(marshal(keepSecrets(result.outputs, inputs)));
  }

  async update(request: messages.UpdateRequest): Promise<messages.UpdateResponse> {
    const resource = this.#resource(request.getUrn());
    const inputs = unmarshal(request.getNews());
    const newInputs = revealAll(inputs);
    const olds = unmarshal(request.getOlds());
    if (request.getPreview()) {
      await this.#warn(request, newInputs, revealAll(unmarshal(request.getOldInputs())));
      const previewed = await previewOutputs(resource, newInputs, revealAll(olds));
      const outputs = keepSecrets(previewed, olds);
      return new proto.UpdateResponse().setProperties(marshal(keepSecrets(outputs, inputs)));
    }
    const outputs = await this.#run(request, inputs, (context) =>
      resource.update(
        {
          id: request.getId(),
          urn: request.getUrn(),
          oldInputs: revealAll(unmarshal(request.getOldInputs())),
          oldOutputs: revealAll(olds),
          newInputs,
        },
        context,
      ),
    );
    return new proto.UpdateResponse().setProperties(marshal(keepSecrets(outputs, inputs)));
  }

  async delete(request: messages.DeleteRequest): Promise<void> {
    await this.#run(request, {}, (context) =>
      this.#resource(request.getUrn()).delete(
        {
          id: request.getId(),
          urn: request.getUrn(),
          inputs: revealAll(unmarshal(request.getOldInputs())),
          outputs: revealAll(unmarshal(request.getProperties())),
        },
        context,
      ),
    );
  }

  /** Tells in a preview what the operation means. */
  async #warn(request: Addressed, news: PropertyMap, olds: PropertyMap | undefined): Promise<void> {
    const resource = this.#resource(request.getUrn());
    if (resource.outlook === undefined) return;
    await this.#run(request, {}, async (context) => {
      const { signal } = context;
      const sentences = (await resource.outlook?.({ news, olds, signal })) ?? [];
      for (const sentence of sentences) context.log("warning", sentence);
    });
  }

  async #run<T>(
    request: Addressed,
    inputs: PropertyMap,
    body: (context: Context) => Promise<T>,
  ): Promise<T> {
    const urn = request.getUrn();
    const engine = this.#engine;
    try {
      return await this.#operations.run(request.getTimeout(), (signal) =>
        body({
          urn,
          signal,
          status: (message) => engine.log("info", urn, message, true),
          log: (severity, message) => engine.log(severity, urn, message, false),
        }),
      );
    } catch (error) {
      if (!(error instanceof PartialFailure)) throw error;
      const kept = keepSecrets(error.outputs, inputs);
      // oxlint-disable-next-line typescript/only-throw-error -- a gRPC status, not an Error
      throw toServiceError(new PartialFailure(error.id, kept, error.message), inputs);
    } finally {
      await engine.flush();
    }
  }

  #resource(urn: string): Resource {
    const type = resourceType(urn);
    const resource = this.#provider.resources.find((candidate) => candidate.type === type);
    if (resource !== undefined) return resource;
    // oxlint-disable-next-line typescript/only-throw-error -- a gRPC status, not an Error
    throw {
      code: grpc.status.INVALID_ARGUMENT,
      details:
        `the provider ${this.#provider.name} ${this.#provider.version} has no resource type ` +
        `"${type}"; it has ${this.#provider.resources.map((known) => known.type).join(", ")}`,
    };
  }
}

/** `urn:pulumi:stack::project::parent$type::name` → `type`. */
function resourceType(urn: string): string {
  return urn.split("::")[2]?.split("$").at(-1) ?? "";
}

function topLevel(path: string): string {
  return /^[^.[]+/.exec(path)?.[0] ?? path;
}

function diffKind({ kind, replace }: PropertyChange): messages.PropertyDiff.Kind {
  const { ADD, ADD_REPLACE, DELETE, DELETE_REPLACE, UPDATE, UPDATE_REPLACE } =
    proto.PropertyDiff.Kind;
  switch (kind) {
    case "add":
      return replace === true ? ADD_REPLACE : ADD;
    case "delete":
      return replace === true ? DELETE_REPLACE : DELETE;
    case "update":
      return replace === true ? UPDATE_REPLACE : UPDATE;
  }
}

async function previewOutputs(
  resource: Resource,
  inputs: PropertyMap,
  olds: PropertyMap | undefined,
): Promise<PropertyMap> {
  if (resource.preview !== undefined) return resource.preview(inputs, olds);
  const outputs: PropertyMap = {};
  for (const key of Object.keys({ ...resource.schema.inputs, ...resource.schema.outputs })) {
    const value = inputs[key] ?? (olds === undefined ? unknown : olds[key]);
    if (value !== undefined) outputs[key] = value;
  }
  return outputs;
}
