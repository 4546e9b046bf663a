import { createHash } from "node:crypto";
import path from "node:path";
import { limits } from "../planning/limits.ts";
import type { TopologyOrigin } from "../planning/sources/made-from.ts";
import type { Topology as TopologySpec } from "../planning/topology.ts";
import { resolvePath } from "../system/resolve-path.ts";
import { originOf } from "./origin.ts";
import { readTopology, type StackFile, topologyIn } from "./stacks.ts";
import { readYamlFile } from "./yaml-file.ts";

/**
 * Where a topology comes from: a stack's configuration file, a YAML file with a topology or a stack's
 * configuration, or an object.
 */
export type TopologySource =
  | { readonly stack: StackFile }
  | { readonly file: string }
  | {
      readonly topology: TopologySpec;
      /** The directory that relative paths in it start from. @default the working directory */
      readonly directory?: string;
    };

/** A topology that was read, but not validated yet. */
export interface ReadTopology {
  /** Its own name, else that of its stack or file, else `mesh`. */
  readonly name: string;
  /** With absolute paths, except for a stack's: those start from the project. */
  readonly topology: unknown;
  /** See {@link StackFile}. */
  readonly origin?: TopologyOrigin;
  /** See {@link StackFile}. */
  readonly formerName?: string;
}

/** @throws CommandError if the file doesn't exist, or contains no topology */
export async function readTopologySource(source: TopologySource): Promise<ReadTopology> {
  if ("topology" in source) {
    const topology = withAbsolutePaths(source.topology, source.directory ?? process.cwd());
    return { name: ownName(topology) ?? "mesh", topology };
  }
  if ("stack" in source) {
    const topology = await readTopology(source.stack);
    const { name, origin } = source.stack;
    return { name: ownName(topology) ?? name, topology, ...(origin && { origin }) };
  }
  const topology = withAbsolutePaths(
    topologyIn(await readYamlFile(source.file), source.file),
    path.dirname(path.resolve(source.file)),
  );
  const origin = originOf(source.file);
  const own = ownName(topology);
  if (own !== undefined) return { name: own, topology, origin };
  const formerName = formerNameOfFile(source.file);
  return {
    name: nameOfFile(source.file),
    topology,
    origin,
    ...(formerName !== undefined && { formerName }),
  };
}

/**
 * The stack of a topology: its configuration's file, or what was just read.
 *
 * @param name of the topology. @default its own, the stack's or the file's
 */
export async function stackFromSource(source: TopologySource, name?: string): Promise<StackFile> {
  if ("stack" in source && name === undefined) return source.stack;
  const { topology, name: ownOrFiles, ...known } = await readTopologySource(source);
  if (name === undefined) return { ...stackOf(ownOrFiles, topology), ...known };
  const { origin } = known;
  return {
    ...stackOf(name, withName(topology, name)),
    ...(origin && { origin }),
  };
}

/** A topology with another name. What is none stays as it is: validation says what is wrong with it. */
export function withName(topology: unknown, name: string): unknown {
  return typeof topology === "object" && topology !== null && !Array.isArray(topology)
    ? { ...topology, name }
    : topology;
}

/** The stack of a topology without any file: its configuration is in memory. */
export function stackOf(name: string, topology: unknown): StackFile {
  return { name, file: `the topology ${name}`, topology };
}

/**
 * A name that is valid wherever a topology's name is used, and keeps what distinguishes files: `prod.eu.yaml`
 * is `prod-eu`. `Pulumi.star.yaml` and `star.topology.yaml` are both `star`.
 */
export function nameOfFile(file: string): string {
  const base = path
    .basename(file)
    .replace(/^Pulumi\./, "")
    .replace(/\.(?:ya?ml|json)$/i, "")
    .replace(/\.topology$/, "");
  const name = base
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "-")
    .replaceAll(/^-|-$/g, "");
  if (name.length <= limits.topologyName) return name === "" ? "mesh" : name;
  // Long names usually differ at their ends.
  const digest = createHash("sha256").update(base).digest("hex").slice(0, 6);
  return `${name.slice(0, limits.topologyName - 7).replace(/-$/, "")}-${digest}`;
}

/** The name that earlier versions gave the stack of a file, if it differs. */
function formerNameOfFile(file: string): string | undefined {
  const former = path
    .basename(file)
    .replace(/^Pulumi\./, "")
    .replace(/\..*$/, "");
  // Other names could not be brought up.
  const isName = /^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?$/.test(former);
  return isName && former !== nameOfFile(file) ? former : undefined;
}

function ownName(topology: unknown): string | undefined {
  const name = property(topology, "name");
  return typeof name === "string" && name !== "" ? name : undefined;
}

/** Changes only well-formed parts: validation reports what is wrong with the topology. */
function withAbsolutePaths(topology: unknown, directory: string): unknown {
  const absolute = (file: unknown): unknown => {
    if (Array.isArray(file)) return file.map(absolute);
    return typeof file === "string" && file !== "" ? resolvePath(directory, file) : file;
  };
  const certificate = (spec: unknown): unknown =>
    changed(spec, { certificateFile: absolute, keyFile: absolute });
  return changed(topology, {
    clusters: each((cluster) =>
      changed(cluster, {
        kubeconfig: absolute,
        imageArchives: (archives) => (Array.isArray(archives) ? absolute(archives) : archives),
        trust: (trust) => changed(trust, { issuer: certificate }),
      }),
    ),
    trust: (trust) => changed(trust, { anchors: each(certificate) }),
  });
}

type Change = (value: unknown) => unknown;

function each(change: Change): Change {
  return (list) => (Array.isArray(list) ? list.map(change) : list);
}

/** A copy of an object with changed values of those properties that it has. */
function changed(value: unknown, changes: Readonly<Record<string, Change>>): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, one]) => {
      // A person may have written a key such as "constructor", which every object has.
      const change = Object.hasOwn(changes, key) ? changes[key] : undefined;
      return [key, change === undefined ? one : change(one)];
    }),
  );
}

function property(value: unknown, key: string): unknown {
  return typeof value === "object" && value !== null && Object.hasOwn(value, key)
    ? (value as Readonly<Record<string, unknown>>)[key]
    : undefined;
}
