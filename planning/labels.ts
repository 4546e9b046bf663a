import * as z from "zod";
import { expecting } from "./topology/schema-parts.ts";

const namePattern = /^[A-Za-z0-9]([A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?$/;
const prefixPattern =
  /^(?=.{1,253}$)[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$/;

/** Whether the text is a name, or a prefix and a name: `team`, `example.org/team`. */
export function isLabelKey(text: string): boolean {
  const slash = text.indexOf("/");
  if (slash === -1) return namePattern.test(text);
  return prefixPattern.test(text.slice(0, slash)) && namePattern.test(text.slice(slash + 1));
}

/** Whether the text stands for every key with a prefix: `example.org/*`. */
export function isLabelPrefix(text: string): boolean {
  return text.endsWith("/*") && prefixPattern.test(text.slice(0, -2));
}

export const labelValue = (example: string) =>
  expecting(
    z.string().regex(/^(|[A-Za-z0-9]([A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?)$/),
    "the value of a label",
    `write a value such as ${JSON.stringify(example)}`,
  );

/** Labels as `kubectl -l` and the API server's `labelSelector` take them: all must match. */
export function labelQuery(labels: Readonly<Record<string, string>>): string {
  return Object.entries(labels)
    .map(([key, value]) => `${key}=${value}`)
    .join(",");
}
