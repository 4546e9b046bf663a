import * as z from "zod";
import { formatPath, type Path } from "../../planning/topology/problem.ts";
import { keysOf, schemaAt } from "../../planning/topology/schema-at.ts";
import type { Draft } from "../../planning/topology/shape.ts";
import { expectations } from "../../planning/topology/schema-parts.ts";
import { didYouMean } from "../../planning/topology/suggest.ts";
import { containsUnknown, type PropertyMap, revealAll, type Value } from "./values.ts";

/**
 * The properties of a resource, each with its zod schema. The schema's `meta` goes into Pulumi's package
 * schema: `description`, `secret`, `willReplaceOnChanges`.
 */
export type Shape = Readonly<Record<string, z.ZodType>>;

/** The types of the properties after the check. */
export type Properties<S extends Shape> = z.output<z.ZodObject<S>>;

/** Reports what is wrong with the property at a path, for {@link checkShape}. */
export type Fail = (path: Path, reason: string) => void;

export interface CheckFailure {
  /** Path, such as `extraPortMappings[0].hostPort`. Empty for the resource as a whole. */
  readonly property: string;
  readonly reason: string;
}

interface Checked<S extends Shape> {
  /** The given properties and the defaults. */
  readonly inputs: PropertyMap;
  readonly known: Draft<Properties<S>>;
  readonly failures: CheckFailure[];
  readonly fail: Fail;
}

/**
 * Checks inputs against their shape and fills in the defaults. In a preview, a property that contains an
 * unknown value passes unchecked.
 *
 * @param options `partly`: what is known of such a property is checked
 */
export function checkShape<S extends Shape>(
  shape: S,
  news: PropertyMap,
  { partly = false }: { readonly partly?: boolean } = {},
): Checked<S> {
  const inputs: PropertyMap = {};
  const known: PropertyMap = {};
  const failures: CheckFailure[] = [];
  const fail: Fail = (path, reason) => {
    const property = formatPath(path);
    failures.push({ property, reason: `${property}: ${reason}` });
  };
  for (const [key, schema] of Object.entries(shape)) {
    const value = news[key] ?? undefined;
    if (value === undefined ? isOptional(schema) : !partly && containsUnknown(value)) {
      if (value !== undefined) inputs[key] = value;
      continue;
    }
    const { data, error } = schema.safeParse(value, { error: inWords(schema) });
    const read = error === undefined ? (data as Value | undefined) : value;
    if (read !== undefined) inputs[key] = read;
    const rest = error === undefined ? read : withoutWrong(value, error.issues);
    if (rest !== undefined) known[key] = rest;
    for (const issue of error?.issues ?? []) {
      const path = pathOf(issue);
      const later = containsUnknown(valueAt(value, path)) && issue.code !== "unrecognized_keys";
      if (later) continue;
      if (issue.code === "unrecognized_keys") {
        const possible = keysOf(schemaAt(schema, path));
        for (const other of issue.keys) fail([key, ...path, other], notHere(other, possible));
      } else fail([key, ...path], issue.message);
    }
  }
  for (const key of Object.keys(news)) {
    // The engine's own additions, such as __defaults.
    if (key in shape || key.startsWith("__")) continue;
    fail([key], notHere(key, Object.keys(shape)));
  }
  return { inputs, known: known as Draft<Properties<S>>, failures, fail };
}

/**
 * Reads properties that `check` has passed, or that come from the state.
 *
 * @throws Error about those that can't be read, perhaps because an earlier version wrote them
 */
export function readShape<S extends Shape>(
  shape: S,
  properties: Readonly<Record<string, unknown>>,
): Properties<S> {
  const { data, error } = z
    .object(shape)
    .safeParse(revealAll(properties as PropertyMap), { error: inWords(z.object(shape)) });
  if (error === undefined) return data;
  const wrong = error.issues.map((issue) => `${formatPath(pathOf(issue))}: ${issue.message}`);
  throw new Error(`what the state has of it can't be read: ${wrong.join("; ")}`);
}

/** The same shape with every property optional. */
export function partial<S extends Shape>(shape: S) {
  return z.object(shape).partial().shape;
}

/** Properties whose change recreates the resource. */
export function replacing(shape: Shape): string[] {
  return Object.keys(shape).filter((key) => says(shape[key], "willReplaceOnChanges"));
}

/** Properties that the engine must encrypt. */
export function secrets(shape: Shape): string[] {
  return Object.keys(shape).filter((key) => says(shape[key], "secret"));
}

function says(
  schema: z.core.$ZodType | undefined,
  what: "secret" | "willReplaceOnChanges",
): boolean {
  const inner = schema && schemaAt(schema, []);
  return [schema, inner].some((part) => part && z.globalRegistry.get(part)?.[what] === true);
}

/** A text that is not empty. */
export function text(rule: (value: string) => string | undefined = () => undefined) {
  return z.string().superRefine((value, context) => {
    const message = value === "" ? "is empty" : rule(value);
    if (message !== undefined) context.addIssue({ code: "custom", message });
  });
}

function isOptional(schema: z.ZodType): boolean {
  return schema._zod.optout === "optional";
}

function notHere(key: string, possible: readonly string[]): string {
  const fix = didYouMean(key, possible) ?? `it has ${possible.join(", ")}`;
  return `not a property of this resource; ${fix}`;
}

const kinds: Readonly<Record<string, string>> = {
  string: "a string",
  int: "a whole number",
  number: "a whole number",
  boolean: "true or false",
  array: "a list",
  record: "a map",
  object: "a map",
};

/** What is wrong with a value. A secret value isn't shown. */
function inWords(schema: z.ZodType): z.core.$ZodErrorMap {
  const isSecret = says(schema, "secret");
  return (issue) => {
    if (issue.input === undefined) return "is missing";
    const part = schemaAt(schema, pathOf(issue));
    const shown = isSecret || says(part, "secret") ? "this" : inShort(issue.input);
    const told = expectations.get(part as z.ZodType);
    if (told !== undefined) return `has to be ${told.expected}, not ${shown}; ${told.fix}`;
    if (issue.code === "invalid_type") {
      return `has to be ${kinds[issue.expected] ?? issue.expected}, not ${shown}`;
    }
    if (issue.code === "too_small") {
      return `is ${shown}, but has to be at least ${issue.minimum}`;
    }
    if (issue.code === "too_big") return `is ${shown}, but has to be at most ${issue.maximum}`;
    if (issue.code !== "invalid_value") return undefined;
    return `has to be one of ${issue.values.map(String).join(", ")}`;
  };
}

function pathOf({ path = [] }: { readonly path?: readonly PropertyKey[] | undefined }) {
  return path.filter((part) => typeof part !== "symbol");
}

function valueAt(value: Value | undefined, path: Path): Value | undefined {
  let part = value;
  for (const key of path) {
    if (typeof part !== "object" || part === null) return undefined;
    part = (part as Readonly<Record<PropertyKey, Value>>)[key];
  }
  return part;
}

function withoutWrong(value: Value | undefined, issues: readonly z.core.$ZodIssue[]) {
  let copy = structuredClone(value);
  for (const { path, ...issue } of issues) {
    const wrong =
      issue.code === "unrecognized_keys" ? issue.keys.map((key) => [...path, key]) : [path];
    for (const place of wrong) copy = without(copy, place);
  }
  return copy;
}

function without(
  value: Value | undefined,
  [key, ...rest]: readonly PropertyKey[],
): Value | undefined {
  if (key === undefined || typeof value !== "object" || value === null) return undefined;
  const parts = value as Record<PropertyKey, Value | undefined>;
  parts[key] = without(parts[key], rest);
  return value;
}

function inShort(value: unknown): string {
  if (value === null) return "nothing";
  if (Array.isArray(value)) return "a list";
  return typeof value === "object" ? "an object" : JSON.stringify(value);
}
