/** What is special about commands of the docs: what goes on until it is stopped, what is to fail, and what cannot be run here, with the reason. */

export type Way =
  /** Goes on until the page ends or the next such command comes; what it prints then matches. */
  | { readonly kind: 'start'; readonly prints: RegExp; readonly first?: string }
  | { readonly kind: 'fail' }
  | { readonly kind: 'instead'; readonly of: RegExp; readonly by: string }
  | { readonly kind: 'skip'; readonly because: string }

interface Rule {
  readonly command: RegExp
  readonly way: Way
}

const skip = (because: string): Way => ({ kind: 'skip', because })
const PEER = 'there is no aws-load-balancer-controller here; test/cloud/aws/peer runs it on the emulated AWS, where it is built'

/** The first that matches counts; a command that none matches is run as it is printed, and has to succeed. */
export const RULES: readonly Rule[] = [
  { command: /^npm (ci && npm )?start\b/, way: { kind: 'start', prints: /Ctrl-C stops it/ } },
  {
    command: /fairlead -- run --kubeconfig ~\/\.kube\/config/,
    way: { kind: 'start', prints: /started/, first: 'mkdir -p ~/.kube && cp .fairlead/kubeconfig ~/.kube/config' },
  },
  { command: /emulators\/(azure|gcp)\/start\.ts/, way: { kind: 'start', prints: /Ctrl-C stops it/ } },
  { command: /^az |^U=/, way: skip('there is no Azure CLI here') },
  { command: /# (connection refused|cut off|nothing is left)$/, way: { kind: 'fail' } },
  { command: /^npm ci && npm test$/, way: skip('it is the suite that this test is in') },
  { command: /^git clone |^AWS_LOAD_BALANCER_CONTROLLER=/, way: skip('it takes the internet and Go; with the controller built, test/cloud/aws/peer runs it') },
  {
    command: /--admission \| kubectl apply/,
    way: skip('the embedded API has no admission policies; test/kubernetes/policy-admission.test.ts applies them to a real API server'),
  },
  { command: /^gcloud (iam|projects) /, way: skip('IAM is not emulated') },
  { command: /^npm run build:release/, way: skip('test/product/release-image.test.ts runs it') },
  { command: /^skopeo /, way: skip('there is no registry here') },
  // The shell of the docs is root in a user namespace of its own.
  { command: /^sudo unshare /, way: { kind: 'instead', of: /^sudo /, by: '' } },
  { command: /^docker /, way: skip('no engine that builds images') },
  { command: /^aws (iam|eks) /, way: skip('IAM and EKS are not emulated') },
  { command: /^aws cloudwatch /, way: skip('CloudWatch is not emulated') },
  { command: /^curl .*shop\.example\.com/, way: skip("the domain is the reader's own") },
  { command: /^helm install fairlead \.\/helm-chart/, way: { kind: 'instead', of: /^helm install/, by: 'helm template' } },
  { command: /^helm (upgrade|uninstall|rollback) /, way: skip('no cluster with Pods here; test/product/chart.test.ts does it on a real API server') },
  {
    command: /--lease-namespace fairlead-system$/,
    way: skip('it is about a release in a cluster; test/product/release-command.test.ts does it with a controller that has ended'),
  },
  { command: /--namespace fairlead-system\b|\bNAME$|service[ /]NAME\b/, way: skip('it is about a release in a cluster; test/product/chart.test.ts does it') },
  { command: /targetgroupbindings|webhook|deployment aws-load-balancer-controller|name=aws-load-balancer-controller/, way: skip(PEER) },
  { command: /tag:service\.k8s\.aws\/stack|delete-security-group/, way: skip(PEER) },
  {
    command: /^for part in \$\(aws elbv2 describe-target-groups|delete service "\$NEW"$|patch service "\$NEW"/,
    way: skip(`the way back needs the other controller: ${PEER}`),
  },
]

export function wayOf(command: string): Way | undefined {
  return RULES.find((rule) => rule.command.test(command))?.way
}
