import structProto from "google-protobuf/google/protobuf/struct_pb.js";
import type { Struct } from "google-protobuf/google/protobuf/struct_pb.js";
import { outputSignature, resourceSignature, secretSignature, signatureKey } from "./signatures.ts";
import {
  isPropertyMap,
  mapValues,
  Opaque,
  OutputValue,
  Secret,
  unknown,
  Unknown,
} from "./values.ts";
import type { PropertyMap, Value } from "./values.ts";

const unknownValues = new Set([
  "04da6b54-80e4-46f7-96ec-b56ff0331ba9", // string, and what the SDK sends for every type
  "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7", // bool
  "3eeb2bf0-c639-47a8-9e75-3b44932eb421", // number
  "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2", // array
  "030794c1-ac77-496b-92df-f27374a8bd58", // asset
  "e48ece36-62e2-4504-bad9-02848725956a", // archive
  "dd056dcd-154b-4c76-9bd3-c8f88648b5ff", // object
]);
const unknownString = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

type Wire = Parameters<typeof Struct.fromJavaScript>[0][string];

/** Properties that arrived from the engine. Outputs are the values that they have. */
export function unmarshal(message: Struct | undefined): PropertyMap {
  return message === undefined ? {} : mapFromWire(message.toJavaScript(), valueOf);
}

/** The same with each output as an {@link OutputValue}. */
export function unmarshalOutputs(message: Struct | undefined): PropertyMap {
  return message === undefined ? {} : mapFromWire(message.toJavaScript(), (output) => output);
}

/** The URN of the resource that a value refers to. Undefined if it is something else. */
export function referenceIn(value: Value): string | undefined {
  if (!(value instanceof Opaque) || value.wire[signatureKey] !== resourceSignature)
    return undefined;
  const { urn } = value.wire;
  return typeof urn === "string" ? urn : undefined;
}

/** Properties for the engine. Keys whose value is undefined are left out. */
export function marshal(properties: Readonly<Record<string, Value | undefined>>): Struct {
  return structProto.Struct.fromJavaScript(mapToWire(properties));
}

/** What becomes of an output. */
type Read = (output: OutputValue) => Value;

function valueOf({ value, secret }: OutputValue): Value {
  return secret ? new Secret(value) : value;
}

function mapFromWire(wire: Readonly<Record<string, Wire>>, read: Read): PropertyMap {
  return mapValues(wire, (value) => fromWire(value, read));
}

function fromWire(wire: Wire, read: Read): Value {
  if (typeof wire === "string") return unknownValues.has(wire) ? unknown : wire;
  if (Array.isArray(wire)) return wire.map((item: Wire) => fromWire(item, read));
  if (typeof wire !== "object" || wire === null) return wire;
  const object = wire as Record<string, Wire>;
  const signature = object[signatureKey];
  if (signature === undefined) return mapFromWire(object, read);
  if (signature === secretSignature) return new Secret(fromWire(object.value ?? null, read));
  if (signature === outputSignature) {
    const value = "value" in object ? fromWire(object.value ?? null, read) : unknown;
    const { secret, dependencies } = object;
    const urns = Array.isArray(dependencies) ? dependencies.map(String) : [];
    return read(new OutputValue(value, secret === true, urns));
  }
  return new Opaque(object);
}

function mapToWire(properties: Readonly<Record<string, Value | undefined>>): Record<string, Wire> {
  const wire: Record<string, Wire> = {};
  for (const [key, value] of Object.entries(properties)) {
    if (value !== undefined) wire[key] = toWire(value);
  }
  return wire;
}

function toWire(value: Value): Wire {
  if (value instanceof Unknown) return unknownString;
  if (value instanceof Secret) {
    return { [signatureKey]: secretSignature, value: toWire(value.value) };
  }
  if (value instanceof Opaque) return value.wire as Wire;
  if (value instanceof OutputValue) return outputToWire(value);
  if (Array.isArray(value)) return value.map(toWire);
  return isPropertyMap(value) ? mapToWire(value) : value;
}

function outputToWire({ value, secret, dependencies }: OutputValue): Wire {
  return {
    [signatureKey]: outputSignature,
    ...(!(value instanceof Unknown) && { value: toWire(value) }),
    ...(secret && { secret }),
    ...(dependencies.length > 0 && { dependencies: [...dependencies] }),
  };
}
