import { parseAllDocuments } from "yaml";
import type { KubernetesApi } from "../../kubernetes/api.ts";
import { isAlreadyThere, isNotFound } from "../../kubernetes/errors.ts";
import { timeLimits } from "../../system/time-limits.ts";
import { eventually } from "./environment.ts";

interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
}

interface Resources {
  readonly resources: readonly {
    readonly name: string;
    readonly kind: string;
    readonly namespaced: boolean;
  }[];
}

/** Creates every object of a YAML text, in order, as `kubectl create` does. One that is there stays as it is. */
export async function createAll(api: KubernetesApi, yaml: string): Promise<void> {
  for (const document of parseAllDocuments(yaml)) {
    const manifest = document.toJS() as Manifest | null;
    if (manifest?.kind === undefined) continue;
    const { kind, metadata } = manifest;
    // The API server serves a new definition only a moment later.
    await eventually(`${kind} ${metadata.name}`, timeLimits.apiServerAnswers, async () => {
      try {
        await api.post(await collectionOf(api, manifest), manifest);
      } catch (error) {
        if (isNotFound(error)) return undefined;
        if (!isAlreadyThere(error)) throw error;
      }
      return true;
    });
  }
}

async function collectionOf(
  api: KubernetesApi,
  { apiVersion, kind, metadata }: Manifest,
): Promise<string> {
  const root = apiVersion.includes("/") ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
  const { resources } = await api.get<Resources>(root);
  const found = resources.find((one) => one.kind === kind && !one.name.includes("/"));
  if (found === undefined) throw new Error(`${apiVersion} serves no ${kind}`);
  const { namespace = "default" } = metadata;
  return found.namespaced
    ? `${root}/namespaces/${namespace}/${found.name}`
    : `${root}/${found.name}`;
}
