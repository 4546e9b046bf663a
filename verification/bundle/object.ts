/** Annotations that may repeat a whole object of somebody else. */
const leftOut = ["kubectl.kubernetes.io/last-applied-configuration"];

/** Names of variables that hold secrets. Those that hold the name of a file don't. */
const secretName = /(?:pass|secret|token|key|credential|auth)(?!.*_(?:FILE|PATH|DIR)$)/i;

/**
 * A Kubernetes object without the fields that only machines read, and without the values of variables whose
 * names say that they are secret. A bundle contains no objects of kind Secret.
 */
export function withoutNoise(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNoise);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).filter(
    ([key]) => key !== "managedFields" && !leftOut.includes(key),
  );
  const isSecretVariable =
    typeof (value as { name?: unknown }).name === "string" &&
    secretName.test((value as { name: string }).name);
  return Object.fromEntries(
    entries.map(([key, inner]) => [
      key,
      isSecretVariable && key === "value" ? "[removed]" : withoutNoise(inner),
    ]),
  );
}
