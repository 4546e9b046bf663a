import { isDeepStrictEqual } from "node:util";
import * as z from "zod";
import type {
  EnumType,
  ObjectSchema,
  ObjectType,
  PackageSchema,
  PropertySchema,
  TypeSchema,
} from "./package-schema-types.ts";
import type { Provider } from "./provider.ts";
import type { ResourceSchema } from "./resource.ts";
import type { Shape } from "./shape.ts";
import { mapValues } from "./values.ts";

/** Pulumi's package schema of a provider, built from the schemas of its resources and components. */
export function packageSchema(provider: Provider): PackageSchema {
  const { name, version, description, pluginDownloadURL, resources } = provider;
  const { components, language } = provider;
  const types: Record<string, ObjectType | EnumType> = {};
  const typeOf = (called: string, type: ObjectType | EnumType): TypeSchema => {
    const token = `${name}:index:${called.slice(0, 1).toUpperCase()}${called.slice(1)}`;
    if (!isDeepStrictEqual((types[token] ??= type), type)) {
      throw new Error(`two properties called ${called} have different types: rename one of them`);
    }
    return { $ref: `#/types/${token}` };
  };
  const convert = (schema: JsonSchema, key: string): PropertySchema => {
    const { type, items, additionalProperties, properties, enum: values } = schema;
    const {
      secret,
      willReplaceOnChanges,
      pulumiType,
      references,
      default: fallback,
      title: called = key,
    } = schema;
    // Pulumi's schema has a place for the defaults of scalars alone; the other ones are all empty.
    const description = [schema.description, typeof fallback === "object" && "Empty by default."]
      .filter(Boolean)
      .join(" ");
    const about = {
      ...(description !== "" && { description }),
      ...(secret && { secret }),
      ...(willReplaceOnChanges && { willReplaceOnChanges }),
      ...(typeof fallback !== "object" && fallback !== undefined && { default: fallback }),
    };
    if (pulumiType !== undefined) return { ...about, $ref: pulumiType };
    if (references !== undefined) {
      const all = references.map((token) => ({ $ref: `#/resources/${token}` }));
      return { ...about, ...(all.length === 1 ? all[0] : { oneOf: all }) };
    }
    if (properties !== undefined) {
      return { ...about, ...typeOf(called, { type: "object", ...convertAll(schema) }) };
    }
    if (values !== undefined) {
      const all = values.map((value) => ({ value }));
      return { ...about, ...typeOf(called, { type: "string", enum: all }) };
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
    return { ...about, ...(type ? { type } : { $ref: "pulumi.json#/Any" }) };
  };
  const convertAll = ({ properties = {}, required = [] }: JsonSchema): ObjectSchema => ({
    properties: mapValues(properties, convert),
    required,
  });
  const resource = ({ description, example, inputs, outputs }: ResourceSchema) => {
    const { properties: inputProperties, required: requiredInputs } = convertAll(
      jsonSchema(inputs, "input"),
    );
    // A property with a default always exists after creation, and its value is no default any more.
    const { properties = {}, ...rest } = jsonSchema({ ...inputs, ...outputs }, "output");
    const made = convertAll({ ...rest, properties: mapValues(properties, withoutDefault) });
    return {
      description: withExample(description, example),
      ...made,
      inputProperties,
      requiredInputs,
    };
  };
  const component = ({ description, inputs, outputs }: ResourceSchema) => {
    const given = jsonSchema(inputs, "input");
    const { properties, required: requiredInputs } = convertAll(given);
    return {
      description,
      isComponent: true,
      ...convertAll(jsonSchema(outputs, "output")),
      inputProperties: mapValues(properties, (one, key) => ({
        ...one,
        ...(!takesOutputs(given.properties?.[key]) && { plain: true }),
      })),
      requiredInputs,
    };
  };
  for (const [token, one] of Object.entries(components?.types ?? {})) {
    types[token] = { type: "object", ...one };
  }
  return {
    name,
    version,
    description,
    license: "Apache-2.0",
    ...(pluginDownloadURL !== undefined && { pluginDownloadURL }),
    ...(language !== undefined && { language }),
    config: {},
    provider: { description },
    resources: Object.fromEntries([
      ...resources.map(({ type, schema }) => [type, resource(schema)] as const),
      ...Object.entries(components?.schemas ?? {}).map(
        ([type, schema]) => [type, component(schema)] as const,
      ),
    ]),
    types,
  };
}

/** Whether it, or an item of it, may be an output. The types of objects say it of their properties. */
function takesOutputs(schema: JsonSchema | undefined): boolean {
  if (schema === undefined) return false;
  const { output = false, items, additionalProperties } = schema;
  return output || takesOutputs(items) || takesOutputs(additionalProperties);
}

function withoutDefault(schema: JsonSchema): JsonSchema {
  const copy: { default?: unknown } & Omit<JsonSchema, "default"> = { ...schema };
  delete copy.default;
  return copy as JsonSchema;
}

/** As Pulumi's generators of code and documentation look for examples. */
function withExample(description: string, example: string | undefined): string {
  if (example === undefined) return description;
  const code = `\`\`\`typescript\n${example.trim()}\n\`\`\``;
  return (
    `${description}\n\n{{% examples %}}\n## Example Usage\n\n` +
    `{{% example %}}\n${code}\n{{% /example %}}\n{{% /examples %}}`
  );
}

interface JsonSchema extends Omit<PropertySchema, "items" | "additionalProperties" | "default"> {
  /** Name of the type. @default that of the property */
  readonly title?: string;
  /** Stands in the place of the whole schema. */
  readonly pulumiType?: string;
  /** It is a component of one of these tokens. */
  readonly references?: readonly string[];
  /** A component takes it as an output, too. */
  readonly output?: boolean;
  readonly items?: JsonSchema;
  readonly additionalProperties?: JsonSchema;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly default?: PropertySchema["default"] | object;
  readonly enum?: readonly string[];
}

function jsonSchema(shape: Shape, io: "input" | "output"): JsonSchema {
  return z.toJSONSchema(z.object(shape), { io }) as JsonSchema;
}
