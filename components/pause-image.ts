/**
 * Image of a container that does nothing. Defaults of others aren't reliable: that of Linkerd's chart can't
 * be pulled since February 2026.
 */
export const defaultPauseImage = "registry.k8s.io/pause:3.10.1";
