import type { KubernetesApi, Query } from "./api.ts";
import { isExpired, KubernetesApiError } from "./errors.ts";
import type { List } from "./objects.ts";

/** Objects per page: a busy API server returns that many well within the time limit. */
const pageSize = 500;

/**
 * Every object of a list, page by page: the whole list of a large cluster would exceed the time limit of a
 * request. If reading takes so long that the API server no longer keeps the pages, it asks for the whole list
 * at once, as Kubernetes' own clients do.
 *
 * @throws KubernetesApiError
 */
export async function listAll<T>(
  api: Pick<KubernetesApi, "get">,
  path: string,
  query: Query = {},
): Promise<readonly T[]> {
  const items: T[] = [];
  let from: string | undefined;
  do {
    let page: List<T>;
    try {
      page = await api.get<List<T>>(path, {
        ...query,
        limit: String(pageSize),
        ...(from !== undefined && { continue: from }),
      });
    } catch (error) {
      if (from === undefined || !isExpired(error)) throw error;
      return itemsOf(await api.get<List<T>>(path, query), path);
    }
    items.push(...itemsOf(page, path));
    from = page.metadata?.continue;
  } while (from !== undefined && from !== "");
  return items;
}

function itemsOf<T>(
  { items }: { readonly items?: readonly T[] | null },
  path: string,
): readonly T[] {
  // Go writes an empty list as null.
  if (items === null) return [];
  if (Array.isArray(items)) return items as readonly T[];
  throw new KubernetesApiError(`GET ${path}`, 200, "NoList", "the answer is not a list");
}
