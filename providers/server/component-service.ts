import grpc from "@grpc/grpc-js";
import providerGrpc from "@pulumi/pulumi/proto/provider_grpc_pb.js";
import pluginProto from "@pulumi/pulumi/proto/plugin_pb.js";
import type * as messages from "@pulumi/pulumi/proto/provider_pb.js";
import { formatPath } from "../../planning/topology/problem.ts";
import type { Path } from "../../planning/topology/problem.ts";
import type { Components, Provider } from "./provider.ts";
import { checkShape } from "./shape.ts";
import { isPropertyMap, Opaque, revealAll, Secret, Unknown } from "./values.ts";
import type { PropertyMap, Value } from "./values.ts";
import { marshal, unmarshal } from "./wire.ts";

/**
 * Serves `Construct`. What the call says of options, dependencies and aliases is for Pulumi's own server of
 * components, which only a whole server of the SDK's is: it runs beside this one, and gets the call once its inputs
 * are known to be plain and right.
 */
export class ComponentService {
  readonly #provider: Provider;
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
    const given = unmarshal(request.getInputs());
    const problems = notPlain(given);
    if (problems.length === 0) {
      const { failures } = checkShape(schema.inputs, revealAll(given));
      problems.push(...failures.map(({ reason }) => reason));
    }
    if (problems.length > 0) throw new Error(problems.join("\n"));
    request.setInputs(marshal(revealAll(given)));
    request.clearInputdependenciesMap();
    this.#server ??= startServer(this.#provider, components);
    const server = await this.#server;
    await new Promise<unknown>((resolve, reject) => {
      server.attach(
        new pluginProto.PluginAttach().setAddress(engineAddress),
        settle(resolve, reject),
      );
    });
    return new Promise((resolve, reject) => {
      server.construct(request, settle(resolve, reject));
    });
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

/** What decides which resources exist has to be known before any of them does. */
function notPlain(inputs: PropertyMap): string[] {
  const problems: string[] = [];
  const look = (value: Value, path: Path): void => {
    const say = (what: string) => problems.push(`${formatPath(path)}: ${what}`);
    if (value instanceof Unknown) {
      say(
        "is not known yet: it is an output of a resource that is yet to be made. It decides which resources exist, " +
          "so it has to be a plain value: write it into the program, or take it from the stack's configuration",
      );
    } else if (value instanceof Secret) {
      say(
        "is a secret. Names and plans, which anybody sees, are made of it: give a plain value. Keys and kubeconfigs " +
          "are given by the names of their files",
      );
    } else if (value instanceof Opaque) {
      say("is an asset, an archive or a resource: give a plain value");
    } else if (Array.isArray(value)) {
      value.forEach((item: Value, index) => look(item, [...path, index]));
    } else if (isPropertyMap(value)) {
      for (const [key, item] of Object.entries(value)) look(item, [...path, key]);
    }
  };
  look(inputs, []);
  return problems;
}

/** The SDK's server, which makes the components in this process. Its port is on its standard output alone. */
async function startServer(
  { version }: Provider,
  { load }: Components,
): Promise<providerGrpc.ResourceProviderClient> {
  const make = await load();
  const { main } = await import("@pulumi/pulumi/provider/server.js");
  const port = await printedBy(() =>
    main(
      {
        version,
        construct: (name, type, inputs, options) => {
          const { urn, outputs } = make({ type, name, inputs, options });
          return Promise.resolve({ urn, state: outputs });
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
