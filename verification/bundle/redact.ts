/** Replaces each secret. */
const removed = "[removed]";

/** The PEM block of a key. Also matches in JSON, where lines end in `\n`, and if its end was cut off. */
const privateKey =
  /-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----(?:(?!-----)[\s\S])*(?:-----END [A-Z0-9 ]*PRIVATE KEY-----)?/g;

const webToken = /\beyJ[\w-]{8,}\.[\w-]{8,}(?:\.[\w-]*)?/g;

const authorization = /\b(Bearer|Basic)(\\?["']?[\s:=]+\\?["']?)[\w.~+/=-]{8,}/gi;

const userInfo = /(\b[a-z][a-z0-9+.-]*:\/\/)[^\s/@:"']*:[^\s/@"']+@/gi;

/** Keys of kubeconfigs, environments of commands and other settings, in YAML, JSON and `key=value`. */
const secretKeys =
  "client-key-data|token|id[-_]token|access[-_]token|refresh[-_]token|client[-_]secret|password|passwd|passphrase|secret|api[-_]?key|aws_secret_access_key|credentials?";
/** What may follow: a block of YAML, a string in quotes (perhaps inside another string), a word. */
const values = [
  String.raw`[|>][-+\d]*[ \t]*(?:\n(?:[ \t]+[^\n]*(?:\n|$))+|(?:\\n[ \t]+[^"\\]*)+)`,
  String.raw`\\?"(?:(?!\\?").)+\\?"`,
  String.raw`'[^'\n]+'`,
  String.raw`[^\s"'\\,;}\]{\[]+`,
].join("|");
const keyed = new RegExp(
  String.raw`((?<![\w-])\\?["']?(?:[\w-]*[_-])?(?:${secretKeys})\\?["']?[ \t]*[:=][ \t]*)(${values})`,
  "gi",
);

/** Encoded text that may hold one of these, on one line or several. Shorter text can't hold one. */
const encoded = /[A-Za-z0-9+/]{40,}(?:(?:\s|\\n)+[A-Za-z0-9+/]{16,})*={0,2}/g;
/** A key in PKCS#8, PKCS#1 or SEC 1: the content of a PEM block. */
const bareKey = /^\x30(?:[\x00-\x7f]|\x81.|\x82..)\x02\x01[\x00\x01](?:\x04|\x30|\x02)/s;
const secretInside =
  /PRIVATE KEY-----|client-key-data|\btoken"?\s*:|\beyJ[\w-]{8,}\.|kind"?: ?"?Config/;

/**
 * Removes private keys, tokens, passwords and kubeconfigs from a text, encoded ones too. It removes too much
 * rather than too little, because people hand a bundle to others.
 *
 * @param known secrets of this mesh, to be removed wherever they appear
 */
export function redact(text: string, known: readonly string[] = []): string {
  let clean = text;
  for (const secret of known) {
    if (secret.length >= 6) clean = clean.replaceAll(secret, removed);
  }
  return clean
    .replaceAll(privateKey, removed)
    .replaceAll(encoded, (match) => (isSecret(match) ? removed : match))
    .replaceAll(webToken, removed)
    .replaceAll(authorization, `$1$2${removed}`)
    .replaceAll(userInfo, `$1${removed}@`)
    .replaceAll(keyed, (_, key: string, value: string) => `${key}${quoted(value)}`);
}

const isSecretKey = new RegExp(String.raw`^(?:.*[_-])?(?:${secretKeys})$`, "i");

/** Redacts every text of an object, which stays an object. */
export function redactObject(value: unknown, known: readonly string[] = []): unknown {
  if (typeof value === "string") return redact(value, known);
  if (Array.isArray(value)) return value.map((one) => redactObject(one, known));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [
      redact(key, known),
      isSecretKey.test(key) && typeof inner === "string" ? removed : redactObject(inner, known),
    ]),
  );
}

/** A string stays a string, so that JSON stays JSON. */
function quoted(value: string): string {
  if (["null", "true", "false"].includes(value)) return value;
  const [quote = ""] = /^(?:\\?"|')/.exec(value) ?? [];
  return `${quote}${removed}${quote}${value.endsWith("\n") ? "\n" : ""}`;
}

/** Base64 may start anywhere within the encoded text: what is in front of it shifts the groups. */
function isSecret(text: string): boolean {
  const joined = text.replaceAll(/\s|\\n/g, "");
  return [0, 1, 2, 3].some((offset) => {
    const decoded = Buffer.from(joined.slice(offset), "base64").toString("latin1");
    return secretInside.test(decoded) || bareKey.test(decoded);
  });
}
