import { nodeProfileLabel } from "./constants.ts";
import { docker, DockerError } from "./docker.ts";

/**
 * What a node image needs of a cluster's configuration beyond kind's own images. The image says it in a
 * label, so that nothing has to know which image it is.
 */
export interface NodeProfile {
  readonly disableDefaultCNI?: boolean;
  readonly kubeadmConfigPatches?: readonly string[];
  readonly containerdConfigPatches?: readonly string[];
}

/** The profile of a local image. Undefined if the image has no label or hasn't been pulled yet. */
export async function readNodeProfile(
  image: string | undefined,
  signal: AbortSignal,
): Promise<NodeProfile | undefined> {
  if (image === undefined) return undefined;
  let label: string;
  try {
    const format = `{{index .Config.Labels ${JSON.stringify(nodeProfileLabel)}}}`;
    label = await docker(["image", "inspect", "--format", format, image], { signal });
  } catch (error) {
    if (error instanceof DockerError && /no such image/i.test(error.stderr)) return undefined;
    throw error;
  }
  // Docker prints "<no value>" for a missing key of a map whose values are not strings.
  if (label.trim() === "" || label.trim() === "<no value>") return undefined;
  return parseNodeProfile(image, label);
}

/** @throws Error that names the image and the wrong key */
export function parseNodeProfile(image: string, label: string): NodeProfile {
  const wrong = (what: string) =>
    new Error(`the label ${nodeProfileLabel} of the node image ${image} ${what}. Rebuild it.`);
  let profile: unknown;
  try {
    profile = JSON.parse(label);
  } catch {
    throw wrong("is not valid JSON");
  }
  if (typeof profile !== "object" || profile === null || Array.isArray(profile)) {
    throw wrong("is not a JSON object");
  }
  for (const [key, value] of Object.entries(profile)) {
    const test = profileKeys[key];
    // The image needs what the key says. Ignoring an unknown key would break it.
    if (test === undefined) throw wrong(`has the key ${JSON.stringify(key)}, which is unknown`);
    if (!test(value)) throw wrong(`has a wrong value at ${key}: ${JSON.stringify(value)}`);
  }
  return profile;
}

const isStrings = (value: unknown) =>
  Array.isArray(value) && value.every((item) => typeof item === "string");

const profileKeys: Partial<Record<string, (value: unknown) => boolean>> = {
  disableDefaultCNI: (value) => typeof value === "boolean",
  kubeadmConfigPatches: isStrings,
  containerdConfigPatches: isStrings,
};
