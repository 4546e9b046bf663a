import type {
  CheckFailure,
  CheckResult,
  DiffResult,
  PropertyMap,
  PropertySchema,
  ResourceSchema,
  Value,
} from "../server/index.ts";
import { containsUnknown, diffInputs, isPropertyMap, secret } from "../server/index.ts";

/** An input, and what a program that doesn't set it gets. */
export interface InputSchema extends PropertySchema {
  readonly type: "string" | "boolean" | "array" | "object";
  /** @default false */
  readonly optional?: boolean;
}

/** Validates the inputs against their schema and fills in the defaults; unknown values pass. */
export function checkInputs(
  schema: Readonly<Record<string, InputSchema>>,
  news: PropertyMap,
): CheckResult {
  const failures: CheckFailure[] = [];
  const inputs: PropertyMap = {};
  for (const [property, { type, optional, default: fallback }] of Object.entries(schema)) {
    const value = news[property] ?? fallback;
    if (value === undefined || value === "") {
      if (optional !== true) failures.push({ property, reason: "is missing" });
      continue;
    }
    if (!containsUnknown(value) && !isOf(type, value)) {
      failures.push({ property, reason: `must be ${article[type]}` });
    }
    inputs[property] = value;
  }
  for (const property of Object.keys(news)) {
    if (property in schema || property.startsWith("__")) continue;
    const known = Object.keys(schema).join(", ");
    failures.push({ property, reason: `is not known; known are ${known}` });
  }
  if ("kubeconfigPath" in schema) failures.push(...accessFailures(news));
  return { inputs, failures };
}

function accessFailures({ kubeconfig = "", kubeconfigPath = "" }: PropertyMap): CheckFailure[] {
  if (kubeconfig === "" && kubeconfigPath === "") {
    return [{ property: "kubeconfigPath", reason: "or kubeconfig has to be set" }];
  }
  if (kubeconfig === "" || kubeconfigPath === "") return [];
  return [{ property: "kubeconfigPath", reason: "and kubeconfig exclude each other" }];
}

/**
 * What a change of inputs means for a resource of one cluster. In another cluster it is another one: the new
 * one is made there before the former one cleans up where it was.
 *
 * @param replace further properties whose change recreates it
 */
export function diffInCluster(
  olds: PropertyMap,
  news: PropertyMap,
  replace: readonly string[] = [],
): DiffResult {
  const [before, after] = [text(olds, "clusterUid"), text(news, "clusterUid")];
  const moved = before !== "" && after !== "" && before !== after;
  return diffInputs(olds, news, moved ? [...replace, "clusterUid"] : replace);
}

/** Outputs: the inputs, a kubeconfig as a secret however it came in, and what was found. */
export function outputsOf(inputs: PropertyMap, found: PropertyMap = {}): PropertyMap {
  const { kubeconfig, kubeconfigs } = inputs;
  return {
    ...inputs,
    ...(kubeconfig !== undefined && { kubeconfig: secret(kubeconfig) }),
    ...(kubeconfigs !== undefined && { kubeconfigs: secret(kubeconfigs) }),
    ...found,
  };
}

/** A string input that `check` has let pass. */
export function text(inputs: PropertyMap, property: string): string {
  const value = inputs[property];
  return typeof value === "string" ? value : "";
}

/** An input that is a set of texts by their names, which `check` has let pass. */
export function texts(inputs: PropertyMap, property: string): Readonly<Record<string, string>> {
  const value = inputs[property];
  if (!isPropertyMap(value)) return {};
  return Object.fromEntries(Object.keys(value).map((key) => [key, text(value, key)]));
}

/** An input that is a list of texts, which `check` has let pass. */
export function textList(inputs: PropertyMap, property: string): string[] {
  const value = inputs[property];
  return Array.isArray(value) ? value.filter((item) => typeof item === "string") : [];
}

const article = {
  string: "a string",
  boolean: "true or false",
  array: "a list of strings",
  object: "a set of texts by their names",
} as const;

function isOf(type: InputSchema["type"], value: Value): boolean {
  if (type === "array") return Array.isArray(value) && value.every(isText);
  if (type === "object") return isPropertyMap(value) && Object.values(value).every(isText);
  return typeof value === type;
}

function isText(value: Value): value is string {
  return typeof value === "string";
}

/** Inputs that every resource of one cluster has. */
export const accessInputs = {
  kubeconfig: {
    type: "string",
    secret: true,
    optional: true,
    description: "Kubeconfig of the cluster, as text. Either this or `kubeconfigPath`.",
  },
  kubeconfigPath: {
    type: "string",
    optional: true,
    description: "File that holds the kubeconfig, an absolute path. Either this or `kubeconfig`.",
  },
  context: {
    type: "string",
    optional: true,
    description: "Context of the kubeconfig. Its current context by default.",
  },
  clusterUid: {
    type: "string",
    optional: true,
    description:
      "UID of the namespace kube-system of a cluster that outlives this. In any other cluster every " +
      "operation is refused, and one that does not answer does not count as gone.",
  },
} as const satisfies Readonly<Record<string, InputSchema>>;

/** A set of texts by clusters' names. */
export const byCluster = { type: "object", additionalProperties: { type: "string" } } as const;

/** Inputs of a resource that is about several clusters. */
export const accessByCluster = {
  kubeconfigPaths: {
    ...byCluster,
    optional: true,
    description: "Cluster → file that holds its kubeconfig, an absolute path.",
  },
  kubeconfigs: {
    ...byCluster,
    secret: true,
    optional: true,
    description: "Cluster → its kubeconfig as text, where there is no file.",
  },
  contexts: { ...byCluster, optional: true, description: "Cluster → context of its kubeconfig." },
  clusterUids: {
    ...byCluster,
    optional: true,
    description: "Cluster → UID of its namespace kube-system. Any other cluster is refused.",
  },
} as const satisfies Readonly<Record<string, InputSchema>>;

export const triggersInput = {
  triggers: {
    type: "array",
    items: { type: "string" },
    optional: true,
    description: "Waits again whenever one of these changes.",
  },
} as const satisfies Readonly<Record<string, InputSchema>>;

/** The inputs and outputs as the package's schema shows them. */
export function schemaOf(
  description: string,
  inputs: Readonly<Record<string, InputSchema>>,
  outputs: Readonly<Record<string, PropertySchema>> = {},
): ResourceSchema {
  const inputProperties = Object.fromEntries(
    Object.entries(inputs).map(([name, input]) => [name, propertyOf(input)]),
  );
  return {
    description,
    inputProperties,
    requiredInputs: Object.entries(inputs)
      .filter(([, input]) => input.optional !== true && input.default === undefined)
      .map(([name]) => name),
    properties: { ...inputProperties, ...outputs },
  };
}

/** Pulumi's schema tells what is optional elsewhere: by what is not among the required inputs. */
function propertyOf(input: InputSchema): PropertySchema {
  return Object.fromEntries(Object.entries(input).filter(([key]) => key !== "optional"));
}
