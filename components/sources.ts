import { existsSync, statSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import * as z from "zod";
import { parseLinkerdVersion } from "../planning/linkerd/version.ts";
import { defaultVersion } from "../planning/linkerd/versions.ts";
import { heldVersion } from "../planning/sources/held-version.ts";
import { mapPaths, type Sources, sourcesOf } from "../planning/sources/sources.ts";
import { readPlainFile } from "../system/plain-file.ts";
import { programEnv, programPath } from "./program-context.ts";
import { splitImage } from "./values.ts";

const text = z.string().min(1);
const viz = z.strictObject({
  archives: z.array(text).optional(),
  images: z
    .strictObject({
      metricsApi: text.optional(),
      tap: text.optional(),
      web: text.optional(),
    })
    .optional(),
  page: z.boolean().optional(),
});
const schema = z.strictObject({
  nodeImage: text.optional(),
  archives: z.array(text).optional(),
  images: z
    .strictObject({
      controller: text.optional(),
      proxy: text.optional(),
      pause: text.optional(),
      probe: text.optional(),
      prometheus: text.optional(),
      jaeger: text.optional(),
    })
    .optional(),
  prometheusArchive: text.optional(),
  jaegerArchive: text.optional(),
  viz: viz.optional(),
  metallb: z
    .strictObject({
      chart: text.optional(),
      archives: z.array(text).optional(),
      images: z.strictObject({ controller: text.optional(), speaker: text.optional() }).optional(),
    })
    .optional(),
  charts: text.optional(),
  gatewayApi: text.optional(),
  linkerdVersion: text.optional(),
  versions: z
    .record(
      text,
      z.strictObject({
        archives: z.array(text).optional(),
        images: z.strictObject({ controller: text.optional(), proxy: text.optional() }).optional(),
        charts: text.optional(),
        viz: viz.optional(),
      }),
    )
    .optional(),
  dataPlane: z.enum(["real", "none"]).optional(),
});

/** Environment variable that names the sources file. */
export const sourcesVariable = "LINKERD_TOPOLOGY_SOURCES";

/**
 * Reads a `sources.json` and makes its paths absolute.
 *
 * @param file path of the file, relative to the working directory
 * @throws pulumi.RunError with every problem: the file is missing or isn't JSON, a key is unknown or has the
 *   wrong type, something that it names doesn't exist.
 */
export function readSources(file: string): Sources {
  const path = resolve(file);
  const parsed = schema.safeParse(parse(path));
  if (!parsed.success) {
    throw failure(
      path,
      parsed.error.issues.map((issue) => `${at(issue.path)}${describe(issue)}`),
    );
  }
  const beside = (relative: string) => resolve(dirname(path), relative);
  const sources = mapPaths(parsed.data as Sources, beside);
  const problems = [
    ...wrongVersions(sources),
    ...[
      sources,
      ...Object.keys(sources.versions ?? {}).map((version) => sourcesOf(sources, version)),
    ].flatMap((one) => [...missingFiles(one), ...unusableImages(one)]),
  ];
  if (problems.length > 0) throw failure(path, [...new Set(problems)]);
  return withHeldVersion(sources);
}

/** The sources that the environment names, or else the program. */
export function namedSources(named?: string): Sources | undefined {
  const file = programEnv()[sourcesVariable] ?? named;
  return file ? readSources(programPath(file)) : undefined;
}

/**
 * Adds the release of Linkerd to sources that hold one. An earlier version of the package didn't record it.
 */
export function withHeldVersion(sources: Sources): Sources {
  const held = heldVersion(sources, (file) => (existsSync(file) ? readPlainFile(file) : undefined));
  return held === undefined ? sources : { ...sources, linkerdVersion: held };
}

function wrongVersions({ linkerdVersion, versions = {} }: Sources): string[] {
  const named = [
    ...(linkerdVersion === undefined ? [] : [{ key: "linkerdVersion", version: linkerdVersion }]),
    ...Object.keys(versions).map((version) => ({ key: "versions", version })),
  ];
  return named
    .filter(({ version }) => parseLinkerdVersion(version) === undefined)
    .map(
      ({ key, version }) =>
        `${key}: "${version}" is not an edge release of Linkerd; write one such as ${defaultVersion}`,
    );
}

function parse(path: string): unknown {
  let content: string;
  try {
    content = readPlainFile(path);
  } catch (error) {
    throw failure(path, [
      `it cannot be read: ${(error as Error).message}; correct ${sourcesVariable} or the ` +
        "configuration value linkerd-topology:sources, or remove it to use the public registries",
    ]);
  }
  try {
    return JSON.parse(content) as unknown;
  } catch (error) {
    throw failure(path, [`it is not valid JSON: ${(error as Error).message}`]);
  }
}

function missingFiles(sources: Sources): string[] {
  const problems: string[] = [];
  const expect = (key: string, path: string | undefined, kind: "file" | "directory") => {
    if (path === undefined) return;
    const found = existsSync(path) ? statSync(path) : undefined;
    if (kind === "file" ? found?.isFile() : found?.isDirectory()) return;
    problems.push(`${key}: there is no ${kind} ${path}`);
  };
  sources.archives?.forEach((path, index) => expect(`archives[${String(index)}]`, path, "file"));
  expect("prometheusArchive", sources.prometheusArchive, "file");
  expect("jaegerArchive", sources.jaegerArchive, "file");
  sources.metallb?.archives?.forEach((path, index) =>
    expect(`metallb.archives[${String(index)}]`, path, "file"),
  );
  expect("metallb.chart", sources.metallb?.chart, "directory");
  sources.viz?.archives?.forEach((path, index) =>
    expect(`viz.archives[${String(index)}]`, path, "file"),
  );
  expect("gatewayApi", sources.gatewayApi, "file");
  expect("charts", sources.charts, "directory");
  if (problems.length === 0 && sources.charts !== undefined) {
    for (const chart of ["linkerd-crds", "linkerd-control-plane", "linkerd-multicluster"]) {
      expect("charts", join(sources.charts, chart, "Chart.yaml"), "file");
    }
  }
  return problems;
}

function unusableImages({ images, viz }: Sources): string[] {
  const ofLinkerd = {
    "images.controller": images?.controller,
    "images.proxy": images?.proxy,
    "viz.images.metricsApi": viz?.images?.metricsApi,
    "viz.images.tap": viz?.images?.tap,
    "viz.images.web": viz?.images?.web,
  };
  return Object.entries(ofLinkerd).flatMap(([key, reference]) => {
    if (reference === undefined) return [];
    try {
      splitImage(reference);
      return [];
    } catch (error) {
      return [`${key}: ${(error as Error).message}`];
    }
  });
}

function at(path: readonly PropertyKey[]): string {
  const joined = path
    .map((part) => (typeof part === "number" ? `[${String(part)}]` : `.${String(part)}`))
    .join("");
  return joined === "" ? "" : `${joined.replace(/^\./, "")}: `;
}

function describe(issue: z.core.$ZodIssue): string {
  if (issue.code !== "unrecognized_keys") return issue.message;
  const known = issue.path[0] === "images" ? schema.shape.images.unwrap().shape : schema.shape;
  return `unknown ${issue.keys.map((key) => `"${key}"`).join(", ")}; known are ${Object.keys(known).join(", ")}`;
}

function failure(path: string, problems: readonly string[]): pulumi.RunError {
  return new pulumi.RunError([`sources file ${path}:`, ...problems].join("\n  "));
}
