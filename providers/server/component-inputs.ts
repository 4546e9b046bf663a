import type { Input, Resource } from "@pulumi/pulumi";
import * as z from "zod";
import { formatPath, type Path } from "../../planning/topology/problem.ts";
import { schemaAt } from "../../planning/topology/schema-at.ts";
import { checkShape, type Shape } from "./shape.ts";
import {
  containsOutput,
  containsSecret,
  containsUnknown,
  isPropertyMap,
  mapValues,
  Opaque,
  OutputValue,
  reveal,
  Secret,
  unknown,
  Unknown,
} from "./values.ts";
import type { PropertyMap, Value } from "./values.ts";
import { referenceIn } from "./wire.ts";

/**
 * What a component takes as an output, too: not known yet in a preview, perhaps a secret. All other inputs are plain,
 * because they decide which resources exist.
 */
export function output<S extends z.ZodType>(schema: S): z.ZodType<Input<z.output<S>>> {
  return schema.meta({ ...schema.meta(), output: true }) as unknown as z.ZodType<
    Input<z.output<S>>
  >;
}

/**
 * A component that a component takes. The program gives the resource itself.
 *
 * @param tokens of the components that it may be
 */
export function reference<C extends Resource>(
  description: string,
  ...tokens: string[]
): z.ZodType<C> {
  return z
    .unknown()
    .refine((value) => value !== undefined)
    .meta({ description, references: tokens }) as unknown as z.ZodType<C>;
}

/**
 * Checks a component's inputs.
 *
 * @param dependencies what each input comes from, by its name
 * @param isMade whether this plugin made the component of a URN in this update
 * @returns every problem with its place, or else the inputs: outputs where they may be, all others plain
 */
export function checkInputs(
  shape: Shape,
  given: PropertyMap,
  dependencies: (key: string) => readonly string[],
  isMade: (urn: string) => boolean,
): { readonly inputs: PropertyMap; readonly problems: readonly string[] } {
  const root = z.object(shape);
  const problems: string[] = [];
  const say = (path: Path, what: string): undefined =>
    void problems.push(`${formatPath(path)}: ${what}`);
  const look = (value: Value, path: Path): Value => {
    const about = marksAt(root, path);
    if (about?.output === true) return withOutputs(value, dependencies(String(path[0])));
    if (about?.references !== undefined) {
      const urn = referenceIn(reveal(value));
      const wrong = wrongReference(urn, about.references, isMade);
      if (wrong !== undefined) say(path, wrong);
      return urn ?? unknown;
    }
    if (value instanceof OutputValue && !value.secret) return look(value.value, path);
    if (Array.isArray(value)) {
      return value.map((item: Value, index) => look(item, [...path, index]));
    }
    if (isPropertyMap(value)) return mapValues(value, (item, key) => look(item, [...path, key]));
    if (value instanceof Secret || value instanceof OutputValue) {
      say(path, secretHere);
      return reveal(value);
    }
    if (value instanceof Unknown) say(path, notKnown);
    else if (value instanceof Opaque) say(path, resourceHere);
    else return value;
    // Nothing else is wrong with it.
    return unknown;
  };
  const inputs = mapValues(given, (value, key) => look(value, [key]));
  const checked = checkShape(shape, mapValues(inputs, reveal), { partly: true });
  problems.push(...checked.failures.map(({ reason }) => reason));
  return { inputs, problems: [...new Set(problems)] };
}

/**
 * Puts components in the place of the references to them, which are URNs by now.
 *
 * @param inputs as Pulumi's server gives them
 */
export function withComponents(
  shape: Shape,
  inputs: Readonly<Record<string, unknown>>,
  find: (urn: string) => unknown,
): Record<string, unknown> {
  const root = z.object(shape);
  const look = (value: unknown, path: Path): unknown => {
    const about = marksAt(root, path);
    if (about?.references !== undefined) return find(String(value));
    if (about?.output === true) return value;
    if (Array.isArray(value)) return value.map((item, index) => look(item, [...path, index]));
    if (typeof value !== "object" || value === null) return value;
    return mapValues(value as Record<string, unknown>, (item, key) => look(item, [...path, key]));
  };
  return mapValues(inputs, (value, key) => look(value, [key]));
}

interface Marks {
  readonly output?: boolean;
  readonly references?: readonly string[];
}

function marksAt(root: z.ZodType, path: Path): Marks | undefined {
  const part = schemaAt(root, path);
  return part && (z.globalRegistry.get(part) as Marks | undefined);
}

/** The value with every output in it as one, so that each stays secret and known to depend on what it comes from. */
function withOutputs(value: Value, dependencies: readonly string[]): Value {
  if (value instanceof OutputValue) {
    const { secret, value: inner } = value;
    const isSecret = secret || containsSecret(inner);
    return new OutputValue(reveal(inner), isSecret, value.dependencies);
  }
  if (value instanceof Secret || value instanceof Unknown) {
    return new OutputValue(reveal(value), value instanceof Secret, dependencies);
  }
  if (containsOutput(value) || containsSecret(value) || containsUnknown(value)) {
    if (Array.isArray(value)) return value.map((item: Value) => withOutputs(item, dependencies));
    if (isPropertyMap(value)) return mapValues(value, (item) => withOutputs(item, dependencies));
  }
  return dependencies.length === 0 ? value : new OutputValue(value, false, dependencies);
}

function wrongReference(
  urn: string | undefined,
  tokens: readonly string[],
  isMade: (urn: string) => boolean,
): string | undefined {
  const wanted = `a resource of the class ${tokens.map(classOf).join(" or ")}`;
  if (urn === undefined) {
    return `has to be ${wanted}: give the resource itself, and none of its outputs`;
  }
  const [, , types = "", name = ""] = urn.split("::");
  const type = types.split("$").at(-1) ?? "";
  const what = `${classOf(type)} "${name}"`;
  if (!tokens.includes(type)) return `is the ${what}, but has to be ${wanted}`;
  if (isMade(urn)) return undefined;
  return (
    `the ${what} is not made by this plugin in this update: it is of another stack, or it has an explicit provider or ` +
    "another version of the package. Make it in the same program, without the option `provider` and with the same " +
    "version of the package; for the cluster of another stack, make an ExistingCluster of its kubeconfig"
  );
}

function classOf(token: string): string {
  return token.split(":").at(-1) ?? token;
}

const notKnown =
  "is not known yet: it is an output of a resource that is yet to be made. It decides which resources exist, " +
  "so it has to be a plain value: write it into the program, or take it from the stack's configuration";
const secretHere =
  "is a secret. Names and plans, which anybody sees, are made of it: give a plain value. Keys and kubeconfigs " +
  "belong into inputs that take secrets, or into files that an input names";
const resourceHere = "is an asset, an archive or a resource: give a plain value";
