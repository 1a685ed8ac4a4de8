/**
 * The SDK's clients that we use, each from its own file: the package's index loads 129 of them. Not TypeScript, and with types of our own beside it: those of the
 * package have 33 MB, for which the compiler takes 60 % more time.
 */
export { AddressesClient } from '@google-cloud/compute/build/src/v1/addresses_client.js'
export { FirewallsClient } from '@google-cloud/compute/build/src/v1/firewalls_client.js'
export { ForwardingRulesClient } from '@google-cloud/compute/build/src/v1/forwarding_rules_client.js'
export { GlobalOperationsClient } from '@google-cloud/compute/build/src/v1/global_operations_client.js'
export { InstanceGroupsClient } from '@google-cloud/compute/build/src/v1/instance_groups_client.js'
export { NetworkEndpointGroupsClient } from '@google-cloud/compute/build/src/v1/network_endpoint_groups_client.js'
export { RegionBackendServicesClient } from '@google-cloud/compute/build/src/v1/region_backend_services_client.js'
export { RegionHealthChecksClient } from '@google-cloud/compute/build/src/v1/region_health_checks_client.js'
export { RegionOperationsClient } from '@google-cloud/compute/build/src/v1/region_operations_client.js'
export { SubnetworksClient } from '@google-cloud/compute/build/src/v1/subnetworks_client.js'
export { ZoneOperationsClient } from '@google-cloud/compute/build/src/v1/zone_operations_client.js'
