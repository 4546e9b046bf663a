import type { KubernetesApi } from "../../kubernetes/api.ts";
import type { KubernetesSecret, List } from "../../kubernetes/objects.ts";

/** Parts of Secrets that anybody may see. */
const open = ["ca.crt", "tls.crt", "crt.pem", "namespace", "ca-bundle.crt"];

/** Every secret text of a cluster, both as in the API and decoded, line by line. */
export async function secretsOf(
  api: KubernetesApi,
): Promise<readonly { readonly of: string; readonly value: string }[]> {
  const { items } = await api.get<List<KubernetesSecret>>("/api/v1/secrets");
  return items.flatMap(({ metadata, type, data = {} }) =>
    // A release of Helm's holds its chart, which is no secret, in a form of its own.
    type === "helm.sh/release.v1"
      ? []
      : Object.entries(data)
          .filter(([key]) => !open.includes(key))
          .flatMap(([key, encoded]) => {
            const decoded = Buffer.from(encoded, "base64").toString("utf8");
            const words = decoded.split(/[\s"',]+/).filter((word) => isSecret(word, decoded));
            return [...(encoded.length < 30 ? [] : [encoded]), ...words].map((value) => ({
              of: `${metadata.namespace ?? ""}/${metadata.name} ${key}`,
              value,
            }));
          }),
  );
}

/** What of a kubeconfig is public besides addresses: the authority's certificate and the node's name. */
const publicKeys = /(?:certificate-authority-data|tls-server-name)"?: ?"?([^\s"]+)/g;

/** Keys and tokens have no colon. */
function isSecret(word: string, text: string): boolean {
  const open = [...text.matchAll(publicKeys)].map(([, value]) => value);
  return word.length >= 30 && !word.includes(":") && !open.includes(word);
}
