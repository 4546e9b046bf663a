import * as pulumi from "@pulumi/pulumi";

/** Values of a Helm chart. What stands for a whole value may be an output. */
export type ChartValues = Readonly<Record<string, unknown>>;

/** Helm values with others merged over them, as Helm does it: maps key by key, anything else replaced. */
export function mergeValues(base: ChartValues, over: ChartValues): Record<string, unknown> {
  const merged = new Map(Object.entries(base));
  for (const [key, value] of Object.entries(over)) {
    const below = merged.get(key);
    merged.set(key, isMap(below) && isMap(value) ? mergeValues(below, value) : value);
  }
  return Object.fromEntries(merged);
}

function isMap(value: unknown): value is ChartValues {
  const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
  return isObject && !pulumi.Output.isInstance(value);
}

/** An image reference in the charts' form: two parts that they join with a colon. */
export interface ImageParts {
  readonly name: string;
  readonly version: string;
}

/**
 * Splits `registry:5000/name:tag`.
 *
 * @throws Error if there is no tag, or a digest: the charts support neither.
 */
export function splitImage(reference: string): ImageParts {
  const colon = reference.lastIndexOf(":");
  if (reference.includes("@") || colon <= reference.lastIndexOf("/")) {
    throw new Error(
      `image "${reference}": Linkerd's charts need a name and a tag, such as registry.example/linkerd/proxy:edge-26.1.1`,
    );
  }
  return { name: reference.slice(0, colon), version: reference.slice(colon + 1) };
}
