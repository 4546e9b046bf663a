/** The texts in something that nobody may see: bodies of private keys, tokens, client keys of kubeconfigs. */
export function secretTexts(text: string): readonly string[] {
  // A PEM that stands in JSON has its ends of lines escaped.
  const plain = text.replaceAll("\\n", "\n");
  const linesOf = (kind: string): string[] =>
    [...plain.matchAll(new RegExp(`-----BEGIN ${kind}-----([\\s\\S]+?)-----END`, "g"))].flatMap(
      ([, body = ""]) => body.split(/\s+/).filter((line) => line.length >= 30),
    );
  // A private key ends with the public one, which begins anywhere within a line.
  const known = new Set([...linesOf("PUBLIC KEY"), ...linesOf("CERTIFICATE")]);
  const keys = linesOf("[A-Z ]*PRIVATE KEY").filter((line) => !known.has(line));
  const tokens = [...plain.matchAll(/eyJ[\w-]{10,}\.[\w-]{10,}\.[\w-]{10,}/g)].map(
    ([token]) => token,
  );
  // Long texts in base64 may hold any of these again: data of Secrets, client-key-data.
  const nested = [...plain.matchAll(/[A-Za-z0-9+/]{60,}={0,2}/g)]
    .map(([encoded]) => Buffer.from(encoded, "base64").toString("utf8"))
    .filter((decoded) => /PRIVATE KEY-----|eyJ|client-key-data/.test(decoded))
    .flatMap(secretTexts);
  return [...new Set([...keys, ...tokens, ...nested])];
}

/** A secret as it would stand in a file: as it is, or within something that was encoded in base64. */
export function formsOf(secret: string): readonly string[] {
  const encoded = [0, 1, 2].map((offset) => {
    const text = Buffer.from(`${" ".repeat(offset)}${secret}`).toString("base64");
    // What stands before and after it is part of the first and last characters.
    return text.slice(offset === 0 ? 0 : 4, -4);
  });
  return [secret, ...encoded];
}

/**
 * Where secrets stand in plaintext, as `FILE holds NAME`.
 *
 * @param texts by the name of the file, or of whatever they are
 * @param secrets by what they are
 */
export function plaintextIn(
  texts: ReadonlyMap<string, string>,
  secrets: ReadonlyMap<string, readonly string[]>,
): readonly string[] {
  const found: string[] = [];
  for (const [name, values] of secrets) {
    const forms = values.flatMap(formsOf);
    for (const [file, text] of texts) {
      if (forms.some((form) => text.includes(form))) found.push(`${file} holds ${name}`);
    }
  }
  return found;
}
