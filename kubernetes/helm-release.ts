import { gunzipSync, gzipSync } from "node:zlib";
import type { KubernetesApi } from "./api.ts";
import { deleteIfThere, getIfThere } from "./optional.ts";
import { isAlreadyThere } from "./errors.ts";
import { ResourcePaths } from "./resource-paths.ts";

export interface ManifestObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
}

export interface ReleaseRef {
  readonly namespace: string;
  readonly release: string;
}

interface Records {
  readonly items: readonly {
    readonly metadata: {
      readonly name?: string;
      readonly labels?: Readonly<Record<string, string>>;
    };
    readonly data?: { readonly release?: string };
  }[];
}

/**
 * The objects of a release that don't exist. Helm looks only at its own records, so an object that was
 * deleted by hand stays away until something in the release changes.
 *
 * @returns none if the release doesn't exist either
 */
export async function missingObjects(
  api: KubernetesApi,
  ref: ReleaseRef,
): Promise<ManifestObject[]> {
  const paths = new ResourcePaths(api);
  const objects = await installedObjects(api, ref);
  const found = await Promise.all(
    objects.map(async (object) => {
      const path = await paths.of(object, ref.namespace);
      // What serves the kind may be missing as well; it is recreated first.
      if (path === undefined) return undefined;
      return getIfThere(api, path.object);
    }),
  );
  return objects.filter((_, index) => found[index] === undefined);
}

/**
 * Recreates the missing objects of a release from Helm's record. So nothing else of the release changes, in
 * particular not its webhooks' certificates.
 *
 * @returns descriptions of the recreated objects, in the order of the manifest
 */
export async function restoreRelease(api: KubernetesApi, ref: ReleaseRef): Promise<string[]> {
  const restored: string[] = [];
  const paths = new ResourcePaths(api);
  for (const object of await missingObjects(api, ref)) {
    const path = await paths.of(object, ref.namespace);
    if (path === undefined) continue;
    try {
      await api.post(path.collection, ownedByHelm(object, ref));
      restored.push(describeObject(object));
    } catch (error) {
      // A controller was faster.
      if (!isAlreadyThere(error)) throw error;
    }
  }
  return restored;
}

/**
 * Makes Helm keep objects of a release when it uninstalls it. Helm reads the annotation from its own record,
 * and the charts offer no value to set it.
 */
export async function keepObjects(
  api: KubernetesApi,
  { namespace, release }: ReleaseRef,
  keep: (object: ManifestObject) => boolean,
): Promise<void> {
  const { parseAllDocuments } = await import("yaml");
  const secrets = `/api/v1/namespaces/${namespace}/secrets`;
  const labelSelector = `owner=helm,name=${release}`;
  // Helm uninstalls by the latest record, whatever its state.
  for (const { metadata, data } of (await api.get<Records>(secrets, { labelSelector })).items) {
    if (data?.release === undefined) continue;
    const record = decode(data.release);
    const manifest = parseAllDocuments(record.manifest)
      .filter((document) => document.toJS() !== null)
      .map((document) => {
        if (keep(document.toJS() as ManifestObject)) {
          document.setIn(["metadata", "annotations", "helm.sh/resource-policy"], "keep");
        }
        return `---\n${document.toString({ directives: false, lineWidth: 0 })}`;
      })
      .join("");
    await api.patch(`${secrets}/${metadata.name ?? ""}`, {
      data: { release: encode({ ...record, manifest }) },
    });
  }
}

/**
 * Uninstalls a release of which Helm has a record, however far it came: what Helm was stopped at in the middle
 * it refuses to touch, and nobody else knows its objects.
 *
 * @param stays whether an object is left where it is; so is all that has not this release's mark by Helm
 */
export async function uninstallRelease(
  api: KubernetesApi,
  ref: ReleaseRef,
  stays: (object: ManifestObject) => Promise<boolean>,
): Promise<void> {
  const { parseAllDocuments } = await import("yaml");
  const paths = new ResourcePaths(api);
  const secrets = `/api/v1/namespaces/${ref.namespace}/secrets`;
  const labelSelector = `owner=helm,name=${ref.release}`;
  const { items } = await api.get<Records>(secrets, { labelSelector });
  for (const { data } of items) {
    if (data?.release === undefined) continue;
    const objects = parseAllDocuments(decode(data.release).manifest)
      .map((document) => document.toJS() as ManifestObject | null)
      .filter((object) => object !== null);
    for (const object of objects.reverse()) {
      const path = (await paths.of(object, ref.namespace))?.object;
      const found = path && (await getIfThere<ManifestObject>(api, path));
      if (path === undefined || !found || !isOf(found, ref) || (await stays(object))) continue;
      await deleteIfThere(api, path);
    }
  }
  // Last of all: without them nobody could tell any more what there is.
  for (const { metadata } of items) await deleteIfThere(api, `${secrets}/${metadata.name ?? ""}`);
}

/** Whether Helm has a record of a release, in whatever state. */
export async function hasRecord(api: KubernetesApi, { namespace, release }: ReleaseRef) {
  const { items } = await api.get<Records>(`/api/v1/namespaces/${namespace}/secrets`, {
    labelSelector: `owner=helm,name=${release}`,
  });
  return items.length > 0;
}

function isOf({ metadata: { annotations } }: ManifestObject, { namespace, release }: ReleaseRef) {
  return (
    annotations?.["meta.helm.sh/release-name"] === release &&
    annotations["meta.helm.sh/release-namespace"] === namespace &&
    annotations["helm.sh/resource-policy"] !== "keep"
  );
}

/** `Deployment linkerd-multicluster/linkerd-gateway` */
export function describeObject({ kind, metadata: { namespace, name } }: ManifestObject): string {
  return `${kind} ${namespace === undefined ? "" : `${namespace}/`}${name}`;
}

/** The objects in Helm's record of a release. None if the release doesn't exist. */
export async function installedObjects(
  api: KubernetesApi,
  { namespace, release }: ReleaseRef,
): Promise<ManifestObject[]> {
  const records = await api.get<Records>(`/api/v1/namespaces/${namespace}/secrets`, {
    labelSelector: `owner=helm,name=${release},status=deployed`,
  });
  const version = ({ metadata }: Records["items"][number]): number =>
    Number(metadata.labels?.["version"] ?? 0);
  const [latest] = records.items.slice().sort((a, b) => version(b) - version(a));
  if (latest?.data?.release === undefined) return [];
  // Loaded on demand: most runs of the plugins never look at a release.
  const { parseAllDocuments } = await import("yaml");
  return parseAllDocuments(decode(latest.data.release).manifest)
    .map((document) => document.toJS() as ManifestObject | null)
    .filter((object) => object !== null);
}

interface ReleaseRecord {
  readonly manifest: string;
}

/** Helm's record is compressed JSON in Base64; Kubernetes encodes it in Base64 once more. */
function decode(data: string): ReleaseRecord {
  const compressed = Buffer.from(Buffer.from(data, "base64").toString("latin1"), "base64");
  return JSON.parse(gunzipSync(compressed).toString("utf8")) as ReleaseRecord;
}

function encode(record: ReleaseRecord): string {
  const compressed = gzipSync(JSON.stringify(record)).toString("base64");
  return Buffer.from(compressed, "latin1").toString("base64");
}

/** Helm adds this to everything that it creates, and touches nothing without it. */
function ownedByHelm(object: ManifestObject, { namespace, release }: ReleaseRef): ManifestObject {
  const { metadata } = object;
  return {
    ...object,
    metadata: {
      ...metadata,
      labels: { ...metadata.labels, "app.kubernetes.io/managed-by": "Helm" },
      annotations: {
        ...metadata.annotations,
        "meta.helm.sh/release-name": release,
        "meta.helm.sh/release-namespace": namespace,
      },
    },
  };
}
