// Command pulumi-resource-tls is Pulumi's TLS provider: Terraform's TLS provider
// behind Pulumi's bridge, as pulumi-tls has it, whose own module the module
// mirror does not serve. The path of this module begins with the provider's, so
// that it may import the provider's internal package.
package main

import (
	"context"
	"fmt"
	"os"

	"github.com/hashicorp/terraform-provider-tls/internal/provider"
	pf "github.com/pulumi/pulumi-terraform-bridge/v3/pkg/pf/tfbridge"
	"github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfbridge"
	"github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfbridge/tokens"
)

// Set by the linker: the release that this build stands for.
var version = "0.0.0-unversioned"

func main() {
	info := tfbridge.ProviderInfo{
		P:            pf.ShimProvider(provider.New()),
		Name:         "tls",
		Version:      version,
		MetadataInfo: tfbridge.NewProviderMetadata([]byte("{}")),
	}
	if err := info.ComputeTokens(tokens.SingleModule("tls_", "index", tokens.MakeStandard("tls"))); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	// Programs bring their types with @pulumi/tls; the schema is asked for only
	// by generators of SDKs and by Pulumi YAML.
	schema := fmt.Sprintf(`{"name":"tls","version":%q}`, version)
	pf.Main(context.Background(), "tls", info, pf.ProviderMetadata{PackageSchema: []byte(schema)})
}
