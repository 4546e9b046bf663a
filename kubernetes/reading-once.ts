import type { KubernetesApi } from "./api.ts";
import { isTimeout } from "./errors.ts";

/**
 * One look at a cluster. It reads each thing once for all callers, and asks once more if there was no answer
 * in time: it is no fault of the mesh if the machine was busy for a moment. Requests that may change
 * something are sent each time.
 */
export function readingOnce(api: KubernetesApi): KubernetesApi {
  const read = new Map<string, Promise<unknown>>();
  const once = <T>(what: readonly unknown[], ask: () => Promise<T>): Promise<T> => {
    const key = JSON.stringify(what);
    const known = read.get(key);
    if (known !== undefined) return known as Promise<T>;
    const asked = twiceAtMost(ask);
    read.set(key, asked);
    return asked;
  };
  return {
    server: api.server,
    get: (path, query) => once(["get", path, query], () => api.get(path, query)),
    text: (path, query) => once(["text", path, query], () => api.text(path, query)),
    podText: (...where) => once(["pod", ...where], () => api.podText(...where)),
    exec: (request) => api.exec(request),
    atPort: (port, use) => api.atPort(port, use),
    post: (path, body, query) => api.post(path, body, query),
    patch: (path, body, query) => api.patch(path, body, query),
    apply: (...how) => api.apply(...how),
    delete: (path) => api.delete(path),
  };
}

/** Asks once more if there was no answer in time. */
export async function twiceAtMost<T>(ask: () => T | Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    if (!isTimeout(error)) throw error;
    return ask();
  }
}
