/** Namespace of MetalLB, as in its own instructions. */
export const metallbNamespace = "metallb-system";

/** Release of MetalLB: of its chart and, with a `v`, of its images and its Go module (toolchain/go/metallb). */
export const metallbVersion = "0.15.2";
