import {
  isAlias,
  isMap,
  isPair,
  isScalar,
  isSeq,
  parseDocument,
  Parser,
  Scalar,
  visit,
} from "yaml";
import type { Alias, Document, Node, Pair } from "yaml";
import { formatPath, type Path } from "../planning/topology/problem.ts";
import { otherReadings } from "./yaml-readings.ts";

/** A mistake in the text itself, whatever it says. */
export interface TextProblem {
  /** Counted from 1. */
  readonly line: number;
  readonly column: number;
  readonly message: string;
  readonly fix: string;
}

/** The dialect of YAML that Pulumi reads: version 1.2 with merge keys. */
export const yamlOptions = { version: "1.2", merge: true, prettyErrors: false } as const;

/** Deeper than any topology. The parser would exhaust the stack and end the process. */
const deepest = 100;

/** More than any topology has. Each alias is looked up among all of them. */
const mostAliases = 10_000;

type Tell = (offset: number | undefined, message: string, fix: string) => void;
type Ancestors = readonly (Document | Node | Pair)[];

/**
 * Reads YAML, or reports everything in it that can't be read, or that another reader, above all Pulumi's,
 * would read differently. The result is what Pulumi gets from the same file.
 */
export function readYaml(text: string): { value: unknown; problems: readonly TextProblem[] } {
  const problems: TextProblem[] = [];
  const tell: Tell = (offset = 0, message, fix) => {
    const before = text.slice(0, offset);
    const line = before.split("\n").length;
    problems.push({ line, column: offset - before.lastIndexOf("\n"), message, fix });
  };
  checkCharacters(text, tell);
  checkDepth(text, tell);
  if (problems.length > 0) return { value: undefined, problems };

  const document = parseDocument(text, yamlOptions);
  for (const { code, message, pos } of document.errors) {
    const fix = fixes[code] ?? "correct it; text with special characters needs quotes";
    tell(pos[0], code === "MULTIPLE_DOCS" ? "a second document begins here" : message, fix);
  }
  if (problems.length === 0) new NodeCheck(document, tell).run();
  if (problems.length > 0) return { value: undefined, problems };
  // The copy of the value limits the size of expanded aliases.
  return { value: document.toJS({ maxAliasCount: -1 }), problems };
}

/** How to fix the parser's errors, by their code. */
const fixes: Readonly<Record<string, string>> = {
  BAD_INDENT: "indent what belongs together by the same number of spaces",
  BLOCK_AS_IMPLICIT_KEY: 'begin a new line for it, or quote text that holds ": "',
  DUPLICATE_KEY: "leave out one of the two",
  MISSING_CHAR: "close every bracket and every quote, and write a space after every colon",
  MULTIPLE_DOCS: "leave one document, or give each a file of its own",
  TAB_AS_INDENT: "indent with spaces",
};

/** Pulumi's reader refuses most of these. The others end a line in YAML 1.1 but not in YAML 1.2. */
const impossible =
  /[^\t\n\r\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\u{10000}-\u{10ffff}]|\r(?!\n)/u;

function checkCharacters(text: string, tell: Tell): void {
  const found = impossible.exec(text);
  const code = found?.[0].codePointAt(0);
  if (found === null || code === undefined) return;
  const digits = code.toString(16).toUpperCase().padStart(4, "0");
  const fix = `leave it out, or write it as "\\u${digits}", in quotes`;
  tell(found.index, `the character U+${digits} can't be part of YAML`, fix);
}

/** The fields of a token that are read, whatever its type. */
interface Token {
  readonly offset?: number;
  readonly value?: Token | string;
  readonly items?: readonly { readonly key?: Token | null; readonly value?: Token }[];
}

/** Without recursion, because it checks the depth of recursion. */
function checkDepth(text: string, tell: Tell): void {
  for (const root of new Parser().parse(text)) {
    const open: { readonly token: Token; readonly depth: number }[] = [{ token: root, depth: 0 }];
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      const { token, depth } = next;
      if (depth > deepest) {
        tell(token.offset, `is nested more than ${deepest} deep`, "no topology is: leave it out");
        return;
      }
      const { value, items = [] } = token;
      if (typeof value === "object") open.push({ token: value, depth });
      for (const { key, value: inner } of items) {
        for (const part of [key, inner]) if (part) open.push({ token: part, depth: depth + 1 });
      }
    }
  }
}

/** Checks each part of a document with correct syntax. */
class NodeCheck {
  readonly #document: Document.Parsed;
  readonly #tell: Tell;
  readonly #anchors = new Map<string, Node>();
  #aliases = 0;

  constructor(document: Document.Parsed, tell: Tell) {
    this.#document = document;
    this.#tell = tell;
  }

  run(): void {
    const { explicit, version } = this.#document.directives.yaml;
    if (explicit === true) {
      this.#tell(0, `a directive asks for YAML ${version}`, "leave it out: it is YAML 1.2");
    }
    visit(this.#document, {
      Pair: (_, { key, value }, ancestors) => {
        if (isMergeKey(key)) this.#checkMerge(key, value, ancestors);
      },
      Node: (key, node, ancestors) => {
        if (isAlias(node)) {
          this.#checkAlias(node, ancestors);
          return ++this.#aliases > mostAliases ? visit.BREAK : undefined;
        }
        if (node.anchor !== undefined) this.#anchors.set(node.anchor, node);
        if (node.tag !== undefined) {
          const fix = "leave it out; text that looks like something else needs quotes";
          this.#tell(node.range?.[0], `${where(ancestors, node)}has the tag ${node.tag}`, fix);
        } else if (key === "key") this.#checkKey(node, ancestors);
        else if (isScalar(node)) this.#checkReading(node, ancestors);
        return undefined;
      },
    });
    if (this.#aliases > mostAliases) {
      this.#tell(0, `has more than ${mostAliases} aliases`, "write out what they stand for");
    }
  }

  #checkAlias(alias: Alias, ancestors: Ancestors): void {
    const target = this.#anchors.get(alias.source);
    const at = alias.range?.[0];
    const place = where(ancestors, alias);
    if (target === undefined) {
      const known = [...this.#anchors.keys()].join(", ");
      const fix = known === "" ? "there is no anchor before it" : `anchors before it: ${known}`;
      this.#tell(at, `${place}*${alias.source} is an alias without an anchor`, fix);
    } else if (ancestors.includes(target)) {
      this.#tell(at, `${place}*${alias.source} contains itself`, "write out what it stands for");
    }
  }

  #checkMerge(key: Scalar, value: unknown, ancestors: Ancestors): void {
    const map = ancestors.at(-1);
    const merges = isMap(map) ? map.items.filter((pair) => isMergeKey(pair.key)) : [];
    if (merges.length > 1 && merges[0]?.key !== key) {
      const fix = "write one with a list, such as <<: [*a, *b]";
      this.#tell(key.range?.[0], `${where(ancestors, key)}has << twice`, fix);
    }
    const isMapped = (source: unknown): boolean =>
      isMap(isAlias(source) ? this.#anchors.get(source.source) : source);
    if (isSeq(value) ? value.items.every(isMapped) : isMapped(value)) return;
    const fix = "write an alias of a map, such as <<: *defaults, or a list of them";
    this.#tell(key.range?.[0], `${where(ancestors, key)}merges something that is not a map`, fix);
  }

  #checkKey(node: Node, ancestors: Ancestors): void {
    const at = node.range?.[0];
    if (!isScalar(node)) {
      this.#tell(at, `${where(ancestors, node)}has a key that is not text`, "write text");
      return;
    }
    const source = node.source ?? "";
    const isText =
      typeof node.value === "string" && otherReadings(source, node.value) === undefined;
    if (!isPlain(node) || isText || isMergeKey(node)) return;
    const message = `${where(ancestors, node)}has the key ${source}, which is not text`;
    this.#tell(at, message, `write ${JSON.stringify(source)}, in quotes`);
  }

  #checkReading(node: Scalar, ancestors: Ancestors): void {
    const source = node.source ?? "";
    const meanings = isPlain(node) ? otherReadings(source, node.value) : undefined;
    if (meanings === undefined) return;
    const message = `${where(ancestors, node)}${source} is not the same to all who read YAML`;
    this.#tell(node.range?.[0], message, `write ${meanings.join(" or ")}`);
  }
}

function isPlain(node: Scalar): boolean {
  return node.type === Scalar.PLAIN;
}

function isMergeKey(key: unknown): key is Scalar {
  return isScalar(key) && isPlain(key) && key.source === "<<";
}

/** `clusters[0].slot: `, or nothing for the whole document. */
function where(ancestors: Ancestors, node: Node): string {
  const steps = [...ancestors, node];
  const path = steps.flatMap((step, index): Path => {
    const inner = steps[index + 1];
    if (isPair(step) && inner !== step.key)
      return [isScalar(step.key) ? (step.key.source ?? "") : "?"];
    return isSeq(step) ? [step.items.indexOf(inner)] : [];
  });
  return path.length === 0 ? "" : `${formatPath(path)}: `;
}
