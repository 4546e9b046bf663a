import * as z from "zod";
import { proposeLabel } from "./suggest.ts";

/** Describes a valid value in words, and how to write one. */
export interface Expectation {
  /** Comes after "is not": `a port, 1 to 65535`. */
  readonly expected: string;
  readonly fix: string;
  /** A better fix for some wrong texts, if the intention can be guessed. */
  readonly fixFor?: (text: string) => string | undefined;
}

/** The expectation of each part of the schema. */
export const expectations = z.registry<Expectation>();

/** DNS-1123 label. */
export const labelPattern = /^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/;

/** Adds the expectation to a part of the schema. */
export function expecting<S extends z.ZodType>(
  schema: S,
  expected: string,
  fix: string,
  fixFor?: Expectation["fixFor"],
): S {
  expectations.add(schema, { expected, fix, ...(fixFor && { fixFor }) });
  return schema;
}

/**
 * A map with these keys. Their TSDoc also documents the type: `z.strictObject` alone would lose it in the
 * published declarations.
 */
export function object<S extends z.core.$ZodLooseShape>(shape: S, expected: string, fix: string) {
  const schema = z.strictObject(shape) as unknown as z.ZodObject<S, z.core.$strict>;
  return expecting(schema, expected, fix);
}

/** An optional part whose type has a name. Editors show the name in place of all of its keys. */
export function optional<T>(schema: z.ZodType<T>): z.ZodExactOptional<z.ZodType<T>> {
  return schema.exactOptional();
}

export function label(longest: number, why: string, example: string) {
  return expecting(
    z.string().regex(labelPattern).max(longest),
    `a DNS-1123 label (lower-case letters, digits, hyphens between them) of at most ${longest} ` +
      `characters${why}`,
    `write a name such as ${example}`,
    (text) => {
      const proposal = proposeLabel(text, longest);
      return proposal && `write ${JSON.stringify(proposal)}`;
    },
  );
}

/** DNS-1035 label, which Kubernetes requires for names of Services. */
const serviceNamePattern = /^[a-z]([a-z0-9-]*[a-z0-9])?$/;

export function serviceName(longest: number, example: string) {
  return expecting(
    z.string().regex(serviceNamePattern).max(longest),
    "a DNS-1035 label (lower-case letters, digits, hyphens between them, a letter first) of at most " +
      `${longest} characters`,
    `write a name such as ${example}`,
    (text) => {
      const proposal = proposeLabel(text, longest);
      if (proposal === undefined || !serviceNamePattern.test(proposal)) return undefined;
      return `write ${JSON.stringify(proposal)}`;
    },
  );
}

/** DNS-1123 subdomain. */
export const domainPattern = /^[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$/;

export function domain(longest: number, what: string) {
  return expecting(
    z.string().regex(domainPattern).max(longest),
    `${what} (lower-case labels with dots between them) of at most ${longest} characters`,
    "write a domain such as east.example",
  );
}

/** Text that is not empty and has no space around it. */
export function text(expected: string, fix: string) {
  return expecting(z.string().regex(/^\S([\s\S]*\S)?$/), expected, fix);
}

export function list<T>(
  element: z.ZodType<T>,
  expected: string,
  fix: string,
  { min = 0, max = Infinity } = {},
): z.ZodType<readonly T[]> {
  const any = z.array(element);
  const schema = min > 0 ? any.min(min) : any;
  return expecting(max < Infinity ? schema.max(max) : schema, expected, fix);
}

export function map<T>(
  value: z.ZodType<T>,
  expected: string,
  fix: string,
): z.ZodType<Readonly<Record<string, T>>> {
  return expecting(z.record(z.string(), value), expected, fix);
}

export function oneOf<const T extends string>(values: readonly T[]) {
  const expected = `${values.slice(0, -1).join(", ")} or ${values.at(-1) ?? ""}`;
  return expecting(z.enum(values), expected, `write ${expected}`);
}

export function integer(first: number, last: number, expected: string, fix: string) {
  return expecting(z.int().min(first).max(last), `${expected}, ${first} to ${last}`, fix);
}

export const yesOrNo = () => expecting(z.boolean(), "true or false", "write true or false");

export const subnet = (example: string) =>
  expecting(z.string(), "an IPv4 subnet", `write a subnet such as ${example}`);

const clusterNames = "a cluster's name, or a list of them";

/** One end of Links, or the clusters that export a Service. */
export const clusterOrClusters = () =>
  expecting(
    z.union([
      expecting(z.string(), "a cluster's name", "write the name of a cluster"),
      list(
        expecting(z.string(), "a cluster's name", "write the name of a cluster"),
        clusterNames,
        "write a list such as [west, east]",
      ),
    ]),
    clusterNames,
    "write a name, or a list such as [west, east]",
  );
