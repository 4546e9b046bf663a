import type { KubernetesApi } from "./api.ts";
import { isNotFound } from "./errors.ts";
import { listAll } from "./list-all.ts";

/** The object. Undefined if it, or what serves its kind, doesn't exist. */
export async function getIfThere<T>(api: KubernetesApi, path: string): Promise<T | undefined> {
  try {
    return await api.get<T>(path);
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}

/** Every object of a list. Empty if nothing serves their kind. */
export async function listIfServed<T>(api: KubernetesApi, path: string): Promise<readonly T[]> {
  try {
    return await listAll<T>(api, path);
  } catch (error) {
    if (isNotFound(error)) return [];
    throw error;
  }
}

/** Deletes an object that somebody else may have deleted meanwhile. */
export async function deleteIfThere(api: KubernetesApi, path: string): Promise<void> {
  await api.delete(path).catch((error: unknown) => {
    if (!isNotFound(error)) throw error;
  });
}
