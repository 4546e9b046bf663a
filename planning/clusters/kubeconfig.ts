import { isMap, isSeq, parseDocument, type Document } from "yaml";

/**
 * A kubeconfig with one of its contexts, which is the current one, and with that one's cluster and user. All
 * that stays is as it was written. A text that is no such kubeconfig stays whole: whoever uses it says why.
 */
export function kubeconfigOfContext(text: string, context: string): string {
  // By this schema every scalar is a text, and is written as it was read.
  const document = parseDocument(text, { schema: "failsafe" });
  if (document.errors.length > 0 || !isMap(document.contents)) return text;
  const entry = find(document, "contexts", context);
  if (entry === undefined) return text;
  keep(document, "contexts", context);
  keep(document, "clusters", entry.getIn(["context", "cluster"]));
  keep(document, "users", entry.getIn(["context", "user"]));
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
