import path from "node:path";
import { Document, isMap, isSeq, type Node, type Pair, visit } from "yaml";
import type { Discovery } from "../../planning/discovery/discover.ts";
import type { Note } from "../../planning/discovery/note.ts";
import type { Path } from "../../planning/topology/problem.ts";
import { printable } from "../../system/printable.ts";

/** Wider comments are wrapped. */
const widest = 100;

const words: Readonly<Record<Note["kind"], string>> = {
  guess: "guessed",
  limit: "not in the topology",
  outside: "not looked at",
  unread: "could not be read",
};

/**
 * A discovered topology as a YAML file, with comments about what was guessed, what a topology can't express
 * and what couldn't be read.
 *
 * @param directory of the file: paths in it are written relative to it. @default unchanged
 */
export function topologyFile(
  { topology, notes }: Pick<Discovery, "topology" | "notes">,
  directory?: string,
): string {
  const document = new Document({
    ...topology,
    clusters: topology.clusters.map((cluster) => ({
      ...cluster,
      kubeconfig: within(directory, cluster.kubeconfig ?? ""),
    })),
  });
  const top = [
    "Found in running clusters by `linkerd-topology discover`, which changed nothing in them.",
    "`linkerd-topology verify` and `status` with this file look at the mesh as it is, whoever made it.",
    ...(topology.adopt === true
      ? [
          "`linkerd-topology up` with it takes the mesh over: it shows what that means, and asks first.",
        ]
      : []),
  ];
  const rest: string[] = [];
  for (const note of notes) {
    const text = `${words[note.kind]}: ${printable(note.text)}`;
    const place = placeOf(document, note.at);
    if (place === undefined) rest.push(text);
    else place.commentBefore = joined(place.commentBefore, text);
  }
  document.commentBefore = [
    ...top.flatMap(broken),
    ...(rest.length === 0 ? [] : ["", ...rest.flatMap(broken)]),
  ]
    .map((line) => ` ${line}`.trimEnd())
    .join("\n");
  // Lists of names read best on one line.
  visit(document, {
    Seq: (_, node) => {
      if (!node.items.some((item) => isMap(item) || isSeq(item))) node.flow = true;
    },
  });
  return document.toString({ lineWidth: 0, flowCollectionPadding: false });
}

function joined(before: string | null | undefined, text: string): string {
  const lines = broken(text).map((line) => ` ${line}`);
  return [...(before ? [before] : []), ...lines].join("\n");
}

function broken(text: string): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(/\s+/)) {
    if (line !== "" && line.length + 1 + word.length > widest) {
      lines.push(line);
      line = "";
    }
    line = line === "" ? word : `${line} ${word}`;
  }
  return [...lines, line];
}

/**
 * Where to put a comment about a part: before the part, or before what would contain it. Undefined: at the
 * top.
 */
function placeOf(document: Document, at: Path): Node | undefined {
  let node: unknown = document.contents;
  let place: Node | undefined;
  for (const key of at) {
    if (isSeq(node) && typeof key === "number") {
      node = node.items[key];
      if (isMap(node)) place = node;
    } else if (isMap(node)) {
      const pair = node.items.find(
        (one): one is Pair<Node> => (one.key as { value?: unknown }).value === key,
      );
      if (pair === undefined) return place;
      place = pair.key;
      node = pair.value;
    } else {
      return place;
    }
  }
  return place;
}

/** Relative to the directory, if the file is in it. */
function within(directory: string | undefined, file: string): string {
  if (directory === undefined) return file;
  const relative = path.relative(directory, file);
  return relative.startsWith("..") || path.isAbsolute(relative) ? file : `./${relative}`;
}
