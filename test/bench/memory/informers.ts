/** The official client's informers on what the controller reads: the comparison, bundled in the same way. It does nothing with what it holds. */
import { CoreV1Api, DiscoveryV1Api, KubeConfig, makeInformer } from '@kubernetes/client-node'

const [file = ''] = process.argv.slice(2)
const config = new KubeConfig()
config.loadFromFile(file)
// The emulated server speaks plain HTTP, which the client takes only with this.
for (const cluster of config.clusters) Object.assign(cluster, { skipTLSVerify: true })
const core = config.makeApiClient(CoreV1Api)
const discovery = config.makeApiClient(DiscoveryV1Api)
const informers = [
  makeInformer(config, '/api/v1/services', () => core.listServiceForAllNamespaces()),
  makeInformer(config, '/api/v1/nodes', () => core.listNode()),
  makeInformer(config, '/apis/discovery.k8s.io/v1/endpointslices', () => discovery.listEndpointSliceForAllNamespaces()),
]
for (const informer of informers) informer.on('error', (error: unknown) => console.error(error))
await Promise.all(informers.map((informer) => informer.start()))
