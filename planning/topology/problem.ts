/** What is wrong and how to fix it, if the place is obvious. */
export interface ProblemText {
  /** What is wrong, and why. */
  readonly message: string;
  /** How to fix it. */
  readonly fix: string;
}

/** One mistake in a topology: where it is, what is wrong and why, and how to fix it. */
export interface Problem extends ProblemText {
  /** Path in the topology, such as `links[1].to[0]`. `topology` means the whole. */
  readonly path: string;
}

export type Path = readonly (string | number)[];

/** A problem as a rule reports it. Its path is still a list of keys, by which problems are sorted. */
export interface RuleProblem extends ProblemText {
  readonly path: Path;
}

/** A topology that can't be planned. The message lists every problem, one per line. */
export class TopologyError extends Error {
  override readonly name = "TopologyError";
  readonly problems: readonly Problem[];

  /** @param from the topology's file */
  constructor(problems: readonly Problem[], from?: string) {
    const count = problems.length === 1 ? "1 problem" : `${problems.length} problems`;
    const lines = problems.map((problem) => `\n  ${formatProblem(problem)}`);
    const where = from === undefined ? "" : ` in ${from}`;
    super(`the topology${where} can't be planned, ${count}:${lines.join("")}`);
    this.problems = problems;
    // Pulumi prints the stack of an error. The mistake is in the topology, not in the program, so frames
    // would only hide it.
    this.stack = `${this.name}: ${this.message}`;
  }
}

/** `links[1].to[0]: "eats" is not a cluster of this topology (did you mean "east"?)` */
export function formatProblem(problem: Problem): string {
  return `${problem.path}: ${problem.message} (${problem.fix})`;
}

/** `["links", 1, "to", 0]` → `links[1].to[0]` */
export function formatPath(path: Path): string {
  let text = "";
  for (const key of path) {
    if (typeof key === "number") text += `[${key}]`;
    else if (!/^[A-Za-z_]\w*$/.test(key)) text += `[${shorten(JSON.stringify(key))}]`;
    else text += text === "" ? key : `.${key}`;
  }
  return text === "" ? "topology" : text;
}

/** A value for a message: short, on one line, and without its content. */
export function show(value: unknown): string {
  if (Array.isArray(value)) return "a list";
  if (typeof value === "object" && value !== null) return "a map";
  if (typeof value === "string") return shorten(JSON.stringify(value));
  return String(value);
}

/** `"a", "b" and 3 more` */
export function listNames(names: readonly string[], limit = 5): string {
  const shown = names.slice(0, limit).map(show).join(", ");
  return names.length > limit ? `${shown} and ${names.length - limit} more` : shown;
}

/** Sorts problems in the order of the document: keys in their documented order, lists by index. */
export function toProblems(problems: readonly RuleProblem[]): Problem[] {
  return problems
    .toSorted((a, b) => comparePaths(a.path, b.path))
    .map(({ path, message, fix }) => ({ path: formatPath(path), message, fix }));
}

const sections = [
  "name",
  "clusters",
  "links",
  "exports",
  "traffic",
  "access",
  "docker",
  "linkerd",
  "trust",
  "adopt",
  "protect",
];

function comparePaths(a: Path, b: Path): number {
  for (let depth = 0; depth < Math.min(a.length, b.length); depth++) {
    const order = compareKeys(a[depth], b[depth], depth);
    if (order !== 0) return order;
  }
  return a.length - b.length;
}

function compareKeys(a: string | number | undefined, b: typeof a, depth: number): number {
  if (typeof a === "number" && typeof b === "number") return a - b;
  const [left, right] = [String(a), String(b)];
  if (depth === 0) {
    const order = rank(left) - rank(right);
    if (order !== 0) return order;
  }
  return left < right ? -1 : left > right ? 1 : 0;
}

function rank(section: string): number {
  const index = sections.indexOf(section);
  return index === -1 ? sections.length : index;
}

function shorten(text: string): string {
  return text.length > 80 ? `${text.slice(0, 76)}…"` : text;
}
