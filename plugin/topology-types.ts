import { readFileSync } from "node:fs";
import { kindOptionKeys } from "../planning/clusters/kind-options.ts";
import type { ObjectSchema, PropertySchema } from "../providers/server/index.ts";

/** What topology.schema.json says of a value; scripts/describe-schema.ts writes it. */
interface JsonSchema {
  readonly type?: "string" | "integer" | "number" | "boolean" | "array" | "object";
  readonly description?: string;
  readonly default?: unknown;
  readonly examples?: readonly unknown[];
  readonly enum?: readonly string[];
  readonly $ref?: string;
  readonly anyOf?: readonly JsonSchema[];
  readonly items?: JsonSchema;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: JsonSchema | boolean;
}

/** Types of the package schema for all that a topology may say, by their tokens: `<name>:index:LinkSpec`. */
export function topologyTypes(name: string): Readonly<Record<string, ObjectSchema>> {
  const file = new URL("../topology.schema.json", import.meta.url);
  const { definitions, ...topology } = JSON.parse(readFileSync(file, "utf8")) as JsonSchema & {
    readonly definitions: Readonly<Record<string, JsonSchema>>;
  };
  const convert = (schema: JsonSchema): PropertySchema => {
    const { type, $ref, anyOf, items, additionalProperties } = schema;
    if ($ref !== undefined) {
      return { $ref: $ref.replace("#/definitions/", `#/types/${name}:index:`) };
    }
    if (anyOf !== undefined) return { oneOf: anyOf.map(convert) };
    if (type === "array" && items !== undefined) return { type, items: convert(items) };
    if (type === "object" && typeof additionalProperties === "object") {
      return { type, additionalProperties: convert(additionalProperties) };
    }
    if (type === undefined || type === "object" || type === "array") {
      return { $ref: "pulumi.json#/Any" };
    }
    return { type };
  };
  const object = ({ description, properties = {}, required = [] }: JsonSchema): ObjectSchema => ({
    ...(description !== undefined && { description }),
    properties: Object.fromEntries(
      Object.entries(properties)
        // It is for editors, and no name in other languages.
        .filter(([key]) => key !== "$schema")
        .map(([key, one]) => [key, { ...convert(one), description: describe(one) }]),
    ),
    required,
  });
  return Object.fromEntries(
    Object.entries({
      TopologySpec: topology,
      ...definitions,
      KindOptions: kindOptionsOf(definitions["ClusterSpec"]),
    }).map(([key, schema]) => [`${name}:index:${key}`, object(schema)]),
  );
}

/** A cluster has them among its own keys; a component of a cluster has them as one input. */
function kindOptionsOf(cluster: JsonSchema | undefined): JsonSchema {
  const keys: readonly string[] = kindOptionKeys;
  const properties = Object.entries(cluster?.properties ?? {}).filter(([key]) =>
    keys.includes(key),
  );
  return {
    description: "Options that kind passes on to the nodes and to kubeadm.",
    properties: Object.fromEntries(properties),
  };
}

/**
 * The default is told and not set: a key that is absent is more than one that has its default, for it is refused where
 * it has no meaning.
 */
function describe({ description = "", enum: values, default: fallback, examples }: JsonSchema) {
  const code = (value: unknown) => `\`${JSON.stringify(value)}\``;
  const told = /\bDefault: /.test(description);
  return [
    description,
    ...(values === undefined ? [] : [`One of ${values.map((one) => `\`${one}\``).join(", ")}.`]),
    ...(fallback === undefined || told ? [] : [`Default: ${code(fallback)}.`]),
    ...(examples?.[0] === undefined ? [] : [`Example: ${code(examples[0])}.`]),
  ].join(" ");
}
