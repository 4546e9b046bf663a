import { parse } from "yaml";
import * as z from "zod";
import { credentialsName, multiclusterNamespace } from "../../planning/names.ts";
import type { KubernetesApi } from "../../kubernetes/api.ts";
import type { KubernetesSecret } from "../../kubernetes/objects.ts";
import { getIfThere } from "../../kubernetes/optional.ts";
import { corePath } from "../../linkerd/names.ts";

/** What a Link's service mirror uses to reach the API of its target. */
export interface Credentials {
  readonly server: string;
  /** The name in the server's certificate, if it isn't the one in the URL. */
  readonly serverName?: string | undefined;
  readonly token: string;
  /** PEM. */
  readonly authority: string;
}

const text = z.string().min(1);
const kubeconfig = z.object({
  clusters: z.array(
    z.object({
      cluster: z.object({
        server: text,
        "tls-server-name": text.optional(),
        "certificate-authority-data": text,
      }),
    }),
  ),
  users: z.array(z.object({ user: z.object({ token: text }) })),
});

/**
 * A Link's credentials as its service mirror reads them, or what is wrong with them, without their content.
 */
export async function readCredentials(
  source: KubernetesApi,
  target: string,
): Promise<Credentials | { readonly problem: string }> {
  const name = credentialsName(target);
  const secret = await getIfThere<KubernetesSecret>(
    source,
    corePath(multiclusterNamespace, "secrets", name),
  );
  if (secret === undefined)
    return { problem: `there is no Secret ${multiclusterNamespace}/${name}` };
  const content = Buffer.from(secret.data?.["kubeconfig"] ?? "", "base64").toString("utf8");
  let read: unknown;
  try {
    read = parse(content);
  } catch {
    // The parser's own message quotes the text that it couldn't parse.
    return { problem: `the kubeconfig in Secret ${name} can't be read` };
  }
  const parsed = kubeconfig.safeParse(read);
  const cluster = parsed.data?.clusters[0]?.cluster;
  const user = parsed.data?.users[0]?.user;
  if (cluster === undefined || user === undefined) {
    return { problem: `the kubeconfig in Secret ${name} lacks a server, its authority or a token` };
  }
  const authority = Buffer.from(cluster["certificate-authority-data"], "base64").toString("utf8");
  const serverName = cluster["tls-server-name"];
  return { server: cluster.server, serverName, token: user.token, authority };
}
