import * as z from "zod";
import type { Provider } from "./provider.ts";
import type { ResourceSchema } from "./resource.ts";
import type { Shape } from "./shape.ts";

/** A type in Pulumi's package schema. */
export interface TypeSchema {
  readonly type?: "string" | "integer" | "number" | "boolean" | "array" | "object";
  readonly items?: TypeSchema;
  readonly additionalProperties?: TypeSchema;
  /** One of the package's `types`, such as `#/types/kind:index:Node`. */
  readonly $ref?: string;
}

/** A property in Pulumi's package schema. */
export interface PropertySchema extends TypeSchema {
  readonly description?: string;
  readonly secret?: boolean;
  readonly willReplaceOnChanges?: boolean;
  readonly default?: string | number | boolean;
}

export interface ObjectSchema {
  readonly properties: Readonly<Record<string, PropertySchema>>;
  readonly required: readonly string[];
}

/** The part of Pulumi's package schema that this project's providers use. */
export interface PackageSchema {
  readonly name: string;
  readonly version: string;
  readonly description: string;
  readonly config: object;
  readonly provider: { readonly description: string };
  readonly types: Readonly<Record<string, ObjectSchema & { readonly type: "object" }>>;
  readonly resources: Readonly<
    Record<
      string,
      ObjectSchema & {
        readonly description: string;
        readonly inputProperties: Readonly<Record<string, PropertySchema>>;
        readonly requiredInputs: readonly string[];
      }
    >
  >;
}

/** Pulumi's package schema of a provider, built from the schemas of its resources. */
export function packageSchema({ name, version, description, resources }: Provider): PackageSchema {
  const types: Record<string, ObjectSchema & { type: "object" }> = {};
  const convert = (schema: JsonSchema, called: string): PropertySchema => {
    const { type, items, additionalProperties, properties } = schema;
    const { description, secret, willReplaceOnChanges, default: fallback } = schema;
    const about = {
      ...(description !== undefined && { description }),
      ...(secret && { secret }),
      ...(willReplaceOnChanges && { willReplaceOnChanges }),
      ...(typeof fallback !== "object" && fallback !== undefined && { default: fallback }),
    };
    if (properties !== undefined) {
      const token = `${name}:index:${called.slice(0, 1).toUpperCase()}${called.slice(1)}`;
      types[token] = { type: "object", ...convertAll(schema) };
      return { ...about, $ref: `#/types/${token}` };
    }
    if (items !== undefined) {
      return { ...about, type: "array", items: convert(items, called.replace(/s$/, "")) };
    }
    if (additionalProperties !== undefined) {
      return {
        ...about,
        type: "object",
        additionalProperties: convert(additionalProperties, called),
      };
    }
    return { ...about, ...(type && { type }) };
  };
  const convertAll = ({ properties = {}, required = [] }: JsonSchema): ObjectSchema => ({
    properties: Object.fromEntries(
      Object.entries(properties).map(([key, property]) => [key, convert(property, key)]),
    ),
    required,
  });
  const resource = ({ description, inputs, outputs }: ResourceSchema) => {
    const { properties: inputProperties, required: requiredInputs } = convertAll(
      jsonSchema(inputs, "input"),
    );
    // A property with a default always exists after creation.
    const made = convertAll(jsonSchema({ ...inputs, ...outputs }, "output"));
    return { description, ...made, inputProperties, requiredInputs };
  };
  return {
    name,
    version,
    description,
    config: {},
    provider: { description },
    resources: Object.fromEntries(resources.map(({ type, schema }) => [type, resource(schema)])),
    types,
  };
}

interface JsonSchema extends Omit<PropertySchema, "items" | "additionalProperties" | "default"> {
  readonly items?: JsonSchema;
  readonly additionalProperties?: JsonSchema;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly default?: PropertySchema["default"] | object;
}

function jsonSchema(shape: Shape, io: "input" | "output"): JsonSchema {
  return z.toJSONSchema(z.object(shape), { io }) as JsonSchema;
}
