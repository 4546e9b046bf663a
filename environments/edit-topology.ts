import { randomUUID } from "node:crypto";
import { realpath, rename, rm, stat, writeFile } from "node:fs/promises";
import { isDeepStrictEqual } from "node:util";
import { type Document, isMap, isSeq, parse, parseDocument } from "yaml";
import { readPlainFile, unwritableBecause } from "../system/plain-file.ts";
import { badInput } from "./command-error.ts";
import { yamlOptions } from "./read-yaml.ts";
import { topologyKey, writtenKey } from "./stacks.ts";

/** Where a YAML file contains a topology: at the top, or in a stack's configuration. */
type Place = readonly (string | number)[];

/**
 * Makes sure that a file can be edited before minutes are spent on what comes before the edit: it creates the
 * file that would replace it. Permissions alone prove nothing for an administrator, or on a read-only file
 * system.
 *
 * @throws CommandError, exit code 2
 */
export async function requireEditable(file: string): Promise<void> {
  try {
    const next = fileBeside(await realpath(file));
    await writeFile(next, "", { flag: "wx" });
    await rm(next);
  } catch (error) {
    throw badInput(
      `${file} can't be edited: ${unwritableBecause(error)}. Make its folder writable for you`,
      { cause: error },
    );
  }
}

/** File for the edited text, which then replaces the original as a whole. */
function fileBeside(file: string): string {
  return `${file}.${randomUUID()}.tmp`;
}

/**
 * Changes the topology in a YAML file and nothing else in it: comments and order stay.
 *
 * @param change returns the new topology
 * @throws CommandError if the file can't be changed to say exactly that
 */
export async function editTopologyFile(
  file: string,
  change: (topology: unknown) => unknown,
): Promise<void> {
  // Follows a link, which a new file would replace.
  const actual = await realpath(file);
  const text = readPlainFile(actual);
  const edited = editTopologyText(text, change);
  if (edited === undefined) {
    throw badInput(
      `${file} can't be edited without changing more in it: edit it by hand, following what the command says with ` +
        "`--dry-run`, and run it again",
    );
  }
  if (edited === text) return;
  // All or nothing: a file that ends in the middle would be another topology.
  const temporary = fileBeside(actual);
  await writeFile(temporary, edited, { mode: (await stat(actual)).mode & 0o777 });
  await rename(temporary, actual);
}

/** @returns undefined if the result isn't the wanted topology */
export function editTopologyText(
  text: string,
  change: (topology: unknown) => unknown,
): string | undefined {
  const document = parseDocument(text, yamlOptions);
  if (document.errors.length > 0) return undefined;
  const before: unknown = document.toJS();
  const place = placeOf(before);
  const old = at(before, place);
  const wanted = change(old);
  if (isDeepStrictEqual(old, wanted)) return text;
  alter(document, place, old, wanted);
  const edited = isJson(text)
    ? `${JSON.stringify(withAt(before, place, wanted), null, 2)}\n`
    : document.toString({
        lineWidth: 0,
        // Keeps the file's own indentation, so that no other lines change.
        indentSeq: !/^( *)[^\s#-][^\n]*:[ ]*(?:#[^\n]*)?\n\1- /m.test(text),
        flowCollectionPadding: !/[{[][^\s\]}]/.test(text),
      });
  const after: unknown = parse(edited, yamlOptions);
  return isDeepStrictEqual(after, withAt(before, place, wanted)) ? edited : undefined;
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

function placeOf(content: unknown): Place {
  const config = at(content, ["config"]);
  const inStack: Place = [
    "config",
    writtenKey(isObject(config) ? config : {}, topologyKey, "the file"),
  ];
  return at(content, inStack) === undefined ? [] : inStack;
}

/** Changes a part of a document to another value, with as few changes as possible. */
function alter(document: Document, place: Place, old: unknown, wanted: unknown): void {
  if (isDeepStrictEqual(old, wanted)) return;
  const node = place.length === 0 ? document.contents : document.getIn(place, true);
  if (isMap(node) && isObject(old) && isObject(wanted)) {
    for (const key of Object.keys(old)) if (!(key in wanted)) document.deleteIn([...place, key]);
    for (const [key, value] of Object.entries(wanted)) {
      alter(document, [...place, key], old[key], value);
    }
    return;
  }
  if (isSeq(node) && Array.isArray(old) && Array.isArray(wanted)) {
    alterList(document, place, old, wanted);
    return;
  }
  document.setIn(place, document.createNode(wanted));
}

function alterList(
  document: Document,
  place: Place,
  old: readonly unknown[],
  wanted: readonly unknown[],
): void {
  const same = (one: unknown) => wanted.some((other) => isDeepStrictEqual(one, other));
  const kept = old.filter(same);
  if (isDeepStrictEqual(kept, wanted.slice(0, kept.length)) && kept.length < old.length) {
    for (const index of [...old.keys()].reverse()) {
      if (!same(old[index])) document.deleteIn([...place, index]);
    }
    for (const value of wanted.slice(kept.length))
      document.addIn(place, document.createNode(value));
    return;
  }
  for (const [index, value] of wanted.entries()) {
    if (index < old.length) alter(document, [...place, index], old[index], value);
    else document.addIn(place, flowLike(document, place, value));
  }
  for (let index = old.length - 1; index >= wanted.length; index--) {
    document.deleteIn([...place, index]);
  }
}

/** A new item of a list, in the form of the one before it. */
function flowLike(document: Document, place: Place, value: unknown): unknown {
  const node = document.createNode(value);
  const list = document.getIn(place, true);
  const last: unknown = isSeq(list) ? list.items.at(-1) : undefined;
  if (isMap(last) && isMap(node) && last.flow === true) node.flow = true;
  return node;
}

function at(value: unknown, place: Place): unknown {
  return place.reduce<unknown>(
    (inner, key) => (isObject(inner) ? inner[String(key)] : undefined),
    value,
  );
}

function withAt(value: unknown, [key, ...rest]: Place, wanted: unknown): unknown {
  if (key === undefined) return wanted;
  const object = isObject(value) ? value : {};
  return { ...object, [key]: withAt(object[String(key)], rest, wanted) };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
