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

/** The installed version of the Gateway API, unless a file is given. */
export const gatewayApiVersion = "v1.2.1";

const publicUrl = `https://github.com/kubernetes-sigs/gateway-api/releases/download/${gatewayApiVersion}/standard-install.yaml`;

/**
 * A directory in the cache with a Helm chart of the Gateway API's CRDs.
 *
 * The Gateway API has no chart of its own, and its CRDs are a megabyte: as resources of the stack they would
 * be in its state once per cluster. The chart has them in its `crds` folder, one file each. So Helm waits
 * until the API server serves them, doesn't change existing ones, and never deletes them: other people in an
 * existing cluster may use them.
 *
 * @param file YAML file with the CRDs. @default the public release, fetched once
 * @throws pulumi.RunError if the file or the public release can't be read.
 */
export function gatewayApiChart(file: string | undefined): pulumi.Output<string> {
  if (file !== undefined) return pulumi.output(writeChart(readCrds(file)));
  const downloaded = join(
    cacheDirectory(programEnv()),
    "gateway-api",
    gatewayApiVersion,
    "standard-install.yaml",
  );
  if (existsSync(downloaded)) return pulumi.output(writeChart(readCrds(downloaded)));
  return pulumi.output(
    download(publicUrl).then((text) => {
      const directory = writeChart(text);
      writeWhole(downloaded, text);
      return directory;
    }),
  );
}

/** Names of the CRDs in a chart from {@link gatewayApiChart}. */
export function crdNames(directory: string): string[] {
  return readdirSync(join(directory, "crds"))
    .map((file) => file.replace(/\.yaml$/, ""))
    .sort();
}

/** @throws pulumi.RunError with the reason why the file can't be read */
export function readCrds(file: string): string {
  try {
    return readPlainFile(file, largestMade);
  } catch (error) {
    throw new pulumi.RunError(
      `Gateway API CRDs: ${file} can't be read: ${(error as Error).message}. ` +
        'Correct "gatewayApi" in the sources file.',
    );
  }
}

async function download(url: string): Promise<string> {
  const elsewhere =
    'Check the connection, or name a file with the CRDs as "gatewayApi" in a sources file ' +
    "(LINKERD_TOPOLOGY_SOURCES).";
  try {
    const response = await proxiedFetch(programEnv())(url, { limit: timeLimits.download });
    if (!response.ok) throw new Error(`status ${response.status}`);
    return await response.text();
  } catch (error) {
    throw new pulumi.RunError(
      `Gateway API CRDs: ${url} can't be downloaded: ${(error as Error).message}. ${elsewhere}`,
    );
  }
}

/**
 * Splits the CRDs into the chart's files, by name. Other kinds of objects are left out.
 *
 * @throws pulumi.RunError if the text is not YAML
 */
export function crdsByName(text: string): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const document of parseAllDocuments(text)) {
    const [error] = document.errors;
    if (error !== undefined) {
      throw new pulumi.RunError(`Gateway API CRDs: the file is not valid YAML: ${error.message}`);
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
  const crds = crdsByName(text);
  if (!crds.has("httproutes.gateway.networking.k8s.io")) {
    throw new pulumi.RunError(
      "Gateway API CRDs: HTTPRoute is missing, which Linkerd needs. " +
        "Use the file standard-install.yaml of a Gateway API release.",
    );
  }
  const bundle = /bundle-version:\s*v(\d+\.\d+\.\d+)/.exec(text)?.[1] ?? "0.0.0";
  mkdirSync(dirname(directory), { recursive: true });
  // Written elsewhere and renamed: another `up` may be doing the same, and this one may be killed.
  const aside = mkdtempSync(`${directory}.`);
  mkdirSync(join(aside, "crds"));
  writeFileSync(
    join(aside, "Chart.yaml"),
    `apiVersion: v2\nname: gateway-api\nversion: ${bundle}+${hash}\n`,
  );
  for (const [name, document] of crds) {
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
