import { readFile } from "node:fs/promises";
import type { ClusterAccess } from "../../kubernetes/api.ts";

const secretFields =
  /(?:client-key-data|token|password|refresh-token|id-token)["']?\s*:\s*["']?([^\s"',}]+)/g;

/** Secrets of kubeconfigs, as they stand there and decoded. A file that can't be read has none. */
export async function secretsIn(accesses: readonly ClusterAccess[]): Promise<readonly string[]> {
  const texts = await Promise.all(
    accesses.map(async (access) =>
      "kubeconfig" in access
        ? access.kubeconfig
        : await readFile(access.kubeconfigPath, "utf8").catch(() => ""),
    ),
  );
  const found = texts.flatMap((text) =>
    [...text.matchAll(secretFields)].map(([, value = ""]) => value),
  );
  const decoded = found.map((value) => Buffer.from(value, "base64").toString("utf8").trim());
  return [...new Set([...found, ...decoded.filter((text) => /^[\x20-\x7e\n]{12,}$/.test(text))])];
}
