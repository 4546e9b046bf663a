/** Annotations in which somebody else's object may stand once more, with all that is in it. */
const leftOut = ["kubectl.kubernetes.io/last-applied-configuration"];

/** Names of files are none of theirs. */
const secretName = /(?:pass|secret|token|key|credential|auth)(?!.*_(?:FILE|PATH|DIR)$)/i;

/**
 * An object of Kubernetes without what only machines read, and without the values of variables whose names
 * tell that they are secret. Objects of kind Secret are none of a bundle at all.
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
