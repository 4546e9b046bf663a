/**
 * Annotations that say whether a pod's proxy is a native sidecar: the key of releases before edge-26.5.2, and
 * that of later ones.
 */
export const nativeSidecarAnnotations = [
  "config.beta.linkerd.io/proxy-enable-native-sidecar",
  "config.linkerd.io/proxy-enable-native-sidecar",
] as const;
