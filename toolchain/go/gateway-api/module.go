//go:build never

// Package gatewayapi builds nothing: it keeps the Gateway API's module, whose
// custom resource definitions are wanted, in go.mod and go.sum.
package gatewayapi

import _ "sigs.k8s.io/gateway-api/apis/v1"
