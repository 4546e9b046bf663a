import type { KubernetesApi } from "./api.ts";
import { isNotFound } from "./errors.ts";

/** The object. Undefined if it, or what serves its kind, doesn't exist. */
export async function getIfThere<T>(api: KubernetesApi, path: string): Promise<T | undefined> {
  try {
    return await api.get<T>(path);
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}

/** Deletes an object that somebody else may have deleted meanwhile. */
export async function deleteIfThere(api: KubernetesApi, path: string): Promise<void> {
  await api.delete(path).catch((error: unknown) => {
    if (!isNotFound(error)) throw error;
  });
}
