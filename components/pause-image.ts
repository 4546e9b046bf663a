/**
 * Image of a container that does nothing; other images' defaults for it can't be relied on: that of
 * Linkerd's chart has not been pullable since February 2026.
 */
export const defaultPauseImage = "registry.k8s.io/pause:3.10.1";
