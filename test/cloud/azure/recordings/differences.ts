/** The differences between the emulator and the recorded answers that are known and kept, each with its reason. What is not listed here fails the comparison. */
import type { Known } from '../../recordings/difference.ts'

export const KNOWN: readonly Known[] = [
  {
    what: 'Subnets have `privateEndpointNetworkPolicies: Disabled` where nothing is said.',
    because:
      'That is what answers say since 2025; with api-versions of 2019 and 2020 it was `Enabled`. A write that changes nothing but this is then no change here.',
    at: /^\w+ virtualNetworks.* (2019-09-01|2020-07-01) .*privateEndpointNetworkPolicies$/,
  },
  {
    what: 'A PUT of a subnet with `privateEndpointNetworkPolicies: Disabled` changes nothing.',
    because: 'It follows from the difference before.',
    scenarios: ['cli-private-link-service'],
    at: /^(PUT|GET) virtualNetworks\/subnets 2020-07-01 (etag|properties\.provisioningState)$/,
  },
  {
    what: 'Answers to writes carry `azure-asyncnotification: Enabled`.',
    because: 'All do since 2024, except in the China cloud.',
    scenarios: ['cpa-load-balancer-china'],
    at: /header azure-asyncnotification$/,
  },
  {
    what: 'A public address of the Basic SKU with the allocation method Dynamic gets no address.',
    because: 'The Basic SKU is retired. In Azure it got one with the first machine behind it.',
    at: /^GET publicIPAddresses (2018-01-01|2019-09-01) properties\.ipAddress$/,
  },
  {
    what: 'A subnet shows the frontends of internal load balancers among its `ipConfigurations`.',
    because: 'Answers since 2025 do; those of 2019 listed interfaces alone.',
    scenarios: ['net-lb-internal'],
    at: /^GET virtualNetworks 2019-09-01 .*ipConfigurations\[\]$/,
  },
  {
    what: 'The version of a network interface that belongs to a machine changes twice with a write of its own, and not with one of another interface.',
    because: 'In Azure it changed once more while the other members of the pool were written.',
    scenarios: ['net-lb-internal', 'net-lb-with-vms'],
    at: /^GET networkInterfaces 2019-09-01 (properties\.ipConfigurations\[\]\.)?etag$/,
  },
  {
    what: 'Usages are listed of the kinds of resources that there are.',
    because: 'Azure lists 42 kinds.',
    scenarios: ['cli-usages'],
    at: /^GET locations\/usages .* value\[\](\.currentValue)?$/,
  },
]
