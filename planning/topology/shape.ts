import type * as z from "zod";
import { copyPlainData } from "./plain-data.ts";
import { formatPath, type Path, type RuleProblem, show } from "./problem.ts";
import { keysOf, schemaAt } from "./schema-at.ts";
import { type Expectation, expectations } from "./schema-parts.ts";
import { topologySchema } from "./schema.ts";
import { findNearest } from "./suggest.ts";
import type { Topology } from "../topology.ts";

/** A `T` without the parts of a wrong type: any part may be missing. */
export type Draft<T> = T extends readonly (infer U)[]
  ? readonly (Draft<U> | undefined)[]
  : T extends object
    ? { readonly [K in keyof T]?: Draft<T[K]> }
    : T;

/**
 * Checks the shape of any input. It also returns a draft without the wrong parts, so that the rules can
 * report the mistakes in the rest at the same time.
 */
export function readShape(input: unknown): { draft: Draft<Topology>; problems: RuleProblem[] } {
  const { value, problems } = copyPlainData(input);
  const result = topologySchema.safeParse(value);
  if (result.success) return { draft: result.data, problems };

  const seen = new Set(problems.map((problem) => formatPath(problem.path)));
  const wrong: Path[] = [];
  for (const issue of result.error.issues.flatMap(resolveUnion)) {
    for (const problem of describe(issue, value)) {
      const place = formatPath(problem.path);
      // One message per value: a long name with a wrong letter is one mistake to fix.
      if (!seen.has(place)) problems.push(problem);
      seen.add(place);
      if (!keepsItsMeaning(problem.path, value)) wrong.push(withItsWhole(problem.path));
    }
  }
  for (const path of wrong) remove(value, path);
  const isMap = typeof value === "object" && value !== null && !Array.isArray(value);
  return { draft: isMap ? value : {}, problems };
}

/** A malformed name is still a name: Links use it, and no default replaces it. */
function keepsItsMeaning(path: Path, root: unknown): boolean {
  const isName = path.at(-1) === "name" && (path.length === 1 || path.length === 3);
  return isName && typeof valueAt(root, path) === "string";
}

/**
 * If a part would mean something else without its wrong piece, the whole part is left out. A selector with
 * one condition less selects more. An export of an unreadable kind is no gateway export. Requests that match
 * an unreadable condition go elsewhere.
 */
function withItsWhole(path: Path): Path {
  if (path[0] === "links" && path[2] === "selectors") return path.slice(0, 4);
  if (path[0] === "exports" && path[2] === "as") return path.slice(0, 2);
  if (path[0] === "traffic") return path.slice(0, 2);
  return path;
}

type Issue = z.core.$ZodIssue;

/** The issues of the branch of a union that the value was most likely meant for. */
function resolveUnion(issue: Issue): Issue[] {
  if (issue.code !== "invalid_union") return [issue];
  const inner = issue.errors.find((errors) => errors.every((error) => error.path.length > 0));
  if (inner === undefined || inner.length === 0) return [issue];
  return inner.map((error) => ({ ...error, path: [...issue.path, ...error.path] }));
}

function describe(issue: Issue, root: unknown): RuleProblem[] {
  const path = issue.path.filter((key) => typeof key !== "symbol");
  const { expected, fix: usual, fixFor } = expectationAt(path);
  const value = valueAt(root, path);
  const fix = (typeof value === "string" ? fixFor?.(value) : undefined) ?? usual;
  if (issue.code === "unrecognized_keys") {
    const possible = possibleKeys(path);
    return issue.keys.map((key) => ({
      path: [...path, key],
      message: `${show(key)} is not a key of ${expected}`,
      fix: suggestKey(key, possible),
    }));
  }
  if (value === undefined) {
    return [{ path, message: `is missing; it must be ${expected}`, fix }];
  }
  if (issue.code === "too_big" && (typeof value === "string" || Array.isArray(value))) {
    const what = typeof value === "string" ? `${show(value)} has` : "has";
    const unit = typeof value === "string" ? "characters" : "entries";
    const message = `${what} ${value.length} ${unit}; it must be ${expected}`;
    return [{ path, message, fix }];
  }
  const shown = Array.isArray(value) && value.length === 0 ? "an empty list" : show(value);
  // YAML reads 2.20 as 2.2, which can't be told from a fraction.
  const unquoted =
    (typeof value === "number" && Number.isInteger(value)) || typeof value === "boolean";
  const quotes =
    issue.code === "invalid_type" && issue.expected === "string" && unquoted
      ? `${fix}; text that YAML takes for something else needs quotes: "${value}"`
      : fix;
  return [{ path, message: `${shown} is not ${expected}`, fix: quotes }];
}

/** Keys that people expect, and what to do in place of them. */
const absentKeys = new Map([
  [
    "externalWorkloads",
    "leave it out: docs/external-workloads.md says what a process outside of a cluster can be",
  ],
]);

function suggestKey(key: string, possible: readonly string[]): string {
  const instead = absentKeys.get(key);
  if (instead !== undefined) return instead;
  const nearest = findNearest(key, possible);
  return nearest === undefined
    ? `possible here: ${possible.join(", ")}`
    : `did you mean ${JSON.stringify(nearest)}?`;
}

function possibleKeys(path: Path): string[] {
  // `$schema` is for editors and says nothing about the topology.
  return keysOf(schemaAt(topologySchema, path)).filter((key) => !key.startsWith("$"));
}

function expectationAt(path: Path): Expectation {
  const schema = schemaAt(topologySchema, path);
  const told = schema && expectations.get(schema as z.ZodType);
  return told ?? { expected: "possible here", fix: "leave it out" };
}

function valueAt(root: unknown, path: Path): unknown {
  let value = root;
  for (const key of path) {
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, key)) return undefined;
    value = (value as Record<string | number, unknown>)[key];
  }
  return value;
}

/** An unreadable end of a Link is still an end, so it isn't reported as missing too. */
function isLinkEnd([section, , key]: Path): boolean {
  return section === "links" && ["from", "to", "between"].includes(String(key));
}

function remove(root: unknown, path: Path): void {
  const parent = valueAt(root, path.slice(0, -1));
  const key = path.at(-1);
  if (key === undefined || typeof parent !== "object" || parent === null) return;
  if (Array.isArray(parent)) parent[Number(key)] = undefined;
  else if (isLinkEnd(path)) (parent as Record<string, unknown>)[key] = [undefined, undefined];
  else Reflect.deleteProperty(parent, key);
}
