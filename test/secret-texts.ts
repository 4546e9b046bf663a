/** The texts in something that nobody may see: bodies of private keys, tokens, client keys of kubeconfigs. */
export function secretTexts(text: string): readonly string[] {
  const plain = unescaped(text);
  const known = publicText(text);
  const keys = bodiesOf("[A-Z ]*PRIVATE KEY", plain)
    .flatMap((body) => body.split(/\s+/))
    .filter((line) => line.length >= 30 && !known.includes(line));
  const tokens = [...plain.matchAll(/eyJ[\w-]{10,}\.[\w-]{10,}\.[\w-]{10,}/g)].map(
    ([token]) => token,
  );
  // Long texts in base64 may hold any of these again: data of Secrets, client-key-data.
  const nested = [...plain.matchAll(/[A-Za-z0-9+/]{60,}={0,2}/g)]
    .map(([encoded]) => Buffer.from(encoded, "base64").toString("utf8"))
    .filter((decoded) => /PRIVATE KEY-----|eyJ|client-key-data/.test(decoded))
    .flatMap(secretTexts)
    // If it contains a key, the public key may appear elsewhere.
    .filter((line) => !known.includes(line));
  return [...new Set([...keys, ...tokens, ...nested])];
}

/** All public keys and certificates: a private key ends with the public one, in other lines. */
export function publicText(text: string): string {
  const plain = unescaped(text);
  const ssh = [...plain.matchAll(/ecdsa-sha2-\S+ ([A-Za-z0-9+/=]+)/g)].map(([, key = ""]) => key);
  return [...bodiesOf("PUBLIC KEY", plain), ...bodiesOf("CERTIFICATE", plain), ...ssh]
    .map((body) => body.replaceAll(/\s/g, ""))
    .join(" ");
}

/** In JSON, the line ends of a PEM are escaped; in JSON within JSON, twice. */
function unescaped(text: string): string {
  return text.replaceAll(/\\+n/g, "\n");
}

function bodiesOf(kind: string, text: string): readonly string[] {
  const pattern = new RegExp(`-----BEGIN ${kind}-----([\\s\\S]+?)-----END`, "g");
  return [...text.matchAll(pattern)].map(([, body = ""]) => body);
}

/** A secret as it would stand in a file: as it is, or within something that was encoded in base64. */
export function formsOf(secret: string): readonly string[] {
  const encoded = [0, 1, 2].map((offset) => {
    const text = Buffer.from(`${" ".repeat(offset)}${secret}`).toString("base64");
    // The bytes before and after it influence the first and last characters.
    return text.slice(offset === 0 ? 0 : 4, -4);
  });
  return [secret, ...encoded];
}

/**
 * Where secrets stand in plaintext, as `FILE holds NAME`. A line that many files have, such as the history of
 * a state, is looked at once: the first of them is named.
 *
 * @param texts by the name of the file, or of whatever they are
 * @param secrets by what they are
 */
export function plaintextIn(
  texts: ReadonlyMap<string, string>,
  secrets: ReadonlyMap<string, readonly string[]>,
): readonly string[] {
  const news = newLines(texts);
  const found: string[] = [];
  for (const [name, values] of secrets) {
    const forms = values.flatMap(formsOf);
    for (const [file, text] of texts) {
      const lines = news.get(file) ?? text;
      // A secret of several lines may begin with a line that another file has.
      const holds = (form: string) => (form.includes("\n") ? text : lines).includes(form);
      if (forms.some(holds)) found.push(`${file} holds ${name}`);
    }
  }
  return found;
}

/** Of each text, the lines that none before it has. */
function newLines(texts: ReadonlyMap<string, string>): ReadonlyMap<string, string> {
  const seen = new Set<string>();
  const isNew = (line: string): boolean => seen.size !== seen.add(line).size;
  return new Map(
    [...texts].map(([file, text]) => [file, text.split("\n").filter(isNew).join("\n")]),
  );
}
