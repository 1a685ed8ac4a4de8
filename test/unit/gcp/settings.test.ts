/** The settings of the Google Cloud provider: what is taken, and what is not. */
import { expect, test } from 'vitest'
import { settings } from '../../../providers/gcp/settings.ts'

const NETWORK = 'projects/host-123456/global/networks/shared'
const SUBNETWORK = 'projects/host-123456/regions/europe-west1/subnetworks/nodes'
type Name = keyof typeof settings

test.each<[Name, string, string]>([
  ['gcp-project', '123456789012', 'the id of a project, which is not its number'],
  ['gcp-project', 'Shop', 'the id of a project'],
  ['gcp-region', 'europe-west1-b', 'a region, not a zone'],
  ['gcp-region', 'Belgium', 'a region'],
  ['gcp-network', SUBNETWORK, 'a name, or an id like projects/PROJECT/global/networks/NAME'],
  ['gcp-network', 'Default', 'a name, or an id'],
  ['gcp-subnetwork', NETWORK, 'a name, or an id like projects/PROJECT/regions/REGION/subnetworks/NAME'],
  ['gcp-subnetwork', '10.0.0.0/20', 'a name, or an id'],
  ['gcp-node-tags', 'Nodes', 'a network tag'],
  ['gcp-node-tags', 'x'.repeat(64), 'a network tag'],
  ['gcp-node-service-accounts', 'nodes', 'the email address of a service account'],
  ['gcp-node-service-accounts', 'a@b.c,d@e.f', 'the email address of a service account'],
  ['gcp-endpoint', 'compute.googleapis.com', 'a URL like'],
])('%s does not take %s', (name, text, allowed) => {
  expect(() => settings[name].parse(text)).toThrow(allowed)
})

test.each<[Name, string]>([
  ['gcp-project', 'shop-123456'],
  ['gcp-project', 'example.com:shop-1'],
  ['gcp-region', 'northamerica-northeast1'],
  ['gcp-region', 'us-central1'],
  ['gcp-network', 'default'],
  ['gcp-network', NETWORK],
  ['gcp-network', `https://www.googleapis.com/compute/v1/${NETWORK}`],
  ['gcp-network', 'projects/example.com:shop-1/global/networks/default'],
  ['gcp-subnetwork', 'nodes'],
  ['gcp-subnetwork', `https://compute.googleapis.com/compute/v1/${SUBNETWORK}`],
])('%s takes %s', (name, text) => {
  expect(settings[name].parse(text)).toBe(text)
})

test.each<[Name, string]>([
  ['gcp-node-tags', 'gke-shop-1a2b3c4d-node'],
  ['gcp-node-service-accounts', 'nodes@shop-123456.iam.gserviceaccount.com'],
  ['gcp-node-service-accounts', '123456789012-compute@developer.gserviceaccount.com'],
])('%s takes %s, one each time', (name, text) => {
  expect(settings[name].parse(text)).toEqual([text])
})

test('a running controller publishes all of them, as plan and explain read them', () => {
  expect(Object.entries(settings).filter(([, { published }]) => published !== true)).toEqual([])
})
