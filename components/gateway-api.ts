import { createHash, randomUUID } from "node:crypto";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { parseAllDocuments } from "yaml";
import { timeLimits } from "../system/time-limits.ts";
import { proxiedFetch } from "../system/proxied-fetch.ts";
import { cacheDirectory } from "../system/cache-directory.ts";
import { largestMade, readPlainFile } from "../system/plain-file.ts";
import { programEnv } from "./program-context.ts";

/** Version of the Gateway API that is installed where no file says otherwise. */
export const gatewayApiVersion = "v1.2.1";

const publicUrl = `https://github.com/kubernetes-sigs/gateway-api/releases/download/${gatewayApiVersion}/standard-install.yaml`;

/**
 * A directory with a Helm chart of the Gateway API's custom resource definitions, made in the cache.
 *
 * A chart of ours, since there is none and the definitions are a megabyte: as resources of the stack
 * they would be in its state, for every cluster. They are in the chart's `crds`, one file each: Helm
 * then waits until the API server serves them, leaves those alone that are there already, and never
 * deletes them, as other things in an existing cluster may live by them.
 *
 * @param file YAML file with the definitions. @default the public release, fetched once
 * @throws pulumi.RunError if the file or the public release cannot be read.
 */
export function gatewayApiChart(file: string | undefined): pulumi.Output<string> {
  if (file !== undefined) return pulumi.output(writeChart(readDefinitions(file)));
  const downloaded = join(
    cacheDirectory(programEnv()),
    "gateway-api",
    gatewayApiVersion,
    "standard-install.yaml",
  );
  if (existsSync(downloaded)) return pulumi.output(writeChart(readDefinitions(downloaded)));
  return pulumi.output(
    download(publicUrl).then((text) => {
      const directory = writeChart(text);
      writeWhole(downloaded, text);
      return directory;
    }),
  );
}

/** Names of the definitions in a chart that {@link gatewayApiChart} made. */
export function definitionsOf(directory: string): string[] {
  return readdirSync(join(directory, "crds"))
    .map((file) => file.replace(/\.yaml$/, ""))
    .sort();
}

/** @throws pulumi.RunError with the reason why the file can't be read */
export function readDefinitions(file: string): string {
  try {
    return readPlainFile(file, largestMade);
  } catch (error) {
    throw new pulumi.RunError(
      `Gateway API definitions: ${file} cannot be read: ${(error as Error).message}. ` +
        'Mend "gatewayApi" in the sources file.',
    );
  }
}

async function download(url: string): Promise<string> {
  const elsewhere =
    'Check the connection, or name a file with the definitions as "gatewayApi" in a sources file ' +
    "(LINKERD_TOPOLOGY_SOURCES).";
  try {
    const response = await proxiedFetch(programEnv())(url, {
      signal: AbortSignal.timeout(timeLimits.download),
    });
    if (!response.ok) throw new Error(`status ${response.status}`);
    return await response.text();
  } catch (error) {
    throw new pulumi.RunError(
      `Gateway API definitions: ${url} cannot be fetched: ${(error as Error).message}. ${elsewhere}`,
    );
  }
}

/**
 * Splits the definitions into the chart's files, by name; other kinds of objects are left out.
 *
 * @throws pulumi.RunError where the text is no YAML
 */
export function definitionsByName(text: string): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const document of parseAllDocuments(text)) {
    const [error] = document.errors;
    if (error !== undefined) {
      throw new pulumi.RunError(`Gateway API definitions: they are no YAML: ${error.message}`);
    }
    const name = document.getIn(["metadata", "name"]);
    if (document.get("kind") !== "CustomResourceDefinition" || typeof name !== "string") continue;
    found.set(name, text.slice(document.contents?.range[0], document.range[2]));
  }
  return found;
}

function writeChart(text: string): string {
  const hash = createHash("sha256").update(text).digest("hex").slice(0, 12);
  const directory = join(cacheDirectory(programEnv()), "charts", `gateway-api-${hash}`);
  if (existsSync(directory)) return directory;
  const definitions = definitionsByName(text);
  if (!definitions.has("httproutes.gateway.networking.k8s.io")) {
    throw new pulumi.RunError(
      "Gateway API definitions: there is no HTTPRoute among them, which Linkerd needs. " +
        "Use the file standard-install.yaml of a Gateway API release.",
    );
  }
  const bundle = /bundle-version:\s*v(\d+\.\d+\.\d+)/.exec(text)?.[1] ?? "0.0.0";
  mkdirSync(dirname(directory), { recursive: true });
  // Written aside and renamed: another `up` may be doing the same, and this one may be killed.
  const aside = mkdtempSync(`${directory}.`);
  mkdirSync(join(aside, "crds"));
  writeFileSync(
    join(aside, "Chart.yaml"),
    `apiVersion: v2\nname: gateway-api\nversion: ${bundle}+${hash}\n`,
  );
  for (const [name, document] of definitions) {
    writeFileSync(join(aside, "crds", `${name}.yaml`), document);
  }
  rename(aside, directory);
  return directory;
}

function writeWhole(file: string, text: string): void {
  mkdirSync(dirname(file), { recursive: true });
  const aside = `${file}.${randomUUID()}`;
  writeFileSync(aside, text);
  renameSync(aside, file);
}

function rename(from: string, to: string): void {
  try {
    renameSync(from, to);
  } catch (error) {
    rmSync(from, { recursive: true, force: true });
    if (!existsSync(to)) throw error;
  }
}
