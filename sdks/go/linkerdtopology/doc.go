// Linkerd multi-cluster topologies: clusters, one trust anchor, Linkerd, gateways and Links.
package linkerdtopology
