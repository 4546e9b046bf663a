import type { PropertySchema, Resource } from "./resource.ts";

/** A provider: what a plugin serves. */
export interface Provider {
  /** Name of the package, such as `kind`. */
  readonly name: string;
  readonly version: string;
  readonly description: string;
  readonly resources: readonly Resource[];
  /** Object types that the resources' schemas refer to, by token. */
  readonly types?: Readonly<Record<string, ObjectTypeSchema>>;
}

export interface ObjectTypeSchema {
  readonly type: "object";
  readonly description?: string;
  readonly properties: Readonly<Record<string, PropertySchema>>;
  readonly required: readonly string[];
}

/** Pulumi's package schema of the provider, as JSON. */
export function packageSchema(provider: Provider): string {
  const resources = provider.resources.map(({ type, schema }) => [
    type,
    { ...schema, required: Object.keys(schema.properties).filter((key) => isSet(schema, key)) },
  ]);
  return JSON.stringify({
    name: provider.name,
    version: provider.version,
    description: provider.description,
    config: {},
    provider: { description: provider.description },
    types: provider.types ?? {},
    resources: Object.fromEntries(resources) as unknown,
  });
}

/** Outputs that always have a value: computed ones and required inputs. */
function isSet(schema: Resource["schema"], key: string): boolean {
  return !(key in schema.inputProperties) || schema.requiredInputs.includes(key);
}
