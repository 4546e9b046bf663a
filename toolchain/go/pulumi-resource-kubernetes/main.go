// Command pulumi-resource-kubernetes is Pulumi's Kubernetes provider. The
// module's own main package embeds two files that its release build generates
// and that the module does not hold; the module holds what they are made from.
package main

import (
	"bytes"
	_ "embed"

	"github.com/pulumi/pulumi-kubernetes/provider/v4/pkg/provider"
)

// Set by the linker: the release that this build stands for.
var version = "0.0.0-unversioned"

// Both come from the module (cmd/pulumi-resource-kubernetes) at build time.

//go:embed schema.json
var schema []byte

//go:embed terraform-mapping.json
var terraformMapping []byte

func main() {
	// The module's schema has no version; a provider without one is warned
	// about at every start.
	versioned := append([]byte(`{"version":"`+version+`",`), bytes.TrimPrefix(bytes.TrimSpace(schema), []byte("{"))...)
	provider.Serve("kubernetes", version, versioned, terraformMapping)
}
