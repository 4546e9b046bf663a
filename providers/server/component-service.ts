import grpc from "@grpc/grpc-js";
import providerGrpc from "@pulumi/pulumi/proto/provider_grpc_pb.js";
import pluginProto from "@pulumi/pulumi/proto/plugin_pb.js";
import type * as messages from "@pulumi/pulumi/proto/provider_pb.js";
import type { Inputs, Resource } from "@pulumi/pulumi";
import { checkInputs, withComponents } from "./component-inputs.ts";
import type { Components, Provider } from "./provider.ts";
import type { ResourceSchema } from "./resource.ts";
import { marshal, unmarshalOutputs } from "./wire.ts";

/** A call of `Construct`, for the one that makes its component. */
interface Call {
  readonly schema: ResourceSchema;
  readonly made: ReadonlyMap<string, Resource>;
  component?: Resource;
}

/** The components that one update of a stack has made so far, by their URNs. */
interface Update {
  /** Address that the engine gives to this update alone. */
  readonly monitor: string;
  readonly made: Map<string, Resource>;
}

/** The input that tells the number of a {@link Call}. */
const callKey = "__call";

/**
 * Serves `Construct`. What the call says of options, dependencies and aliases is for Pulumi's own server of
 * components, which only a whole server of the SDK's is: it runs beside this one, and gets the call once its inputs
 * are known to be right.
 *
 * A component that takes another one takes the very object that was made for the other one's call.
 */
export class ComponentService {
  readonly #provider: Provider;
  readonly #updates = new Map<string, Update>();
  readonly #calls = new Map<string, Call>();
  #counted = 0;
  #server: Promise<providerGrpc.ResourceProviderClient> | undefined;

  constructor(provider: Provider) {
    this.#provider = provider;
  }

  /** @param engineAddress where the component logs to */
  async construct(
    request: messages.ConstructRequest,
    engineAddress: string,
  ): Promise<messages.ConstructResponse> {
    const { components } = this.#provider;
    const schema = components?.schemas[request.getType()];
    if (components === undefined || schema === undefined) {
      throw new Error(`the provider ${this.#provider.name} has no component ${request.getType()}`);
    }
    const { made } = this.#updateOf(request);
    const dependencies = request.getInputdependenciesMap();
    const { inputs, problems } = checkInputs(
      schema.inputs,
      unmarshalOutputs(request.getInputs()),
      (key) => dependencies.get(key)?.getUrnsList() ?? [],
      (urn) => made.has(urn),
    );
    if (problems.length > 0) throw new Error(problems.join("\n"));
    const number = String(this.#counted++);
    request.setInputs(marshal({ ...inputs, [callKey]: number }));
    // Each output says what it depends on.
    request.clearInputdependenciesMap();
    this.#server ??= startServer(this.#provider, components, this.#calls);
    const server = await this.#server;
    await new Promise<unknown>((resolve, reject) => {
      server.attach(
        new pluginProto.PluginAttach().setAddress(engineAddress),
        settle(resolve, reject),
      );
    });
    const call: Call = { schema, made };
    this.#calls.set(number, call);
    try {
      const response = await new Promise<messages.ConstructResponse>((resolve, reject) => {
        server.construct(request, settle(resolve, reject));
      });
      if (call.component !== undefined) made.set(response.getUrn(), call.component);
      return response;
    } finally {
      this.#calls.delete(number);
    }
  }

  /** A plugin may serve a preview before its update. What the one made is nothing for the other. */
  #updateOf(request: messages.ConstructRequest): Update {
    const stack = [request.getOrganization(), request.getProject(), request.getStack()].join("/");
    const monitor = request.getMonitorendpoint();
    const known = this.#updates.get(stack);
    if (known?.monitor === monitor) return known;
    const update = { monitor, made: new Map<string, Resource>() };
    this.#updates.set(stack, update);
    return update;
  }
}

/** @throws what grpc-js hands on as it is, so that the details of an error stay with it */
function settle<T>(
  resolve: (response: T) => void,
  reject: (error: Partial<grpc.StatusObject>) => void,
): (error: grpc.ServiceError | null, response: T) => void {
  return (error, response) => {
    if (error === null) resolve(response);
    else reject({ code: error.code, details: error.details, metadata: error.metadata });
  };
}

/** The SDK's server, which makes the components in this process. Its port is on its standard output alone. */
async function startServer(
  { version }: Provider,
  { load }: Components,
  calls: ReadonlyMap<string, Call>,
): Promise<providerGrpc.ResourceProviderClient> {
  const make = await load();
  const { main } = await import("@pulumi/pulumi/provider/server.js");
  const port = await printedBy(() =>
    main(
      {
        version,
        construct: (name, type, { [callKey]: number, ...given }: Inputs, options) => {
          const call = calls.get(String(number));
          if (call === undefined) throw new Error(`nobody asked for the ${type} ${name}`);
          const { schema, made } = call;
          const inputs = withComponents(schema.inputs, given, (urn) => made.get(urn));
          // It says `false` where a program says nothing, which would overrule what a component itself protects.
          const { protect, ...others } = options;
          const { component, outputs } = make({
            type,
            name,
            inputs,
            options: { ...others, ...(protect === true && { protect }) },
          });
          call.component = component;
          return Promise.resolve({ urn: component.urn, state: outputs });
        },
      },
      [],
    ),
  );
  const credentials = grpc.credentials.createInsecure();
  return new providerGrpc.ResourceProviderClient(`127.0.0.1:${port}`, credentials, {
    "grpc.max_receive_message_length": -1,
  });
}

/** The number that a function prints, which is for nobody else. */
async function printedBy(print: () => Promise<void>): Promise<string> {
  const { log } = console;
  let printed: string | undefined;
  console.log = (...texts: readonly unknown[]) => {
    const [text] = texts;
    if (printed === undefined && typeof text === "string" && /^\d+$/.test(text)) printed = text;
    else log(...texts);
  };
  try {
    await print();
  } finally {
    console.log = log;
  }
  if (printed === undefined) throw new Error("Pulumi's server of components tells no port");
  return printed;
}
