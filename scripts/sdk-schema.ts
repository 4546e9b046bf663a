import { packageSchema, type PackageSchema } from "../providers/server/index.ts";
import { linkerdTopology } from "../plugin/provider.ts";

/**
 * The package schema that SDKs are made from: the components with their types. The gates are for the components alone.
 */
export function sdkSchema(): PackageSchema {
  const { resources, types, ...rest } = packageSchema(linkerdTopology);
  const components = Object.fromEntries(
    Object.entries(resources).filter(([, { isComponent }]) => isComponent === true),
  );
  const reached = new Set<string>();
  const reach = (part: unknown): void => {
    for (const [, token = ""] of JSON.stringify(part).matchAll(/"#\/types\/([^"]+)"/g)) {
      if (reached.has(token)) continue;
      reached.add(token);
      reach(types[token]);
    }
  };
  reach(components);
  const needed = Object.entries(types).filter(([token]) => reached.has(token));
  return { ...rest, resources: components, types: Object.fromEntries(needed) };
}
