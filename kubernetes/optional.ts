import type { KubernetesApi } from "./api.ts";
import { isNotFound } from "./errors.ts";

/** The object, or undefined if there is none (or nothing that serves its kind). */
export async function getIfThere<T>(api: KubernetesApi, path: string): Promise<T | undefined> {
  try {
    return await api.get<T>(path);
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}
