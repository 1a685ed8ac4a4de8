/** What is in the project before the first request: such a network as one finds under a managed Kubernetes cluster. */

export interface SeedSubnetwork {
  readonly name: string
  readonly cidr: string
  /** Where it has IPv6: from outside, or inside the network alone. */
  readonly ipv6?: { readonly prefix: string; readonly access: 'EXTERNAL' | 'INTERNAL' }
  /** Ranges of pods and Services, by name. */
  readonly secondary?: Readonly<Record<string, string>>
}

export interface SeedMachine {
  readonly name: string
  /** Default: the next free address of the first subnetwork. */
  readonly privateIp?: string
  /** `us-central1-a`. Default: they take turns. */
  readonly zone?: string
  /** Default: the cluster's tag. */
  readonly tags?: readonly string[]
  readonly serviceAccount?: string
  /** Name of its subnetwork. Default: the first. */
  readonly subnetwork?: string
}

export interface CloudSeed {
  /** The cluster that the network and the tag of its machines are named after. Default `fairlead`. */
  readonly cluster?: string
  readonly subnetworks?: readonly SeedSubnetwork[]
  readonly machines?: readonly SeedMachine[]
  /** How many reserved external addresses that nothing uses. */
  readonly addresses?: number
}

export const DEFAULT_SEED: Required<CloudSeed> = {
  cluster: 'fairlead',
  subnetworks: [
    {
      name: 'nodes',
      cidr: '10.0.0.0/20',
      ipv6: { prefix: '2001:db8:1:0:0:0:0:0/64', access: 'EXTERNAL' },
      secondary: { pods: '10.244.0.0/16', services: '10.96.0.0/16' },
    },
    { name: 'internal', cidr: '10.0.16.0/20', ipv6: { prefix: 'fd20:db8:0:1:0:0:0:0/64', access: 'INTERNAL' } },
  ],
  machines: [],
  addresses: 2,
}
