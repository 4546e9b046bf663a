import type { KubernetesApi } from "../../kubernetes/api.ts";

interface ApiGroups {
  readonly groups: readonly { readonly preferredVersion: { readonly groupVersion: string } }[];
}

interface ApiResources {
  readonly resources: readonly {
    readonly name: string;
    readonly verbs: readonly string[];
  }[];
}

interface Objects {
  readonly items: readonly {
    readonly metadata: { readonly name: string; readonly namespace?: string; readonly uid: string };
  }[];
}

/** Kinds whose objects come and go by themselves. */
const restless: ReadonlySet<string> = new Set(["events", "componentstatuses"]);

/**
 * Every object of a cluster, of every kind that its API serves: `group/version resource
 * namespace/name` → uid.
 */
export async function listObjects(api: KubernetesApi): Promise<Map<string, string>> {
  const { groups } = await api.get<ApiGroups>("/apis");
  const roots = [
    "/api/v1",
    ...groups.map((group) => `/apis/${group.preferredVersion.groupVersion}`),
  ];
  const found = await Promise.all(
    roots.map(async (root) => {
      const { resources } = await api.get<ApiResources>(root);
      const kinds = resources.filter(
        ({ name, verbs }) => verbs.includes("list") && !name.includes("/") && !restless.has(name),
      );
      return Promise.all(
        kinds.map(async ({ name }) => {
          const { items } = await api.get<Objects>(`${root}/${name}`);
          return items.map(({ metadata }): [string, string] => [
            `${root} ${name} ${metadata.namespace ?? ""}/${metadata.name}`,
            metadata.uid,
          ]);
        }),
      );
    }),
  );
  return new Map(found.flat(2));
}

/** The objects that are in only one of two listings, or have another uid in the other one. */
export function differences(
  before: ReadonlyMap<string, string>,
  after: ReadonlyMap<string, string>,
): string[] {
  const gone = [...before]
    .filter(([key, uid]) => after.get(key) !== uid)
    .map(([key]) => `- ${key}`);
  const added = [...after]
    .filter(([key, uid]) => before.get(key) !== uid)
    .map(([key]) => `+ ${key}`);
  return [...gone, ...added].sort();
}
