import type * as z from "zod";
import type { Path } from "./problem.ts";

/** The part of a schema at a path, without its `optional` and its default. */
export function schemaAt(root: z.core.$ZodType, path: Path): z.core.$ZodType | undefined {
  let schema = unwrap(root);
  for (const key of path) schema = schema && unwrap(step(schema, key));
  return schema;
}

/** The keys that a map may have. Empty if every key is allowed. */
export function keysOf(schema: z.core.$ZodType | undefined): string[] {
  if (schema?._zod.def.type !== "object") return [];
  return Object.keys((schema as z.ZodObject).shape);
}

function step(schema: z.core.$ZodType, key: string | number): z.core.$ZodType | undefined {
  const { def } = schema._zod as z.core.$ZodTypes["_zod"];
  if (def.type === "object") return Object.hasOwn(def.shape, key) ? def.shape[key] : undefined;
  if (def.type === "array") return def.element;
  if (def.type === "record") return def.valueType;
  if (def.type !== "union") return undefined;
  const lists = def.options.find((option) => option._zod.def.type === "array");
  return lists && step(lists, key);
}

function unwrap(schema: z.core.$ZodType | undefined): z.core.$ZodType | undefined {
  const def = (schema as z.core.$ZodTypes | undefined)?._zod.def;
  return def?.type === "optional" || def?.type === "default" ? unwrap(def.innerType) : schema;
}
