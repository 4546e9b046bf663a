/** The first few of a list and the number of the rest, to keep a message readable. */
export function firstOf(all: readonly string[], few = 5): string {
  const rest = all.length - few;
  return all.slice(0, few).join("; ") + (rest > 0 ? `; and ${rest} more` : "");
}
