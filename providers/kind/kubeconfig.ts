import { parse, stringify } from "yaml";

/** The administrator's access to an API server. */
export interface KubeCredentials {
  /** `https://127.0.0.1:40123` */
  readonly server: string;
  /** PEM, like the other two. */
  readonly caCertificate: string;
  readonly clientCertificate: string;
  readonly clientKey: string;
}

interface AdminConf {
  readonly clusters: readonly [{ cluster: { "certificate-authority-data": string } }];
  readonly users: readonly [
    { user: { "client-certificate-data": string; "client-key-data": string } },
  ];
}

/**
 * Credentials from the kubeconfig that kubeadm writes in a control plane node.
 * @param server API server as this machine reaches it; kubeadm knows only the node's own view
 */
export function parseAdminConf(text: string, server: string): KubeCredentials {
  const { clusters, users } = parse(text) as AdminConf;
  const [{ cluster }] = clusters;
  const [{ user }] = users;
  return {
    server,
    caCertificate: fromBase64(cluster["certificate-authority-data"]),
    clientCertificate: fromBase64(user["client-certificate-data"]),
    clientKey: fromBase64(user["client-key-data"]),
  };
}

/** The kubeconfig for this machine, with kind's names for context, cluster and user. */
export function kubeconfigText(kindName: string, credentials: KubeCredentials): string {
  const name = `kind-${kindName}`;
  return stringify(
    {
      apiVersion: "v1",
      kind: "Config",
      "current-context": name,
      clusters: [
        {
          name,
          cluster: {
            "certificate-authority-data": toBase64(credentials.caCertificate),
            server: credentials.server,
          },
        },
      ],
      contexts: [{ name, context: { cluster: name, user: name } }],
      users: [
        {
          name,
          user: {
            "client-certificate-data": toBase64(credentials.clientCertificate),
            "client-key-data": toBase64(credentials.clientKey),
          },
        },
      ],
    },
    { lineWidth: 0 },
  );
}

const fromBase64 = (text: string) => Buffer.from(text, "base64").toString("utf8");
const toBase64 = (text: string) => Buffer.from(text, "utf8").toString("base64");
