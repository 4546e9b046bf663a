import type { ClusterAccess } from "../../kubernetes/api.ts";
import { readKubeconfig } from "../../kubernetes/read-kubeconfig.ts";

const secretFields =
  /(?:client-key-data|token|password|refresh-token|id-token)["']?\s*:\s*["']?([^\s"',}]+)/g;

/** The secrets in kubeconfigs, as written and decoded. A file that can't be read has none. */
export function secretsIn(accesses: readonly ClusterAccess[]): readonly string[] {
  const texts = accesses.map((access) =>
    "kubeconfig" in access ? access.kubeconfig : readOrNothing(access.kubeconfigPath),
  );
  const found = texts.flatMap((text) =>
    [...text.matchAll(secretFields)].map(([, value = ""]) => value),
  );
  const decoded = found.map((value) => Buffer.from(value, "base64").toString("utf8").trim());
  return [...new Set([...found, ...decoded.filter((text) => /^[\x20-\x7e\n]{12,}$/.test(text))])];
}

function readOrNothing(path: string): string {
  try {
    return readKubeconfig(path);
  } catch {
    return "";
  }
}
