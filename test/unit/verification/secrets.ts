import { generateKeyPairSync } from "node:crypto";

const key = (type: "pkcs8" | "sec1"): string =>
  generateKeyPairSync("ec", { namedCurve: "P-256" })
    .privateKey.export({ type, format: "pem" })
    .toString();

const part = (text: string): string => Buffer.from(text).toString("base64url");

/** A token in the form of a service account's. */
export const webToken = `${part('{"alg":"RS256"}')}.${part('{"sub":"system:serviceaccount:a:b"}')}.${part("signature-of-it")}`;
export const privateKey = key("pkcs8");
export const otherKey = key("sec1");
export const password = "correct-horse-7";
/** A key in the form that a kubeconfig has. */
export const clientKey = Buffer.from(otherKey).toString("base64");

export const kubeconfig = `apiVersion: v1
kind: Config
users:
  - name: admin
    user:
      client-key-data: ${clientKey}
      token: ${webToken}
`;

/** In the form of a Secret `cluster-credentials`. */
export const encodedKubeconfig = Buffer.from(kubeconfig).toString("base64");

const inTwoLines = encodedKubeconfig.replaceAll(/(.{76})/g, "$1\n");

/** Texts that hold a secret, as they turn up in logs, objects and messages. */
export const planted: readonly string[] = [
  privateKey,
  otherKey,
  JSON.stringify({ log: privateKey }),
  privateKey.slice(0, 120),
  privateKey.split("\n")[1] ?? "",
  `authorization: Bearer ${webToken}`,
  `Authorization: Basic ${Buffer.from(`admin:${password}`).toString("base64")}`,
  `curl -H "Authorization: Bearer ${webToken}"`,
  `the token is ${webToken}, use it`,
  kubeconfig,
  JSON.stringify({ kubeconfig }),
  `kubeconfig: ${encodedKubeconfig}`,
  inTwoLines,
  `{"password": "${password}"}`,
  `{"log": "{\\"password\\": \\"${password}\\"}"}`,
  `password: ${password}`,
  `db_password='${password}'`,
  `REGISTRY_PASSWORD=${password} started`,
  `password: |\n  ${password}\nnext: line\n`,
  JSON.stringify({ file: `password: |\n  ${password}\nnext: line\n` }),
  `https://someone:${password}@proxy.example:3128/`,
];

/** Texts that must appear nowhere. */
export const secrets: readonly string[] = [
  ...[privateKey, otherKey].flatMap((pem) =>
    pem.split("\n").filter((line) => !line.startsWith("--") && line !== ""),
  ),
  webToken,
  webToken.split(".")[2] ?? "",
  password,
  clientKey,
  clientKey.slice(0, 60),
  clientKey.slice(-60),
  encodedKubeconfig.slice(0, 70),
  encodedKubeconfig.slice(-70),
  Buffer.from(`admin:${password}`).toString("base64"),
];
