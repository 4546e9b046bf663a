import { randomUUID } from "node:crypto";
import { realpath, rename, rm, stat, writeFile } from "node:fs/promises";
import { isDeepStrictEqual } from "node:util";
import { isMap, isSeq, parse, parseDocument } from "yaml";
import type { Document } from "yaml";
import { readPlainFile, unwritableBecause } from "../system/plain-file.ts";
import { CommandError } from "./command-error.ts";
import { exitCodes } from "./exit-codes.ts";
import { yamlOptions } from "./read-yaml.ts";
import { topologyKey, writtenKey } from "./stacks.ts";

/** Where a topology stands in a file of YAML: by itself, or in a stack's configuration. */
type Place = readonly (string | number)[];

/**
 * Sees to it that a file can be edited before minutes are spent on what comes before its edits: tries to make the
 * file that would take its place. Permissions alone tell an administrator nothing, nor a read-only file system.
 *
 * @throws CommandError, exit code 2
 */
export async function requireEditable(file: string): Promise<void> {
  try {
    const next = fileBeside(await realpath(file));
    await writeFile(next, "", { flag: "wx" });
    await rm(next);
  } catch (error) {
    throw new CommandError(
      `${file} can't be edited: ${unwritableBecause(error)}. Make its folder writable for you`,
      { cause: error, exitCode: exitCodes.badInput },
    );
  }
}

/** File in which an edited one is written. It then takes its place as a whole. */
function fileBeside(file: string): string {
  return `${file}.${randomUUID()}.tmp`;
}

/**
 * Changes the topology that a YAML file holds, and nothing else in it: comments and the order of what is
 * there stay.
 *
 * @param change gives the topology that is to be there in place of the one that is
 * @throws CommandError where the file can't be changed so that it says that and no more
 */
export async function editTopologyFile(
  file: string,
  change: (topology: unknown) => unknown,
): Promise<void> {
  // Through a link, whose place a new file would take.
  const actual = await realpath(file);
  const text = readPlainFile(actual);
  const edited = editTopologyText(text, change);
  if (edited === undefined) {
    throw new CommandError(
      `${file} can't be edited without changing more in it: edit it by hand, following what the command says with ` +
        "`--dry-run`, and run it again",
      { exitCode: exitCodes.badInput },
    );
  }
  if (edited === text) return;
  // Whole or not at all: a file that ends in the middle would be another topology.
  const temporary = fileBeside(actual);
  await writeFile(temporary, edited, { mode: (await stat(actual)).mode & 0o777 });
  await rename(temporary, actual);
}

/** @returns undefined where what comes out of it is not what was wanted */
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
        // As it is written, so that only lines change that say something else.
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

/** Makes a part of a document say something else, by as few changes as it takes. */
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

/** A new item of a list in the form that the one before it has. */
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
