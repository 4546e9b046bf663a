import path from "node:path";
import { isMap, isSeq, parseDocument, type Document, type YAMLMap } from "yaml";
import { pluginPath } from "./plugin-path.ts";

/**
 * A kubeconfig with one of its contexts, which is the current one, and with that one's cluster and user. Paths in
 * it are absolute, so that it works wherever it is written; all else that stays is as it was written. A text that
 * is no such kubeconfig stays whole: whoever uses it says why.
 *
 * @param directory of its file, which relative paths start from
 */
export function kubeconfigOfContext(text: string, context: string, directory: string): string {
  // By this schema every scalar is a text, and is written as it was read.
  const document = parseDocument(text, { schema: "failsafe" });
  if (document.errors.length > 0 || !isMap(document.contents)) return text;
  const entry = find(document, "contexts", context);
  if (entry === undefined) return text;
  keep(document, "contexts", context);
  keep(document, "clusters", entry.getIn(["context", "cluster"]));
  keep(document, "users", entry.getIn(["context", "user"]));
  for (const cluster of entriesOf(document, "clusters")) {
    makeAbsolute(cluster, directory, ["cluster", "certificate-authority"]);
  }
  for (const user of entriesOf(document, "users")) {
    for (const key of pathsOfUser) makeAbsolute(user, directory, ["user", key]);
    makeAbsolute(user, directory, ["user", "exec", "command"]);
  }
  document.set("current-context", context);
  return document.toString({ lineWidth: 0 });
}

/** The names of a kubeconfig's contexts; none where the text is no kubeconfig. */
export function contextsOf(text: string): string[] {
  const document = parseDocument(text, { schema: "failsafe" });
  if (document.errors.length > 0 || !isMap(document.contents)) return [];
  return entriesOf(document, "contexts").flatMap((entry) => {
    const name = entry.get("name");
    return typeof name === "string" ? [name] : [];
  });
}

/** The `proxy-url` of a context's cluster. Undefined where it has none, or where the text is no such kubeconfig. */
export function proxyOf(text: string, context: string | undefined): string | undefined {
  const document = parseDocument(text, { schema: "failsafe" });
  if (document.errors.length > 0 || !isMap(document.contents)) return undefined;
  const entry = find(document, "contexts", context ?? document.get("current-context"));
  const cluster = find(document, "clusters", entry?.getIn(["context", "cluster"]));
  const proxy = cluster?.getIn(["cluster", "proxy-url"]);
  return typeof proxy === "string" && proxy !== "" ? proxy : undefined;
}

/** Keys of a user's that name files. */
export const pathsOfUser = ["client-certificate", "client-key", "tokenFile"] as const;

function makeAbsolute(entry: YAMLMap, directory: string, at: readonly string[]): void {
  const value = entry.getIn(at);
  if (typeof value !== "string" || value === "") return;
  entry.setIn(
    at,
    at.at(-1) === "command" ? pluginPath(value, directory) : path.resolve(directory, value),
  );
}

function find(document: Document, list: string, name: unknown) {
  return entriesOf(document, list).find((entry) => entry.get("name") === name);
}

function entriesOf(document: Document, list: string) {
  const entries = document.get(list);
  return isSeq(entries) ? entries.items.filter(isMap) : [];
}

function keep(document: Document, list: string, name: unknown): void {
  const entries = document.get(list);
  if (!isSeq(entries)) return;
  entries.items = entries.items.filter((item) => isMap(item) && item.get("name") === name);
}
